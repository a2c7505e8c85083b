"""Whether the desk of disputes grows slower with the years: the same pages and searches after one year (50,000 cases) and after twenty.

Everything happens in a copy of the station's database that is thrown away afterwards; there its foreign keys and indexes are taken
off while a million rows are laid, and the indexes are put on again. The open work is the same both times, as at a real station.
"""

import itertools
from collections.abc import Callable
from contextlib import contextmanager

import psycopg2
from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shengkang.cases.models import CaseWords, DisputeCase, FollowUp, Party
from shengkang.organization.models import Station
from shengkang.organization.selectors import day_of
from tests.bench import p95, times

A_YEAR = 50_000
YEARS = 20
# What is open, and of it what nobody took on yet; the newest cases of all.
OPEN, REPORTED = 2500, 300
NAMES = 400
STORIES = 500
ROUNDS = 5
LAID = (DisputeCase, Party, FollowUp, CaseWords)
SURNAMES, GIVEN = "张王李赵刘陈杨黄周吴徐孙马朱胡郭何高林罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平"


def rows() -> list[dict]:
    with _copy_of_the_station():
        ground = _Ground()
        ground.lay(1)
        small = ground.measure()
        ground.lay(YEARS)
        large = ground.measure()
    lines = []
    for page, (taken, queries) in large.items():
        taken_before, queries_before = small[page]
        lines.append(_line(f"cases.{page}.1m_vs_50k", p95(taken), "ms", p95(taken_before)))
        lines.append(_line(f"cases.{page}.queries.1m_vs_50k", queries, "queries", queries_before))
    return lines


def _line(name, value, unit, baseline) -> dict:
    """ratio ≥ 1: a million cases cost no more than fifty thousand."""
    return {
        "name": name,
        "value": round(value, 2),
        "unit": unit,
        "baseline": round(baseline, 2),
        "ratio": round(baseline / value, 2),
    }


@contextmanager
def _copy_of_the_station():
    name = connection.settings_dict["NAME"]
    copy = f"{name}_history"
    _point_at(name)
    _administer(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)', f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    _point_at(copy)
    try:
        yield
    finally:
        _point_at(name)
        _administer(f'DROP DATABASE "{copy}" WITH (FORCE)')


def _point_at(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _administer(*statements: str) -> None:
    parameters = connections["owner"].get_connection_params()
    parameters.pop("cursor_factory", None)
    bare = psycopg2.connect(**parameters | {"dbname": "postgres"})
    bare.autocommit = True
    with bare.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    bare.close()


class _Ground:
    """The years that were laid so far, and what an officer asks of them."""

    def __init__(self):
        self.at = timezone.now()
        self.station = Station.objects.order_by("pk").first()
        self.officer = get_user_model().objects.filter(memberships__role="officer", is_active=True).order_by("pk").first()
        self.laid = 0
        self._prepare()

    def _prepare(self):
        """The words of the stories and names once, so that a million rows only put them together."""
        names = ["".join(each) for each in itertools.product(SURNAMES, GIVEN)][:NAMES]
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            cursor.execute(
                "CREATE TABLE bench_story AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, place, story, "
                "cases_pairs(concat_ws(' ', place, story)) AS words FROM cases_disputecase WHERE NOT restricted ORDER BY id LIMIT %s",
                [STORIES],
            )
            cursor.execute(
                "CREATE TABLE bench_name AS SELECT row_number() OVER () - 1 AS n, name, cases_pairs(name) AS words "
                "FROM unnest(%s::text[]) AS name",
                [names],
            )
            cursor.execute("SELECT count(*) FROM bench_story")
            self.stories = cursor.fetchone()[0]
            for model in LAID:
                table = model._meta.db_table
                cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
                cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'", [table])
                for (name,) in cursor.fetchall():
                    cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')

    def lay(self, years: int):
        """Years of 50,000 cases up to today, those that are not there yet."""
        with connections["owner"].cursor() as cursor, _without_indexes(cursor):
            for year in range(self.laid, years):
                self._lay_year(cursor, year)
            cursor.execute("SELECT setval(pg_get_serial_sequence('cases_disputecase', 'id'), max(id)) FROM cases_disputecase")
        self.laid = years
        connections["owner"].close()
        with connections["owner"].cursor() as cursor:
            for model in LAID:
                cursor.execute(f'VACUUM (ANALYZE) "{model._meta.db_table}"')

    def _lay_year(self, cursor, year: int):
        """`year` 0 is the one that ends today; ids fall with age, as they would in a station that grew old."""
        given = {
            "year": year, "count": A_YEAR, "stories": self.stories, "names": NAMES, "station": self.station.pk, "officer": self.officer.pk,
            "at": self.at, "today": day_of(self.at), "open": OPEN if year == 0 else 0, "reported": REPORTED if year == 0 else 0,
            "first": 10_000_000 + (YEARS - year) * A_YEAR,
        }  # fmt: skip
        cursor.execute(CASES, given)
        cursor.execute(PARTIES, given)
        cursor.execute(VISITS, given)
        cursor.execute(WORDS, given)

    def measure(self) -> dict[str, tuple[list[float], int]]:
        """Milliseconds of each page an officer opens, and the queries of the dearest of them."""
        client = Client(headers={"host": "localhost"})
        client.force_login(self.officer)
        path = reverse("admin:cases_disputecase_changelist")
        return {
            "desk": _measured([lambda query=query: _page(client, query) for query in self._lists(path)]),
            "search": _measured([lambda typed=typed: _page(client, f"{path}?q={typed}") for typed in self._searches()]),
        }

    def _lists(self, path: str) -> list[str]:
        village = DisputeCase.objects.filter(station=self.station).latest("pk").village_id
        hands = ("ungraded", "unassigned", "today", "overdue", "paused", "follow_up", "referral")
        asked = ["", "whose=mine", f"village={village}", "status__exact=settled", "p=50", "o=1"]
        return [reverse("admin:index"), *(f"{path}?{each}" for each in (*asked, *(f"hand={hand}" for hand in hands)))]

    def _searches(self) -> list[str]:
        case = DisputeCase.objects.filter(station=self.station, status="settled").latest("pk")
        party = case.parties.first()
        story = case.story
        return [
            case.no, case.no[-4:], party.phone, party.phone[-4:], party.name, f"{party.name} {story[2:4]}", story[4:12], story[3:5],
            story[1], case.place, "邻居", "没有这句话",
        ]  # fmt: skip


def _page(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200, address


def _measured(calls: list[Callable[[], None]]) -> tuple[list[float], int]:
    taken = [each for call in calls for each in times(call, rounds=ROUNDS, warm=1)]
    queries = []
    for call in calls:
        with CaptureQueriesContext(connection) as captured:
            call()
        queries.append(len(captured))
    return taken, max(queries)


@contextmanager
def _without_indexes(cursor):
    """Take the indexes off what is laid, and put them on again: a million rows one by one into twenty indexes take half an hour."""
    tables = [model._meta.db_table for model in LAID]
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), con.conname, con.conrelid::regclass::text, "
        "pg_get_constraintdef(con.oid) FROM pg_index LEFT JOIN pg_constraint con ON con.conindid = indexrelid AND con.contype IN ('p', 'u') "
        "WHERE indrelid = ANY (%s::regclass[])",
        [tables],
    )
    found = cursor.fetchall()
    for index, _made, constraint, table, _told in found:
        # Others point at a primary key; nothing here needs them to.
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}" CASCADE' if constraint else f"DROP INDEX {index}")
    yield
    for _index, made, constraint, table, told in found:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{constraint}" {told}' if constraint else made)


# The newest case is registered now, the others at equal distances over the year; every fiftieth is protected.
CASES = """
INSERT INTO cases_disputecase (id, station_id, village_id, no, status, restricted, category_id, scale, channel, ledger_no, place, story,
    opened_at, risk, grade, due_at, procedure, officer_id, mediator_id, settled_at, archived_at, steps_taken)
SELECT %(first)s + i, %(station)s, villages.ids[1 + i %% array_length(villages.ids, 1)],
    'B' || (2000 + %(year)s) || '-' || lpad(i::text, 6, '0'),
    CASE WHEN i >= %(count)s - %(reported)s THEN 'reported' WHEN i >= %(count)s - %(open)s THEN 'accepted' WHEN i %% 3 = 0 THEN 'settled'
        ELSE 'archived' END,
    i %% 50 = 0, categories.codes[1 + i %% array_length(categories.codes, 1)], 'under_50', 'head', '', story.place, story.story,
    opened_at, CASE WHEN i >= %(count)s - %(reported)s THEN '' ELSE 'yellow' END,
    CASE WHEN i >= %(count)s - %(reported)s THEN '' ELSE 'ordinary' END,
    CASE WHEN i >= %(count)s - %(reported)s THEN NULL ELSE opened_at + interval '9 days' END,
    CASE WHEN i >= %(count)s - %(open)s THEN '' ELSE 'people' END,
    CASE WHEN i %% 20 = 0 THEN NULL ELSE officers.ids[1 + i %% array_length(officers.ids, 1)] END,
    CASE WHEN i >= %(count)s - %(open)s THEN NULL ELSE officers.ids[1 + i %% array_length(officers.ids, 1)] END,
    CASE WHEN i >= %(count)s - %(open)s THEN NULL ELSE opened_at + interval '5 days' END,
    CASE WHEN i >= %(count)s - %(open)s OR i %% 3 = 0 THEN NULL ELSE opened_at + interval '13 days' END,
    1
FROM generate_series(0, %(count)s - 1) AS i
JOIN bench_story AS story ON story.n = (i::bigint * 7919) %% %(stories)s,
LATERAL (SELECT %(at)s::timestamptz - (%(year)s + 1 - (i + 1.0) / %(count)s) * interval '365 days' AS opened_at) AS moment,
(SELECT array_agg(unit_id) AS ids FROM organization_coverage WHERE station_id = %(station)s) AS villages,
(SELECT array_agg(code) AS codes FROM cases_category) AS categories,
(SELECT array_agg(DISTINCT m.user_id) AS ids FROM organization_membership m JOIN organization_user u ON u.id = m.user_id
 WHERE m.role IN ('officer', 'station_chief') AND u.station_id = %(station)s) AS officers
"""

PARTIES = """
INSERT INTO cases_party (case_id, side, name, phone, id_number_index, is_minor, guardian_name, guardian_phone)
SELECT %(first)s + i, CASE side WHEN 0 THEN 'first' ELSE 'second' END, name.name,
    '13' || lpad(((i::bigint * 2 + side + %(year)s * 100003) * 7919 %% 1000000000)::text, 9, '0'), '', false, '', ''
FROM generate_series(0, %(count)s - 1) AS i, generate_series(0, 1) AS side
JOIN bench_name AS name ON true
WHERE name.n = (i * 31 + side * 17) %% %(names)s
"""

VISITS = """
INSERT INTO cases_followup (case_id, kind, due_on, done_at, outcome, note, by_id)
SELECT id, 'settlement', (settled_at + interval '7 days')::date,
    CASE WHEN settled_at + interval '7 days' < %(at)s THEN settled_at + interval '7 days' END,
    CASE WHEN settled_at + interval '7 days' < %(at)s THEN 'holds' ELSE '' END, '',
    CASE WHEN settled_at + interval '7 days' < %(at)s THEN mediator_id END
FROM cases_disputecase WHERE id >= %(first)s AND id < %(first)s + %(count)s AND settled_at IS NOT NULL
"""

# The same figures once more, so that nothing is joined to a table the planner knows nothing of yet.
WORDS = """
INSERT INTO cases_casewords (case_id, found_by)
SELECT %(first)s + i, story.words || first.words || second.words || cases_tails(
    ARRAY[
        'B' || (2000 + %(year)s) || '-' || lpad(i::text, 6, '0'),
        '13' || lpad(((i::bigint * 2 + %(year)s * 100003) * 7919 %% 1000000000)::text, 9, '0'),
        '13' || lpad(((i::bigint * 2 + 1 + %(year)s * 100003) * 7919 %% 1000000000)::text, 9, '0')
    ],
    extract(year FROM %(at)s::timestamptz - (%(year)s + 1 - (i + 1.0) / %(count)s) * interval '365 days')::integer
)
FROM generate_series(0, %(count)s - 1) AS i
JOIN bench_story AS story ON story.n = (i::bigint * 7919) %% %(stories)s
JOIN bench_name AS first ON first.n = (i::bigint * 31) %% %(names)s
JOIN bench_name AS second ON second.n = (i::bigint * 31 + 17) %% %(names)s
"""
