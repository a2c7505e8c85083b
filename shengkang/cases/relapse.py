"""It broke out before: the disputes of the same homes, parties or place as one history, and what settled others like it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.cases.duplicates import Told, ids_of_those_known, ties, told_by, with_likeness
from shengkang.cases.models import DisputeCase, Party
from shengkang.cases.moves import ENDED_WELL, OPEN, Status
from shengkang.organization.distance import box_around

YEAR = timedelta(days=365)
AT_MOST = 200
SAME_SPOT = 50  # metres
# Similar settled cases: how far back, how many are compared, how much of a text must be found in the other, how many are offered.
TAUGHT_BY = timedelta(days=730)
COMPARED, LEAST_ALIKE, OFFERED = 300, 0.12, 3


@dataclass(frozen=True)
class Earlier:
    """A dispute of the same people or place: what ties it to the case at hand, and how it ended."""

    case: DisputeCase
    ties: tuple[str, ...]
    terms: str

    @property
    def ended(self) -> bool:
        return self.case.status not in OPEN


def history_of(user, case: DisputeCase, at: datetime) -> list[Earlier]:
    """What `user` sees of the 12 months before the case and since then, oldest first; the case itself is not among it.

    Tied by a home, a person (known, or by telephone or ID number), both names in one village, or the place: the same words, or points
    no more than 50 metres apart.
    """
    told = told_by(case)
    since = min(case.opened_at, at) - YEAR
    seen = DisputeCase.objects.visible_to(user).filter(opened_at__gte=since).exclude(pk=case.pk).exclude(status=Status.MERGED)
    namesakes = _both_names(case, since)
    ids = {*ids_of_those_known(told, at_most=AT_MOST), *namesakes, *_at_the_place(seen, told)}
    found = []
    for each in with_likeness(seen.filter(pk__in=ids), told).prefetch_related("agreements").order_by("opened_at", "id")[:AT_MOST]:
        words = [word for _weight, word in ties(each, told)]
        if each.pk in namesakes and not words:
            words.append(_("both parties of the same name"))
        if words:
            found.append(Earlier(each, tuple(words), _terms_of(each)))
    return found


@dataclass(frozen=True)
class Settled:
    """A settled dispute like the one at hand, and what its parties agreed to."""

    case: DisputeCase
    alike: float
    terms: str


def settled_like(user, case: DisputeCase, at: datetime) -> list[Settled]:
    """Settled disputes of the same category that `user` sees, the likest first, of the last two years: what settled them.

    Nothing is offered for a protected case: nobody mediates it.
    """
    if case.restricted:
        return []
    seen = (
        DisputeCase.objects.visible_to(user)
        .counted()
        .filter(status__in=ENDED_WELL, category=case.category_id, settled_at__gte=at - TAUGHT_BY)
        .exclude(pk=case.pk)
    )
    newest = list(seen.order_by("-settled_at").values_list("pk", flat=True)[:COMPARED])
    alike = with_likeness(seen.filter(pk__in=newest), told_by(case)).filter(alike__gte=LEAST_ALIKE)
    found = alike.prefetch_related("agreements").order_by("-alike", "-settled_at")[: 2 * OFFERED]
    return [Settled(each, each.alike, terms) for each in found if (terms := _terms_of(each))][:OFFERED]


def without_names(text: str, case: DisputeCase) -> str:
    """A text about a case as a third person may read it: parties by their side, no telephone."""
    sides = {
        Party.Side.FIRST: pgettext("party", "one side"),
        Party.Side.SECOND: pgettext("party", "the other side"),
        Party.Side.OTHER: pgettext("party", "somebody concerned"),
    }
    for party in sorted(case.parties.all(), key=lambda each: -len(each.name)):
        told = {party.name: str(sides[party.side]), party.guardian_name: str(sides[party.side])}
        for words, instead in {**told, party.phone: "", party.guardian_phone: ""}.items():
            if words:
                text = text.replace(words, instead)
    return text


def _terms_of(case) -> str:
    return max(case.agreements.all(), key=lambda each: each.at).terms if case.agreements.all() else ""


def _both_names(case, since) -> set[int]:
    """Two people of the same names in the same village: most likely the same two, though nobody told their telephones."""
    names = {party.name for party in case.parties.all()}
    if len(names) < 2:
        return set()
    same = Party.objects.filter(
        case__station=case.station_id, case__village=case.village_id, case__opened_at__gte=since, name__in=names
    )
    found = same.values("case").annotate(names=Count("name", distinct=True)).filter(names__gte=2)
    return set(found.values_list("case", flat=True)[:AT_MOST])


def _at_the_place(seen, told: Told) -> list[int]:
    place = Q(village=told.village, place=told.place) if told.place else Q(pk__in=[])
    if told.latitude is not None:
        south, west, north, east = box_around(told.latitude, told.longitude, SAME_SPOT)
        place |= Q(latitude__range=(south, north), longitude__range=(west, east))
    return list(seen.filter(place).order_by("-opened_at").values_list("pk", flat=True)[:AT_MOST])
