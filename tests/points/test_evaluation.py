from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext

from points.models import EvaluationPeriod, PeriodStep, ScoreLine, Transfer
from points.selectors.evaluation import publication_of
from points.services import evaluation
from points.services.evaluation import MOVES, PeriodIsClosed, PeriodMoveRefused, PeriodNotOver, PeriodsOverlap
from tests.points.facts import (
    APRIL,
    MARCH,
    care_visit,
    closed,
    deed,
    fresh,
    needs_care,
    on,
    period_of,
    published,
    reopened,
    settled_case,
    take_part,
    with_tariff,
)
from tests.world import NOW


@pytest.fixture
def here(world):
    here = with_tariff(world.here)
    needs_care(here.homes[0])
    settled_case(here, "A1", on(3, 4))
    care_visit(here, here.homes[0], on(3, 5))
    deed(here, here.residents[0], 16, date(2026, 3, 2))
    return here


@pytest.mark.parametrize(("verb", "state"), [
    ("send_to_review", "review"), ("send_to_review", "published"),
    ("publish_period", "open"), ("publish_period", "published"),
    ("take_back_publication", "open"), ("take_back_publication", "review"),
    ("close_period", "open"), ("close_period", "review"),
])  # fmt: skip
def test_a_period_moves_only_as_its_table_says(here, verb, state):
    period = period_of(here)
    EvaluationPeriod.objects.filter(pk=period.pk).update(status=state)
    with pytest.raises(PeriodMoveRefused):
        getattr(evaluation, verb)(period=period, by=here.station_chief, at=on(4, 2))
    assert (fresh(period).status, PeriodStep.objects.count()) == (state, 0)


def test_a_period_is_not_published_before_its_last_day(here):
    period = period_of(here)
    evaluation.send_to_review(period=period, by=here.officer, at=NOW)
    with pytest.raises(PeriodNotOver):
        evaluation.publish_period(period=period, by=here.officer, at=on(3, 30))
    assert evaluation.publish_period(period=period, by=here.officer, at=on(3, 31)).status == "published"


def test_periods_do_not_share_days(here):
    period_of(here)
    with pytest.raises(PeriodsOverlap):
        period_of(here, {"starts_on": date(2026, 3, 31), "ends_on": date(2026, 4, 30)})
    with pytest.raises(IntegrityError, match="periods_do_not_overlap"), transaction.atomic():
        EvaluationPeriod.objects.create(station=here.station, starts_on=date(2026, 3, 5), ends_on=date(2026, 3, 6))


def test_a_closed_period_is_not_scored_again(here):
    period = closed(here, period_of(here))
    with pytest.raises(PeriodIsClosed):
        evaluation.score_period(period=period, at=on(4, 11))


@pytest.mark.parametrize("tampering", [
    "UPDATE points_scoreline SET points = 99 WHERE rule_id IN (SELECT id FROM points_rule WHERE no = 48)",
    "DELETE FROM points_scoreline",
    "INSERT INTO points_scoreline (period_id, person_id, rule_id, points, done_on, deed_id) "
    "SELECT period_id, person_id, rule_id, 1, done_on, (SELECT max(id) FROM points_deed) FROM points_scoreline WHERE case_id IS NOT NULL",
    "UPDATE points_evaluationperiod SET status = 'open', closed_at = NULL",
    "UPDATE points_evaluationperiod SET ends_on = ends_on + 1",
])  # fmt: skip
def test_a_closed_period_is_fixed_at_the_database(here, tampering):
    closed(here, period_of(here))
    before = list(ScoreLine.objects.order_by("id").values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(tampering)
    assert list(ScoreLine.objects.order_by("id").values()) == before


def test_a_line_is_not_carried_into_a_closed_period(here):
    march, april = closed(here, period_of(here)), period_of(here, APRIL)
    evaluation.score_period(period=april, at=on(4, 11))
    with pytest.raises(DatabaseError), transaction.atomic():
        ScoreLine.objects.filter(period=april).update(period=march)


def test_publication_freezes_what_is_added(here):
    period = published(here, period_of(here))
    deed(here, here.residents[1], 16, date(2026, 3, 9))
    assert evaluation.score_period(period=period, at=on(4, 3)).written == 0


def test_a_publication_taken_back_may_grow_again(here):
    period = published(here, period_of(here))
    deed(here, here.residents[1], 16, date(2026, 3, 9))
    evaluation.take_back_publication(period=period, by=here.officer, at=on(4, 3))
    assert evaluation.publish_period(period=period, by=here.officer, at=on(4, 4)).lines.filter(rule__no=16).count() == 2


def test_each_move_leaves_a_step_with_a_name(here):
    period = closed(here, period_of(here))
    assert list(period.steps.values_list("from_status", "to_status", "by__name")) == [
        ("open", "review", here.officer.name),
        ("review", "published", here.officer.name),
        ("published", "closed", here.station_chief.name),
    ]


def test_every_move_of_the_table_has_its_verb():
    assert set(MOVES) == {"review", "publish", "take_back", "close"}
    assert {move.target for move in MOVES.values()} == {"review", "published", "closed"}


def test_the_ledger_gets_exactly_the_bonus_lines(here):
    period = closed(here, period_of(here))
    owed = dict(period.lines.filter(rule__part="bonus").values_list("person").annotate(Sum("points")).order_by("person"))
    posted = dict(Transfer.objects.filter(period=period, kind="award").values_list("to_wallet__person").annotate(Sum("amount")))
    assert posted == owed
    assert sum(owed.values()) == 2 + 2 + 1 + 5
    wallets = Transfer.objects.filter(period=period).values_list("to_wallet__person", "to_wallet__balance")
    assert dict(wallets) == owed


def test_closing_twice_posts_once(here):
    period = closed(here, period_of(here))
    rows = Transfer.objects.count()
    again = evaluation.close_period(period=period, by=here.station_chief, at=on(4, 12))
    assert (Transfer.objects.count(), again.closed_at, again.steps.count()) == (rows, on(4, 10), 3)


def test_a_reopened_case_takes_its_points_back_before_the_close(here):
    period = published(here, period_of(here))
    case = ScoreLine.objects.filter(case__isnull=False).first().case
    reopened(case, on(4, 5), here.officer)
    evaluation.close_period(period=period, by=here.station_chief, at=on(4, 10))
    assert not Transfer.objects.filter(rule__no=48).exists()


def test_a_period_ended_early_makes_room_for_the_next(here):
    period = period_of(here)
    evaluation.end_today(period=period, by=here.officer, at=NOW)
    assert fresh(period).ends_on == NOW.date()
    following = evaluation.open_current_period(station=here.station, at=on(3, 12))
    assert (following.starts_on, following.ends_on) == (date(2026, 3, 12), date(2026, 3, 31))


def test_only_the_period_of_today_is_ended_today(here):
    with pytest.raises(PeriodMoveRefused):
        evaluation.end_today(period=period_of(here), by=here.officer, at=on(4, 1))


def test_the_month_is_opened_once(here):
    first = evaluation.open_current_period(station=here.station, at=NOW)
    assert evaluation.open_current_period(station=here.station, at=NOW) == first
    assert period_of(here, MARCH) == first


def test_the_publication_names_only_those_who_agreed(here):
    take_part(here.household_head.person, purpose="publication")
    rows = publication_of(published(here, period_of(here)))
    head, neighbour = here.household_head.person, here.residents[0]
    names = {row.person_id: row.name for row in rows}
    assert names[head.pk] == head.name
    assert names[neighbour.pk] == "居*"


def test_the_publication_sums_up_what_each_line_says(here):
    period = published(here, period_of(here))
    rows = {row.person_id: row for row in publication_of(period)}
    head = rows[here.household_head.person.pk]
    assert (head.base, head.bonus, head.total) == (60, 5, 65)
    assert sum(row.total for row in rows.values()) == period.lines.aggregate(total=Sum("points"))["total"]


def test_the_publication_never_tells_a_confidential_matter(here):
    deed(here, here.residents[1], 4, date(2026, 3, 2))
    row = next(row for row in publication_of(published(here, period_of(here))) if row.person_id == here.residents[1].pk)
    assert [(item.rule, item.points) for item in row.items] == [(gettext("Confidential matter"), 3)]


def test_who_reported_a_quarrel_is_not_told_to_the_village(here):
    row = next(row for row in publication_of(published(here, period_of(here))) if row.person_id == here.household_head.person.pk)
    assert here.rules[47].name not in {item.rule for item in row.items}
    assert (gettext("Confidential matter"), 2) in {(item.rule, item.points) for item in row.items}


def test_a_deed_in_a_case_that_became_protected_is_a_confidential_matter(here):
    told = deed(here, here.residents[1], 16, date(2026, 3, 2))
    told.case = settled_case(here, "A9", on(3, 4), restricted=True)
    told.save()
    row = next(row for row in publication_of(published(here, period_of(here))) if row.person_id == here.residents[1].pk)
    assert [(item.rule, item.points) for item in row.items] == [(gettext("Confidential matter"), 5)]


def test_two_stations_keep_their_own_months(world, here):
    there = with_tariff(world.there)
    settled_case(there, "B1", on(3, 4))
    closed(here, period_of(here))
    other = period_of(there)
    evaluation.score_period(period=other, at=on(4, 12))
    assert fresh(other).status == "open"
    assert set(Transfer.objects.values_list("to_wallet__station", flat=True)) == {here.station.pk}
