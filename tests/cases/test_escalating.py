"""The ladder: officer, chief, township; once per case and rung, and nobody's case is forgotten."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shengkang.cases import services, tasks
from shengkang.cases.models import Escalation, Rung
from shengkang.notices.models import Notice
from tests.cases.test_limits import on
from tests.world import NOW

# Accepted on Wednesday 11 March 2026; an ordinary case is due to leave “accepted” by Friday 13.
# Told are the officer when it has passed, the chief after one whole working day, the township after three.
FRIDAY, SATURDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (on(f"2026-03-{day}", 8) for day in (13, 14, 16, 17, 18, 19))


def rungs(case) -> list[tuple[str, str]]:
    return [(each.cause, each.desk) for each in case.escalations.order_by("id")]


def told() -> list:
    return [notice.to for notice in Notice.objects.filter(kind="case.escalation").order_by("id")]


def unassign(case):
    case.officer = None
    case.save(update_fields=["officer"])
    return case


def test_what_is_in_time_climbs_nowhere(life):
    life.accepted()
    assert (services.escalate(at=FRIDAY), Escalation.objects.count()) == (0, 0)


def test_a_late_case_climbs_from_officer_to_chief_to_township(life, here):
    case = life.accepted()
    climbed = [services.escalate(at=at) for at in (SATURDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY)]
    assert climbed == [1, 0, 1, 0, 1]
    assert rungs(case) == [("late", "officer"), ("late", "chief"), ("late", "township")]
    assert told() == [here.officer, here.station_chief, here.township_leader]
    assert {each.since for each in case.escalations.all()} == {case.state_due_at}


def test_however_often_it_runs_each_desk_is_told_once(life):
    life.accepted()
    assert [services.escalate(at=THURSDAY + timedelta(minutes=10 * no)) for no in range(3)] == [3, 0, 0]
    assert Notice.objects.filter(kind="case.escalation").count() == 3


def test_a_missed_week_is_made_up_at_once(life):
    case = life.accepted()
    services.escalate(at=on("2026-03-30"))
    assert len(rungs(case)) == 3


def test_the_task_may_run_twice(life):
    life.accepted()
    for _ in range(2):
        tasks.escalate()
    assert Escalation.objects.count() == 3


def test_the_next_limit_that_is_missed_climbs_anew(life, here):
    case = life.accepted()
    services.escalate(at=SATURDAY)
    services.begin_mediation(case=case, mediator=here.household_head, by=here.officer, at=MONDAY)
    assert services.escalate(at=MONDAY) == 0
    assert services.escalate(at=on("2026-03-21")) == 1  # past the limit of the whole case, Friday 20
    assert [each.since for each in case.escalations.order_by("id")][-1] == case.due_at


def test_one_nobody_was_assigned_climbs_too(life, here):
    case = life.reported()
    assert services.escalate(at=on("2026-03-12", 20)) == 0  # a whole working day is over with Thursday
    services.escalate(at=FRIDAY)
    assert rungs(case) == [("unassigned", "chief")]
    services.escalate(at=TUESDAY)
    assert sorted(rungs(case)) == [("late", "chief"), ("unassigned", "chief"), ("unassigned", "township")]
    assert here.officer not in told()


def test_a_case_of_an_officer_whose_account_was_closed_is_nobodys(life, here):
    case = life.accepted()
    here.officer.is_active = False
    here.officer.save()
    services.escalate(at=FRIDAY)
    assert rungs(case) == [("unassigned", "chief")]


def test_one_that_came_back_counts_from_its_return(life, here):
    case = unassign(life.settled())
    back = on("2026-04-08")
    services.reopen_case(case=case, reason="又吵", by=here.officer, at=back)
    assert services.escalate(at=back + timedelta(hours=1)) == 0
    services.escalate(at=on("2026-04-10", 8))
    assert rungs(case) == [("unassigned", "chief")]


def test_a_stopped_clock_does_not_climb(life, here):
    case = life.accepted()
    services.pause_case(case=case, kind="appraisal", reason="等鉴定", look_again_on=WEDNESDAY.date(), by=here.officer, at=NOW)
    assert services.escalate(at=WEDNESDAY) == 0


@pytest.mark.parametrize("state", ["settled", "archived", "referred", "terminated", "merged"])
def test_what_has_ended_climbs_nowhere(life, state):
    case = getattr(life, state)()
    services.escalate(at=on("2026-06-01"))
    assert rungs(case) == []


def test_the_township_never_hears_of_a_protected_case(life, here):
    case = life.protected()
    services.escalate(at=on("2026-04-30"))
    assert set(rungs(case)) == {("unassigned", "chief"), ("late", "chief")}
    assert here.township_leader not in told()


def test_no_message_names_a_case_and_the_township_gets_a_number_only(life, here):
    case, _other = life.accepted(), life.accepted()
    services.escalate(at=THURSDAY)
    words = ("张三", "李四", "水塘", case.no, here.villages[0].name)
    notices = Notice.objects.filter(kind="case.escalation")
    assert not [notice.text for notice in notices if any(word in notice.text for word in words)]
    township = notices.get(to=here.township_leader)
    assert ("2" in township.text, township.link) == (True, "")


def test_the_other_stations_desks_hear_nothing(life, world):
    life.accepted()
    services.escalate(at=WEDNESDAY)
    theirs = {user.pk for user in (world.there.station_chief, world.there.officer, world.there.township_leader)}
    assert not theirs & {user.pk for user in told()}


def test_the_rungs_are_the_stations_table(life):
    Rung.objects.exclude(desk="chief", cause="late").delete()
    Rung.objects.update(after_working_days=2)
    case = life.accepted()
    services.escalate(at=TUESDAY)
    assert rungs(case) == []
    services.escalate(at=WEDNESDAY)
    assert rungs(case) == [("late", "chief")]


def test_it_costs_the_same_for_one_case_and_for_five(life):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            services.escalate(at=WEDNESDAY)
        return len(asked)

    life.accepted()
    one = queries()
    for _ in range(5):
        life.accepted()
    assert queries() == one


def test_a_pause_that_has_slept_long_enough_asks_its_officer_once(life, here):
    case = life.accepted()
    services.pause_case(case=case, kind="party", reason="外出", look_again_on=MONDAY.date(), by=here.officer, at=NOW)
    assert services.remind_of_pauses(at=SATURDAY) == 0
    assert [services.remind_of_pauses(at=at) for at in (MONDAY, TUESDAY)] == [1, 1]
    assert [notice.to for notice in Notice.objects.filter(kind="case.pause")] == [here.officer]
