"""Proposals, trainings, campaigns: in the near village everybody's own as the matrix entrusts it, in the far one a colleague's."""

from datetime import timedelta

from django.utils import timezone

from households import services
from households.models import HouseholdHead
from tests.access.ground import ELSEWHERE
from tests.access.trio import Trio, of_place
from tests.world import make_person


def _text(place) -> str:
    return "村里都信得过" if place.station.name.endswith("1") else ELSEWHERE.text


def _campaign(place, village, name, at):
    day = timezone.localdate(at)
    lines = [services.Line("出口被堵"), services.Line("电线老化")]
    return services.open_campaign(
        station=place.station, kind="winter_fire", name=name, villages=[village], starts_on=day, ends_on=day + timedelta(days=9),
        lines=lines, by=place.officer, at=at,
    )  # fmt: skip


def lay(place, at) -> None:
    near, far = place.villages
    text, day = _text(place), timezone.localdate(at)
    colleague = place.colleague["village_cadre"]
    place.candidate, place.far_candidate = (make_person(place.station, each, text) for each in (near, far))
    waiting = make_person(place.station, near, text), make_person(place.station, far, text)
    place.nomination = services.nominate_head(village=near, person=waiting[0], reason=text, by=place.village_cadre, at=at)
    place.far_nomination = services.nominate_head(village=far, person=waiting[1], reason=text, by=colleague, at=at)
    head = HouseholdHead.objects.get(user=place.household_head)
    HouseholdHead.objects.filter(pk=head.pk).update(active_from=min(head.active_from, day))
    head.refresh_from_db()
    given = {"station": place.station, "held_on": day, "hours": 2, "by": place.officer, "at": at}
    place.training = services.hold_training(title=text, heads=[head], **given)
    place.far_training = services.hold_training(title=text, heads=[place.far_head], **given)
    place.campaign = _campaign(place, near, f"{text}近", at)
    place.far_campaign = _campaign(place, far, f"{text}远", at)
    place.home_check = services.check_home(
        campaign=place.campaign, home=place.home, result="right", by=place.household_head, at=at
    )
    place.far_home_check = services.check_home(
        campaign=place.far_campaign, home=place.far_home, result="nobody", by=place.far_head.user, at=at
    )


def _candidate(ground, role):
    """Only the cadre looks for somebody here; the station proposes nobody on a telephone."""
    mine = role == "village_cadre"
    here = ground.here
    return Trio(here.candidate if mine else None, here.far_candidate if mine else None, ground.there.candidate)


def _home_asked(ground, role):
    here, there = ground.here, ground.there
    return Trio((here.campaign, here.home), (here.far_campaign, here.far_home), (there.campaign, there.home))


BUILDERS = {
    "nomination": of_place("nomination", "far_nomination"),
    "training": of_place("training", "far_training"),
    "campaign": of_place("campaign", "far_campaign"),
    "homecheck": of_place("home_check", "far_home_check"),
    "candidate": _candidate,
    "home_asked": _home_asked,
}
