"""A checklist over every home: opening it, one home after another, and closing it with what was left."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from households.models import Campaign, CampaignItem, Home, HomeCheck, HouseholdHead
from households.services import notes
from households.services.refusals import CampaignRefused, CheckIncomplete, must_be_entrusted
from shengkang.audit import services as audit
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.hazards.services import find_hazard
from shengkang.organization.models import Station, Unit, User
from shengkang.organization.selectors import day_of
from shengkang.organization.services import must_be_served

MAX_LINES = 12
# The most urgent first: one hazard is opened for all lines of a group, with the level of the worst.
LEVELS = (Hazard.Level.AT_ONCE, Hazard.Level.SAME_DAY, Hazard.Level.ORDINARY)


class Line(NamedTuple):
    """One line of a checklist before it is written. `group`: the hazard group of what is not right there, if it is one."""

    text: str
    group: HazardGroup | None = None
    level: str = Hazard.Level.ORDINARY


@transaction.atomic
def open_campaign(
    *,
    station: Station,
    kind: str,
    name: str,
    villages: Iterable[Unit],
    starts_on: date,
    ends_on: date,
    lines: Sequence[Line],
    by: User,
    at: datetime,
) -> Campaign:
    """Ask every home of the villages to be looked at from `starts_on` until `ends_on`; the heads who look after them are told.

    `kind` is a value of Campaign.Kind. Raises CampaignRefused, UnitNotServed.
    """
    villages, name = list(villages), name.strip()
    if not villages or not lines or len(lines) > MAX_LINES:
        raise CampaignRefused(_("Choose at least one village, and write one to %(count)s lines.") % {"count": MAX_LINES})
    for village in villages:
        must_be_served(station, village)
    if ends_on < starts_on or ends_on < day_of(at):
        raise CampaignRefused(_("The last day lies before the first, or is over already. Choose a later day."))
    if Campaign.objects.filter(station=station, name=name).exists():
        raise CampaignRefused(_("There is a campaign of this name. Add the year or the season."))
    campaign = Campaign.objects.create(station=station, kind=kind, name=name, starts_on=starts_on, ends_on=ends_on)
    campaign.villages.set(villages)
    CampaignItem.objects.bulk_create(
        CampaignItem(campaign=campaign, no=no, text=line.text.strip(), hazard_group=line.group, level=line.level)
        for no, line in enumerate(lines, start=1)
    )
    audit.note_deed(verb="open_campaign", about=campaign, by=by, at=at)
    notes.tell(
        heads_asked(campaign),
        kind="campaign.new",
        text=_("A new check of all homes, to be done by %(day)s. Open the message to begin.") % {"day": ends_on.isoformat()},
        key=f"campaign:{campaign.pk}",
        about=campaign,
        at=at,
    )
    return campaign


def heads_asked(campaign: Campaign):
    """The accounts of the heads who look after homes of the campaign's villages now."""
    heads = HouseholdHead.objects.active().filter(
        station=campaign.station_id,
        assignments__active_to__isnull=True,
        assignments__home__address__village__in=campaign.villages.all(),
    )
    return User.objects.filter(pk__in=heads.values("user"), is_active=True)


@transaction.atomic
def close_campaign(*, campaign: Campaign, by: User, at: datetime) -> Campaign:
    """End a campaign; homes not looked at stay so and are counted in the audit. Closing twice is the first closing."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.closed_at is None:
        campaign.closed_at = at
        campaign.save(update_fields=["closed_at"])
        homes = Home.objects.filter(station=campaign.station_id, address__village__in=campaign.villages.all())
        done = campaign.checks.latest().done().values("home")
        left = homes.exclude(pk__in=done).count()
        audit.note_deed(verb="close_campaign", about=campaign, by=by, at=at, detail={"homes_left": left})
    return campaign


@transaction.atomic
def check_home(
    *,
    campaign: Campaign,
    home: Home,
    result: str,
    by: User,
    at: datetime,
    problems: Collection[int] = (),
    note: str = "",
    hazards: Collection[int] | None = None,
    photos: Sequence = (),
) -> HomeCheck:
    """Write down what a look at a home found; the latest row of a home counts, so a later check undoes an earlier one.

    `problems`: numbers of the lines that are not right. `hazards`: the lines among them that the station shall hear of as hazards;
    None: the dangerous ones, which are always told. All lines of one hazard group make one hazard, and one that is open at this home
    already is not opened again. `photos` go to the hazards.
    Raises CampaignRefused (does not run, or another village), NotYourHome, CheckIncomplete, and what hazards.find_hazard raises.
    """
    campaign = Campaign.objects.get(pk=campaign.pk)  # it may have been closed since the page was opened
    if campaign.closed_at is not None or campaign.starts_on > day_of(at):
        raise CampaignRefused(_("This campaign is not running. Open your list of campaigns again."))
    must_be_entrusted(home, by)
    if not campaign.villages.filter(pk=home.address.village_id).exists():
        raise CampaignRefused(_("This home lies in a village that the campaign does not ask for."))
    items, numbers = {item.no: item for item in campaign.items.select_related("hazard_group")}, sorted(set(problems))
    if (result == HomeCheck.Result.PROBLEM) != bool(numbers):
        raise CheckIncomplete(_("Tick what is not right, or press “everything all right”."))
    if not set(numbers) <= set(items) or not set(hazards or ()) <= set(numbers):
        raise CheckIncomplete(_("The checklist has changed. Open the home once more."))
    check = HomeCheck.objects.create(
        campaign=campaign, home=home, result=result, problems=numbers, note=note.strip(), by=by, at=at
    )
    told = [items[no] for no in numbers if items[no].is_dangerous or (items[no].hazard_group_id and no in (hazards or ()))]
    _open_hazards(check, told, photos)
    return check


def _open_hazards(check: HomeCheck, items: Iterable[CampaignItem], photos: Sequence) -> None:
    home, by_group = check.home, defaultdict(list)
    for item in items:
        by_group[item.hazard_group].append(item)
    known = Hazard.objects.open().filter(
        address=home.address_id, channel=Hazard.Channel.CAMPAIGN, found_at__date__gte=check.campaign.starts_on
    )
    known = set(known.values_list("group", flat=True)) if by_group else set()
    for group, lines in by_group.items():
        if group.pk in known:
            continue
        words = [line.text for line in lines] + ([check.note] if check.note else [])
        find_hazard(
            station=home.station,
            village=home.address.village,
            group=group,
            level=min((line.level for line in lines), key=LEVELS.index),
            channel=Hazard.Channel.CAMPAIGN,
            place=str(home.address),
            text=pgettext("list", "; ").join(words),
            by=check.by,
            at=check.at,
            address=home.address,
            answers_for_it=home.householder,
            photos=photos,
        )
