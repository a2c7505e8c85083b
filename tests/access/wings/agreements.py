"""Agreements and what follows from them: one that those involved in the near village may sign, one of a colleague's far case."""

from datetime import timedelta

from django.utils import timezone

from shengkang.cases import services
from shengkang.cases.models import Category, FollowUp
from tests.access.ground import ELSEWHERE, STORY_OWN, STORY_SAME
from tests.access.trio import Trio, of_place
from tests.world import mediate


def _agreed(place, village, text, officer, mediator, by, at):
    case = services.open_case(
        station=place.station, village=village, category=Category.objects.get(code="02"), channel="village", story=text, place=text,
        parties=[services.PartyDetails(side, text) for side in ("first", "second")], by=by, at=at,
    )  # fmt: skip
    services.accept_case(case=case, risk="green", grade="simple", officer=officer, by=officer, at=at)
    mediate(case, mediator, by=officer, at=at)
    day = timezone.localdate(at)
    services.record_agreement(
        case=case, facts=text, terms=text, effective_on=day, obligations=[(text, day + timedelta(days=3))], by=officer, at=at
    )
    return case, FollowUp.objects.create(case=case, due_on=day)


def lay(place, at) -> None:
    near, far = place.villages
    own, same = (STORY_OWN.text, STORY_SAME.text) if place.station.name.endswith("1") else (ELSEWHERE.text,) * 2
    place.agreed, place.owed_visit = _agreed(place, near, own, place.officer, place.household_head, place.household_head, at)
    for role in ("aux_police", "post_liaison", "volunteer"):
        services.join_case(case=place.agreed, text=own, by=place.users[role], at=at)
    colleague = place.colleague["officer"]
    place.far_agreed, place.far_owed_visit = _agreed(place, far, same, colleague, colleague, colleague, at)


def _signing(ground, role):
    cases = ground.here.agreed, ground.here.far_agreed, ground.there.agreed
    return Trio(*((case, f"party-{case.parties.first().pk}") for case in cases))


def _obligation(ground, role):
    cases = ground.here.agreed, ground.here.far_agreed, ground.there.agreed
    return Trio(*(case.agreements.get().obligations.get() for case in cases))


BUILDERS = {
    "agreed_case": of_place("agreed", "far_agreed"),
    "owed_visit": of_place("owed_visit", "far_owed_visit"),
    "obligation": _obligation,
    "signing": _signing,
}
