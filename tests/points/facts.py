"""Facts as the rows the wings leave behind, for the handbook of the evaluation."""

from datetime import date, datetime, timedelta

from django.db.models import F

from households.models import Resident, Visit
from patrols.models import Attendance, Patrol, Volunteer
from points.models import Deed, EvaluationPeriod, ScoreLine
from points.services import evaluation
from points.tariff import seed_tariff
from shengkang.cases.models import CaseStep, DisputeCase, Party, Report
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.organization.models import Consent
from tests.world import NOW, SHANGHAI

START = date(2026, 1, 1)
MARCH = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31)}
APRIL = {"starts_on": date(2026, 4, 1), "ends_on": date(2026, 4, 30)}


def on(month, day, hour=10):
    return datetime(2026, month, day, hour, 0, tzinfo=SHANGHAI)


NEW_YEAR, PUBLISHED_AT, CLOSED_AT = on(1, 1), on(4, 2), on(4, 10)


def take_part(*people, purpose="points", at=NEW_YEAR):
    for person in people:
        Consent.objects.create(person=person, purpose=purpose, given_at=at, evidence="纸质")


def with_tariff(place):
    """The station's tariff since January; its head, volunteer and residents take part."""
    place.tariff = seed_tariff(place.station, START)
    place.rules = {rule.no: rule for rule in place.tariff.rules.all()}
    take_part(place.household_head.person, place.volunteer.person, *place.residents)
    return place


def period_of(place, span=MARCH, at=NOW):
    return evaluation.open_period(station=place.station, by=None, at=at, **span)


def settled_case(place, no, at, *, mediator=None, reporter=None, party=None, **fields):
    """A case reported and settled at one moment, as the steps of `settle_on_the_spot` leave it."""
    mediator, reporter = mediator or place.household_head, reporter or place.household_head
    case = DisputeCase.objects.create(
        **{
            "station": place.station, "village": place.villages[0], "no": no, "status": "settled", "category_id": "02",
            "channel": "head", "story": "争地边", "opened_at": at, "mediator": mediator, "settled_at": at, "procedure": "informal", **fields,
        }
    )  # fmt: skip
    Report.objects.create(case=case, by=reporter, person=reporter.person, at=at)
    CaseStep.objects.create(case=case, no=1, move="open", to_status="reported", at=at, by=reporter)
    CaseStep.objects.create(
        case=case, no=2, move="settle_on_the_spot", from_status="reported", to_status="settled", at=at, by=place.officer,
        credited=mediator.person,
    )  # fmt: skip
    if party is not None:
        Party.objects.create(case=case, side="first", person=party, name=party.name)
    return case


def reopened(case, at, by):
    case.status, case.settled_at, case.risk, case.grade, case.due_at = "accepted", None, "green", "simple", at
    case.save()
    CaseStep.objects.create(case=case, no=3, move="reopen", from_status="settled", to_status="accepted", at=at, by=by)


def settled_again(case, at, by, credited):
    case.status, case.settled_at = "settled", at
    case.save()
    CaseStep.objects.create(
        case=case, no=4, move="settle", from_status="agreed", to_status="settled", at=at, by=by, credited=credited
    )


def care_visit(place, home, at, by=None, kind="care"):
    return Visit.objects.create(station=place.station, home=home, by=by or place.household_head, kind=kind, at=at)


def found_hazard(place, at, by=None):
    group, _created = HazardGroup.objects.get_or_create(code="02", defaults={"name": "道路"})
    by = by or place.household_head
    hazard = Hazard.objects.create(
        station=place.station, village=place.villages[0], status="found", group=group, level="ordinary", channel="head", place="村口",
        text="井盖缺失", found_by=by, found_at=at, due_at=at, steps_taken=1,
    )  # fmt: skip
    hazard.steps.create(no=1, move="find", to_status="found", at=at, by=by)
    return hazard


def looked_at(place, hazard, at, by=None):
    """Put right by an auxiliary and looked at again by an officer, as the steps leave it."""
    by, no = by or place.officer, hazard.steps.count()
    hazard.status, hazard.put_right_at, hazard.put_right_by, hazard.closed_at, hazard.closed_by = (
        "closed", at, place.aux_police, at, by,
    )  # fmt: skip
    hazard.save()
    hazard.steps.create(no=no + 1, move="put_right", from_status="found", to_status="put_right", at=at, by=place.aux_police)
    hazard.steps.create(
        no=no + 2, move="look_again", from_status="put_right", to_status="closed", at=at, by=by, credited=hazard.found_by.person
    )
    return hazard


def came_back(place, hazard, at):
    hazard.status = "found"
    hazard.put_right_at = hazard.put_right_by = hazard.closed_at = hazard.closed_by = None
    hazard.save()
    no = hazard.steps.count() + 1
    hazard.steps.create(no=no, move="reopen", from_status="closed", to_status="found", at=at, by=place.officer)
    return hazard


def patrolled(place, person, at, minutes=120, ended=True):
    volunteer, _created = Volunteer.objects.get_or_create(
        person=person,
        defaults={
            "station": place.station, "village": place.villages[0], "status": "enrolled", "applied_at": NEW_YEAR,
            "enrolled_on": START,
        },
    )  # fmt: skip
    # An open patrol is its leader's only one, so each gets an end, and an open one loses it again.
    patrol = Patrol.objects.create(
        station=place.station, village=place.villages[0], kind="night", leader=place.officer, started_at=at,
        ended_at=at + timedelta(minutes=minutes),
    )  # fmt: skip
    if not ended:
        Patrol.objects.filter(ended_at=None).update(ended_at=F("started_at") + timedelta(days=1))
        Patrol.objects.filter(pk=patrol.pk).update(ended_at=None)
    return Attendance.objects.create(patrol=patrol, volunteer=volunteer, minutes=minutes, by=place.officer, at=at)


def needs_care(home):
    Resident.objects.filter(home=home).update(need="alone")


def deed(place, person, no, day, *, confirmed=True, by=None):
    return Deed.objects.create(
        station=place.station, person=person, rule=place.rules[no], text="帮邻居收稻子", done_on=day, by=by or place.officer, at=NOW,
        confirmed_by=place.station_chief if confirmed else None, confirmed_at=NOW if confirmed else None,
    )  # fmt: skip


def scored(period, at=NOW):
    """The bonus lines after a scoring, as (person, number of the rule, points), in order."""
    evaluation.score_period(period=period, at=at)
    lines = ScoreLine.objects.filter(period=period, rule__part="bonus").order_by("person", "rule__no", "done_on", "id")
    return list(lines.values_list("person__name", "rule__no", "points"))


def published(place, period, at=PUBLISHED_AT):
    evaluation.send_to_review(period=period, by=place.officer, at=at)
    return evaluation.publish_period(period=period, by=place.officer, at=at)


def closed(place, period, at=CLOSED_AT):
    return evaluation.close_period(period=published(place, period), by=place.station_chief, at=at)


def fresh(period):
    return EvaluationPeriod.objects.get(pk=period.pk)
