"""What needs a hand now, and what a reporter is told."""

from datetime import timedelta

import pytest

from shengkang.cases import selectors, services
from shengkang.cases.moves import Status
from tests.world import NOW


def counts(user, at=NOW):
    return {panel["url"].rpartition("=")[2]: panel["count"] for panel in selectors.needs_a_hand(user, at)}


@pytest.mark.parametrize("role", ["shop_keeper", "township_leader", "administrator", "volunteer"])
def test_who_may_list_no_disputes_gets_no_panels(life, here, role):
    life.reported()
    assert selectors.needs_a_hand(getattr(here, role), NOW) == []


def test_the_panels_of_the_other_station_stay_empty(life, world):
    life.reported()
    assert set(counts(world.there.station_chief).values()) == {0}


def test_a_protected_case_is_counted_for_the_chief_only(life, here):
    life.protected()
    assert (counts(here.station_chief)["ungraded"], counts(here.officer)["ungraded"]) == (1, 0)


def test_each_case_stands_where_a_hand_is_needed(life, here):
    """The reported one is to be graded by Thursday; the accepted ones are to move on by Friday and to end a week later."""
    life.reported()
    late = life.accepted()
    settled = life.settled()
    unassigned = life.accepted()
    unassigned.officer = None
    unassigned.save(update_fields=["officer"])
    standing = {"ungraded": 1, "overdue": 0, "today": 0, "unassigned": 1, "follow_up": 0, "owing": 0}
    assert counts(here.officer) == standing
    assert counts(here.officer, late.state_due_at - timedelta(hours=1)) == standing | {"today": 2, "overdue": 1}
    assert counts(here.officer, late.state_due_at + timedelta(hours=1)) == standing | {"overdue": 3}
    assert counts(here.officer, late.due_at - timedelta(hours=1)) == standing | {"overdue": 3, "today": 2, "follow_up": 1}
    panels = selectors.needs_a_hand(here.officer, NOW + timedelta(days=7))
    visits = next(panel for panel in panels if panel["url"].endswith("=follow_up"))
    assert [row["url"] for row in visits["rows"]] == [f"/admin/cases/disputecase/{settled.pk}/change/"]


def test_how_late_a_case_is_goes_by_the_nearer_limit_and_a_stopped_clock_says_so(life, here):
    case = life.accepted()
    assert selectors.lateness(case, case.state_due_at)[1] == "warn"
    assert selectors.lateness(case, case.state_due_at + timedelta(days=2))[1] == "bad"
    services.pause_case(case=case, kind="party", reason="外出", look_again_on=NOW.date() + timedelta(5), by=here.officer, at=NOW)
    assert selectors.lateness(case, case.due_at + timedelta(days=2))[1] == "note"


def test_the_panels_cost_the_same_with_one_row_and_with_three(life, here, django_assert_num_queries):
    life.reported()
    assert here.officer.roles
    with django_assert_num_queries(9):
        selectors.needs_a_hand(here.officer, NOW)
    life.reported(), life.reported()
    with django_assert_num_queries(9):
        selectors.needs_a_hand(here.officer, NOW)


def test_what_stands_still_has_its_panels_and_an_empty_one_is_not_shown(life, here):
    assert selectors.waits_for_others(here.officer, NOW) == []
    case, gone = life.accepted(), life.referred()
    services.offer_case(case=case, to=here.colleague, reason="培训", by=here.officer, at=NOW)
    services.pause_case(case=case, kind="party", reason="外出", look_again_on=NOW.date() + timedelta(2), by=here.officer, at=NOW)

    def waiting(user, days):
        panels = selectors.waits_for_others(user, NOW + timedelta(days=days))
        return {panel["url"].rpartition("=")[2]: [row["url"] for row in panel["rows"]] for panel in panels}

    here_is, there_is = (f"/admin/cases/disputecase/{each.pk}/change/" for each in (case, gone))
    assert waiting(here.officer, 1) == {}
    assert waiting(here.colleague, 4) == {"offered": [here_is], "paused": [here_is], "office": [there_is]}
    assert waiting(here.household_head, 4) == {"paused": [here_is], "office": [there_is]}  # she told of both
    assert waiting(here.township_leader, 4) == {}


def test_the_limit_is_told_in_days(life):
    case = life.accepted()
    assert selectors.lateness(case, NOW)[1] == ""
    assert selectors.lateness(case, case.state_due_at - timedelta(hours=1))[1] == "warn"
    assert selectors.lateness(case, case.state_due_at + timedelta(days=3))[1] == "bad"
    assert "3" in selectors.lateness(case, case.state_due_at + timedelta(days=3))[0]


@pytest.mark.parametrize("state", Status.values)
def test_every_state_has_plain_words_without_names(life, here, state):
    case = getattr(life, state)()
    outcome = selectors.outcome_for(case.reports.get())
    assert outcome.word == str(Status(state).label)
    assert outcome.sentence
    assert not [name for name in ("张三", "李四", here.household_head.name) if name in outcome.sentence]
