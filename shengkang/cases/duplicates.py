"""Was this told before? Cases that look like the one somebody is about to register, each with the reasons why.

What is alike is weighed and added up; a person decides. The search is bounded by the village and the last 60 days (and whatever is
still open), so that it costs the same in the tenth year as in the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase, Party
from shengkang.cases.moves import OPEN, Status
from shengkang.organization import sealed
from shengkang.organization.distance import metres_between
from shengkang.organization.selectors import day_of

RECENT = timedelta(days=60)
# No more rows than these are compared, the newest first.
AT_MOST = {"recent": 300, "open": 200, "ended": 100, "known": 100}
SHOWN = 5
# What speaks for the same dispute, and how much; from ENOUGH on a case is shown.
SAME_HOME = SAME_PERSON = 4
NEAR = ((50, 3), (200, 2))  # metres, weight
SAME_PLACE = 2
ALIKE = ((0.5, 4), (0.25, 2), (0.12, 1))  # trigrams the texts share, weight
SAME_CATEGORY = 1
SAME_DAYS, DAYS_APART = 1, 3
ENOUGH = 4


@dataclass(frozen=True)
class Told:
    """What is compared: a dispute that is being told, or one that is registered. Ids, so that nothing is read twice."""

    village: int
    category: str
    story: str
    at: datetime
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    homes: frozenset[int] = frozenset()
    phones: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()
    id_indexes: frozenset[str] = frozenset()
    restricted: bool = False


def told_of(*, at: datetime, parties: Sequence = (), address=None, **given) -> Told:
    """What is about to be registered, from the arguments of `services.open_case`."""
    return Told(
        village=given["village"].pk,
        category=given["category"].pk,
        story=given["story"],
        at=at,
        place=given.get("place", "").strip(),
        latitude=given.get("latitude"),
        longitude=given.get("longitude"),
        homes=_known(address and address.pk, *(each.home and each.home.pk for each in parties)),
        phones=_phones(each.phone for each in parties),
        people=_known(*(each.person and each.person.pk for each in parties)),
        id_indexes=_known(*(sealed.blind_index(each.id_number) for each in parties if each.id_number.strip())),
        restricted=bool(given.get("restricted")),
    )


def told_by(case: DisputeCase) -> Told:
    parties = list(case.parties.all())
    return Told(
        village=case.village_id,
        category=case.category_id,
        story=case.story,
        at=case.opened_at,
        place=case.place,
        latitude=case.latitude,
        longitude=case.longitude,
        homes=_known(case.address_id, *(each.home_id for each in parties)),
        phones=_phones(each.phone for each in parties),
        people=_known(*(each.person_id for each in parties)),
        id_indexes=_known(*(each.id_number_index for each in parties)),
        restricted=case.restricted,
    )


@dataclass(frozen=True)
class Candidate:
    """A case that may be the same dispute: how much speaks for it, and what."""

    case: DisputeCase
    weight: int
    reasons: tuple[str, ...]


def candidates(user, told: Told, *, without: DisputeCase | None = None) -> list[Candidate]:
    """The cases `user` sees that look like `told`, the likeliest first; recently ended ones among them, merged ones not.

    A protected matter is compared with protected cases only: it must not end up as a note to an ordinary one.
    """
    seen = DisputeCase.objects.visible_to(user).exclude(status=Status.MERGED)
    if told.restricted:
        seen = seen.filter(restricted=True)
    if without is not None:
        seen = seen.exclude(pk=without.pk)
    near = with_likeness(seen.filter(pk__in=_worth_a_look(seen, told)), told)
    found = [each for case in near if (each := _weighed(case, told)).weight >= ENOUGH]
    return sorted(found, key=lambda each: (-each.weight, -each.case.pk))[:SHOWN]


def of_case(user, case: DisputeCase) -> list[Candidate]:
    """What may be the same dispute as a case that is registered."""
    return candidates(user, told_by(case), without=case)


def with_likeness(cases: QuerySet, told: Told) -> QuerySet:
    """Adds `alike` and `place_alike`, 0 to 1: how many trigrams of the shorter text are found in the other one (pg_trgm)."""
    return cases.select_related("category", "village").prefetch_related("parties").annotate(
        alike=_likeness("story", told.story), place_alike=TrigramSimilarity("place", told.place)
    )  # fmt: skip


def ids_of_those_known(told: Told, *, at_most: int) -> list[int]:
    """Cases in which one of the homes, telephones or persons stands, newest first; of any station: the caller filters."""
    parties = Party.objects.filter(
        Q(home__in=told.homes) | Q(person__in=told.people) | Q(phone__in=told.phones) | Q(id_number_index__in=told.id_indexes)
    )
    found = list(parties.order_by("-pk").values_list("case", flat=True)[:at_most])
    if told.homes:
        found += DisputeCase.objects.filter(address__in=told.homes).order_by("-pk").values_list("pk", flat=True)[:at_most]
    return found


def ties(case: DisputeCase, told: Told) -> list[tuple[int, str]]:
    """What a case has in common with `told` beside its text: (weight, word) each."""
    found, theirs = [], told_by(case)
    homes = told.homes & theirs.homes
    if homes:
        found.append((SAME_HOME, _("the same two homes") if len(homes) > 1 else _("the same home")))
    if told.people & theirs.people or told.id_indexes & theirs.id_indexes:
        found.append((SAME_PERSON, _("the same person")))
    if told.phones & theirs.phones:
        found.append((SAME_PERSON, _("the same telephone")))
    if told.latitude is not None and case.latitude is not None:
        metres = metres_between(told.latitude, told.longitude, case.latitude, case.longitude)
        weight = next((weight for bound, weight in NEAR if metres <= bound), 0)
        if weight:
            found.append((weight, _("%(metres)s metres away") % {"metres": round(metres, -1) if metres > 10 else round(metres)}))
    if told.village == case.village_id and told.place and case.place_alike >= 0.5:
        found.append((SAME_PLACE, _("the same place")))
    return found


def _worth_a_look(seen: QuerySet, told: Told) -> set[int]:
    """Ids, gathered by what the indexes answer; the texts are compared afterwards."""
    since = told.at - RECENT
    here = seen.filter(village=told.village).values_list("pk", flat=True)
    # Each in the order of an index that holds no more than what is wanted.
    ids = set(here.filter(opened_at__gte=since).order_by("-opened_at", "-id")[: AT_MOST["recent"]])
    ids.update(here.filter(status__in=OPEN, opened_at__lt=since).order_by("due_at")[: AT_MOST["open"]])
    ids.update(here.filter(settled_at__gte=since, opened_at__lt=since).order_by("-settled_at")[: AT_MOST["ended"]])
    known = ids_of_those_known(told, at_most=AT_MOST["known"])
    ids.update(seen.filter(Q(opened_at__gte=since) | Q(status__in=OPEN), pk__in=known).values_list("pk", flat=True))
    return ids


def _weighed(case, told: Told) -> Candidate:
    reasons = ties(case, told)
    if told.village == case.village_id or reasons:
        weight = next((weight for bound, weight in ALIKE if case.alike >= bound), 0)
        if weight:
            reasons.append((weight, _("text alike: %(percent)s %%") % {"percent": round(100 * case.alike)}))
    days = abs((day_of(told.at) - day_of(case.opened_at)).days)
    if reasons and told.category == case.category_id:
        reasons.append((SAME_CATEGORY, _("the same category")))
    if reasons and days <= DAYS_APART:
        reasons.append((SAME_DAYS, _("told on the same day") if days == 0 else _("told %(days)s days apart") % {"days": days}))
    return Candidate(case, sum(weight for weight, _word in reasons), tuple(word for _weight, word in reasons))


def _likeness(field: str, text: str) -> Any:
    """Both ways round, for the shorter text is looked for in the longer one, and nobody knows which it is."""
    if not text.strip():
        return Value(0.0, FloatField())
    return Greatest(TrigramWordSimilarity(text, field), TrigramWordSimilarity(F(field), Value(text)), output_field=FloatField())


def _known(*things) -> frozenset:
    return frozenset(thing for thing in things if thing)


def _phones(told: Iterable[str]) -> frozenset[str]:
    """As they were typed and as mere digits; a number too short to call says nothing."""
    numbers = {each.strip() for each in told} | {"".join(filter(str.isdecimal, each)) for each in told}
    return frozenset(each for each in numbers if len(each) >= 7)
