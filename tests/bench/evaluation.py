"""How much the evaluation costs beside the least it could cost: one plain INSERT … SELECT of the very same rows.

Both run in the same transaction on the same tables with their triggers, constraints and indexes; nothing is kept.
"""

from datetime import date, timedelta
from statistics import median
from time import perf_counter

from django.db import connection, transaction

from households.models import Home, Resident, Visit
from points.models import Deed, ScoreLine
from points.scoring import FACT_KEYS
from points.services import evaluation
from points.tariff import seed_tariff
from shengkang.cases.models import CaseStep, Category, DisputeCase, Report
from shengkang.organization.models import Address, Consent, Person, User
from tests.world import NOW, make_station, make_unit

PERIOD = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31)}
ROUNDS = 5
COLUMNS = "period_id, person_id, rule_id, points, done_on, " + ", ".join(FACT_KEYS)


def _day(index):
    return NOW.replace(day=1) + timedelta(days=index % 28, minutes=index % 500)


def _town(count):
    """A station with `count` people: everyone takes part and did two good deeds; every tenth settles a dispute and visits four homes."""
    province = make_unit(None, "province", "88", "测省")
    county = make_unit(make_unit(province, "city", "8899", "测市"), "county", "889901", "测县")
    here = make_station(88, make_unit(county, "town", "889901108", "测镇"))
    category, _created = Category.objects.get_or_create(code="02", defaults={"name": "邻里纠纷"})
    tariff = seed_tariff(here.station, date(2026, 1, 1))
    rules = {rule.no: rule for rule in tariff.rules.all()}
    village = here.villages[0]
    people = Person.objects.bulk_create(
        Person(station=here.station, village=village, name=f"测{n}", name_key=f"ce {n:06}") for n in range(count)
    )
    Consent.objects.bulk_create(Consent(person=p, purpose="points", given_at=NOW.replace(month=1), evidence="") for p in people)
    helpers = User.objects.bulk_create(
        User(phone=f"88{n:09}", name=f"测{n}", station=here.station, person=people[n], password="!") for n in range(0, count, 10)
    )
    addresses = Address.objects.bulk_create(
        Address(station=here.station, village=village, door=f"测{n}") for n in range(len(helpers))
    )
    homes = Home.objects.bulk_create(Home(station=here.station, address=a, householder="测") for a in addresses)
    Resident.objects.bulk_create(
        Resident(home=home, person=people[n * 10 + 1], need="alone", moved_in_on=date(2026, 1, 1)) for n, home in enumerate(homes)
    )
    cases = DisputeCase.objects.bulk_create(
        DisputeCase(
            station=here.station, village=village, no=f"BENCH{n}", status="settled", procedure="informal", category=category, channel="head", story="测",
            opened_at=_day(n), mediator=helper, settled_at=_day(n),
        )
        for n, helper in enumerate(helpers)
    )  # fmt: skip
    steps, reports, visits, deeds = [], [], [], []
    for n, (case, helper) in enumerate(zip(cases, helpers, strict=True)):
        reports.append(Report(case=case, by=helper, person_id=helper.person_id, at=_day(n)))
        steps.append(CaseStep(case=case, no=1, move="open", to_status="reported", at=_day(n), by=helper))
        steps.append(
            CaseStep(
                case=case, no=2, move="settle_on_the_spot", from_status="reported", to_status="settled", at=_day(n), by=helper,
                credited_id=helper.person_id,
            )
        )  # fmt: skip
        visits += [Visit(station=here.station, home=homes[n], by=helper, kind="care", at=_day(n + k)) for k in range(4)]
    for n, person in enumerate(people):
        for no in (16, 5):
            deeds.append(
                Deed(
                    station=here.station, person=person, rule=rules[no], text="测", done_on=_day(n).date(), by=here.officer, at=NOW,
                    confirmed_by=here.station_chief, confirmed_at=NOW,
                )
            )  # fmt: skip
    for model, made in ((Report, reports), (CaseStep, steps), (Visit, visits), (Deed, deeds)):
        model.objects.bulk_create(made, batch_size=5000)
    return here


def _timed(work):
    """Seconds of `work`, the foreign keys' checks included, and a clean table afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        started = perf_counter()
        work(cursor)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        seconds = perf_counter() - started
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        return seconds


def rows(people: int = 2000, label: str = "2k") -> list[dict]:
    """The scoring run for `people` people against the plain insert of its rows, and once more with nothing to do."""
    with transaction.atomic():
        here = _town(people)
        period = evaluation.open_period(station=here.station, by=None, at=NOW, **PERIOD)

        def score(cursor):
            evaluation.score_period(period=period, at=NOW)

        def insert(cursor):
            cursor.execute(f"INSERT INTO points_scoreline ({COLUMNS}) SELECT {COLUMNS} FROM bench_lines")

        with connection.cursor() as cursor:
            score(cursor)
            cursor.execute(
                f"CREATE TEMP TABLE bench_lines ON COMMIT DROP AS SELECT {COLUMNS} FROM points_scoreline WHERE period_id = %s",
                [period.pk],
            )
            again = _timed(score)
            scored, inserted = [], []
            for _round in range(ROUNDS):
                for work, times in ((score, scored), (insert, inserted)):
                    cursor.execute("DELETE FROM points_scoreline WHERE period_id = %s", [period.pk])
                    times.append(_timed(work))
        count = ScoreLine.objects.filter(period=period).count()
        transaction.set_rollback(True)
    value, baseline = median(scored), median(inserted)
    return [
        {
            "name": f"points.evaluation.vs_insert_select.{label}", "value": round(count / value), "unit": "lines/s",
            "baseline": round(count / baseline), "ratio": round(baseline / value, 2),
        },
        {
            "name": f"points.evaluation.again.{label}", "value": round(again * 1000, 1), "unit": "ms",
            "baseline": round(value * 1000, 1), "ratio": round(value / again, 2),
        },
    ]  # fmt: skip
