from datetime import date

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction

from points.models import Rule, Tariff
from points.services import evaluation
from points.services.tariffs import TariffDayRefused, copy_tariff
from points.tariff import read_tariff, seed_tariff
from tests.points.facts import START, closed, deed, period_of, with_tariff
from tests.world import NOW

TOMORROW = date(2026, 3, 12)


@pytest.fixture
def here(world):
    return with_tariff(world.here)


def test_two_tariffs_are_never_in_force_on_one_day(here):
    with pytest.raises(IntegrityError, match="one_tariff_at_a_time"), transaction.atomic():
        Tariff.objects.create(station=here.station, name="二", active_from=date(2026, 5, 1))


@pytest.mark.parametrize("day", [date(2026, 3, 11), date(2026, 3, 1), START])
def test_a_new_tariff_never_changes_days_gone_by(here, day):
    with pytest.raises(TariffDayRefused):
        copy_tariff(tariff=here.tariff, active_from=day, by=here.station_chief, at=NOW)


def test_a_new_tariff_does_not_cut_into_a_later_one(here):
    copy_tariff(tariff=here.tariff, active_from=date(2026, 6, 1), by=here.station_chief, at=NOW)
    with pytest.raises(TariffDayRefused):
        copy_tariff(tariff=here.tariff, active_from=date(2026, 5, 1), by=here.station_chief, at=NOW)


def test_a_rule_of_a_closed_period_is_fixed_at_the_database(here):
    deed(here, here.residents[0], 16, date(2026, 3, 2))
    closed(here, period_of(here))
    for change in (lambda rule: rule.update(points=99), lambda rule: rule.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(Rule.objects.filter(pk=here.rules[16].pk))
    assert Rule.objects.filter(pk=here.rules[17].pk).update(points=2) == 1


def test_the_copy_takes_over_on_its_day_with_the_same_rules(here):
    copy = copy_tariff(tariff=here.tariff, active_from=TOMORROW, by=here.station_chief, at=NOW)
    old = Tariff.objects.get(pk=here.tariff.pk)
    assert (old.active_to, copy.active_to) == (TOMORROW, None)
    fields = [f.name for f in Rule._meta.fields if f.name not in ("id", "tariff")]
    assert list(copy.rules.values_list(*fields)) == list(old.rules.values_list(*fields))


def test_the_seed_reads_every_item_or_says_why_not():
    lines, left_out = read_tariff()
    by_no = {line["no"]: line for line in lines}
    assert set(by_no) | set(left_out) == set(range(49))
    assert list(left_out) == [27]
    assert (by_no[1]["ceiling"], by_no[1]["ceiling_per"]) == (12, Rule.Span.QUARTER)
    assert (by_no[8]["ceiling"], by_no[8]["ceiling_per"]) == (3, Rule.Span.YEAR)
    assert (by_no[45]["ceiling"], by_no[45]["ceiling_per"], by_no[45]["fact"]) == (4, Rule.Span.PERIOD, "care_visit")
    assert [no for no, line in sorted(by_no.items()) if line.get("confidential")] == [3, 4, 26, 28, 30]


def test_seeding_twice_keeps_the_first(here):
    here.tariff.rules.filter(no=16).update(points=4)
    assert seed_tariff(here.station, START) == here.tariff
    assert here.tariff.rules.get(no=16).points == 4


def test_the_command_says_what_is_not_offered(world, capsys):
    call_command("seed_tariff", world.here.station.name, "2026-01-01")
    said = capsys.readouterr().out
    assert "48 rules" in said
    assert "Item 27 is not offered" in said


def test_without_a_tariff_nothing_is_owed_and_no_period_opens(world):
    assert evaluation.open_current_period(station=world.here.station, at=NOW) is None
