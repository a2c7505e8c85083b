"""What a period owes, computed from the facts of all wings as one set. The only file of this room that looks into others.

The rules in one place:
- only people of the station who agreed to take part (consent "points", in force now and given before the period ended);
- a settled dispute pays its mediator for the last settlement, while the case is settled or archived: by an agreement under one
  rule, on the spot under another; once paid in a published period the same case pays the same person no more;
- the first report pays when the dispute was accepted or settled on the spot;
- a care visit pays when somebody with a service need lives there, once per home and day, not in one's own home;
- a hazard pays its finder when it was put right and somebody else has looked at it again, once;
- a patrol pays each volunteer whose presence of half an hour or more its leader confirmed;
- nobody is paid for a dispute in which he is a party, nothing is paid for protected cases;
- deeds recorded by hand pay when a second person has confirmed them;
- a fact counts in the period of its day, under the rule in force on that day; ceilings pay the earliest facts.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from points.models import EvaluationPeriod, Rule, ScoreLine
from shengkang.organization.selectors import start_of
from shengkang.reports.nails import desk_page

# Tables of the transaction with a key and statistics: otherwise the planner guesses one row and joins thousands by nested loops.
_PARTICIPANTS = """
CREATE TEMP TABLE points_participant ON COMMIT DROP AS
SELECT p.id FROM organization_person p
WHERE p.station_id = %(station)s AND (p.left_on IS NULL OR p.left_on >= %(starts_on)s)
  AND EXISTS (SELECT FROM organization_consent c
              WHERE c.person_id = p.id AND c.purpose = 'points' AND c.given_at < %(end)s AND c.given_at <= %(at)s
                AND (c.withdrawn_at IS NULL OR c.withdrawn_at > %(at)s))
"""

_PAID_BEFORE = """
CREATE TEMP TABLE points_paid_before ON COMMIT DROP AS
SELECT l.person_id, r.no, count(*) AS in_year, count(*) FILTER (WHERE l.done_on >= %(quarter)s) AS in_quarter
FROM points_scoreline l JOIN points_rule r ON r.id = l.rule_id JOIN points_evaluationperiod e ON e.id = l.period_id
WHERE e.station_id = %(station)s AND e.ends_on < %(starts_on)s AND l.done_on >= %(year)s
  AND r.no IN (SELECT c.no FROM points_rule c JOIN points_tariff t ON t.id = c.tariff_id
               WHERE t.station_id = %(station)s AND c.ceiling IS NOT NULL AND c.ceiling_per <> 'period')
GROUP BY l.person_id, r.no
"""

# The one fact a line is about: a key to its row, or none of them for the base score.
FACT_KEYS = ("case_id", "deed_id", "visit_id", "hazard_id", "attendance_id")
_KEYS = ", ".join(FACT_KEYS)

_OWED = f"""
WITH rule AS (
    SELECT r.id, r.no, r.fact, r.points, r.ceiling, r.ceiling_per, t.active_from, t.active_to
    FROM points_rule r JOIN points_tariff t ON t.id = r.tariff_id
    WHERE t.station_id = %(station)s AND r.points > 0
      AND t.active_from <= %(ends_on)s AND (t.active_to IS NULL OR t.active_to > %(starts_on)s)
), paid_elsewhere AS (
    SELECT l.person_id, l.case_id, l.hazard_id
    FROM points_scoreline l JOIN points_rule r ON r.id = l.rule_id JOIN points_evaluationperiod e ON e.id = l.period_id
    WHERE e.station_id = %(station)s AND e.id <> %(period)s AND e.status IN ('published', 'closed')
      AND r.fact IN ('mediated', 'small_dispute', 'hazard')
), fact AS (
    SELECT 'membership' AS kind, p.id AS person_id, %(ends_on)s::date AS day, %(end)s::timestamptz AS at, NULL::bigint AS case_id,
           NULL::bigint AS deed_id, NULL::bigint AS visit_id, NULL::bigint AS hazard_id, NULL::bigint AS attendance_id
    FROM points_participant p
  UNION ALL
    SELECT CASE s.move WHEN 'settle' THEN 'mediated' ELSE 'small_dispute' END,
           s.credited_id, (s.at AT TIME ZONE %(tz)s)::date, s.at, s.case_id, NULL, NULL, NULL, NULL
    FROM cases_casestep s JOIN cases_disputecase c ON c.id = s.case_id
    WHERE s.at >= %(start)s AND s.at < %(end)s AND s.move IN ('settle', 'settle_on_the_spot') AND s.credited_id IS NOT NULL
      AND c.station_id = %(station)s AND c.status IN ('settled', 'archived') AND NOT c.restricted
      AND NOT EXISTS (SELECT FROM cases_casestep again
                      WHERE again.case_id = s.case_id AND again.no > s.no AND again.move IN ('settle', 'settle_on_the_spot'))
      AND NOT EXISTS (SELECT FROM cases_party y WHERE y.case_id = s.case_id AND y.person_id = s.credited_id)
      AND NOT EXISTS (SELECT FROM paid_elsewhere l WHERE l.case_id = s.case_id AND l.person_id = s.credited_id)
  UNION ALL
    SELECT 'reported', t.person_id, (t.at AT TIME ZONE %(tz)s)::date, t.at, t.case_id, NULL, NULL, NULL, NULL
    FROM cases_report t JOIN cases_disputecase c ON c.id = t.case_id
    WHERE t.at >= %(start)s AND t.at < %(end)s AND t.person_id IS NOT NULL
      AND c.station_id = %(station)s AND NOT c.restricted
      AND NOT EXISTS (SELECT FROM cases_report before
                      WHERE before.case_id = t.case_id AND (before.at, before.id) < (t.at, t.id))
      AND EXISTS (SELECT FROM cases_casestep s
                  WHERE s.case_id = t.case_id AND s.move IN ('accept', 'settle_on_the_spot'))
      AND NOT EXISTS (SELECT FROM cases_party y WHERE y.case_id = t.case_id AND y.person_id = t.person_id)
  UNION ALL
    SELECT 'hazard', s.credited_id, (s.at AT TIME ZONE %(tz)s)::date, s.at, NULL, NULL, NULL, s.hazard_id, NULL
    FROM hazards_hazardstep s JOIN hazards_hazard h ON h.id = s.hazard_id
    WHERE s.at >= %(start)s AND s.at < %(end)s AND s.move = 'look_again' AND s.credited_id IS NOT NULL
      AND h.station_id = %(station)s AND h.status = 'closed' AND h.closed_by_id <> h.found_by_id
      AND NOT EXISTS (SELECT FROM hazards_hazardstep again
                      WHERE again.hazard_id = s.hazard_id AND again.no > s.no AND again.move = 'look_again')
      AND NOT EXISTS (SELECT FROM paid_elsewhere l WHERE l.hazard_id = s.hazard_id AND l.person_id = s.credited_id)
  UNION ALL
    SELECT 'patrolled', v.person_id, (p.started_at AT TIME ZONE %(tz)s)::date, p.started_at, NULL, NULL, NULL, NULL, a.id
    FROM patrols_attendance a JOIN patrols_patrol p ON p.id = a.patrol_id JOIN patrols_volunteer v ON v.id = a.volunteer_id
    WHERE p.started_at >= %(start)s AND p.started_at < %(end)s AND p.station_id = %(station)s AND p.ended_at IS NOT NULL
      AND a.minutes >= 30
  UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON (u.person_id, v.home_id, (v.at AT TIME ZONE %(tz)s)::date)
               'care_visit', u.person_id, (v.at AT TIME ZONE %(tz)s)::date AS day, v.at, NULL::bigint, NULL::bigint, v.id,
               NULL::bigint, NULL::bigint
        FROM households_visit v JOIN organization_user u ON u.id = v.by_id
        WHERE v.station_id = %(station)s AND v.at >= %(start)s AND v.at < %(end)s AND v.kind = 'care'
          AND EXISTS (SELECT FROM households_resident n
                      WHERE n.home_id = v.home_id AND n.need <> '' AND n.moved_in_on <= (v.at AT TIME ZONE %(tz)s)::date
                        AND (n.moved_out_on IS NULL OR n.moved_out_on > (v.at AT TIME ZONE %(tz)s)::date))
          AND NOT EXISTS (SELECT FROM households_resident own
                          WHERE own.home_id = v.home_id AND own.person_id = u.person_id AND own.moved_out_on IS NULL)
        ORDER BY u.person_id, v.home_id, (v.at AT TIME ZONE %(tz)s)::date, v.at, v.id
    ) AS visited
), candidate AS (
    SELECT f.person_id, r.id AS rule_id, r.no, r.points, r.ceiling, r.ceiling_per, f.day, f.at, {_KEYS}
    FROM fact f JOIN rule r ON r.fact = f.kind AND r.active_from <= f.day AND (r.active_to IS NULL OR f.day < r.active_to)
  UNION ALL
    SELECT d.person_id, r.id, r.no, r.points, r.ceiling, r.ceiling_per, d.done_on, d.at, NULL, d.id, NULL, NULL, NULL
    FROM points_deed d JOIN rule r ON r.id = d.rule_id
    WHERE d.station_id = %(station)s AND d.confirmed_at IS NOT NULL AND d.done_on BETWEEN %(starts_on)s AND %(ends_on)s
), ranked AS (
    SELECT c.*, row_number() OVER (PARTITION BY c.person_id, c.no ORDER BY c.day, c.at, {_KEYS}) AS nth
    FROM candidate c JOIN points_participant p ON p.id = c.person_id
)
SELECT c.person_id, c.rule_id, c.points, c.day AS done_on, {_KEYS}
FROM ranked c LEFT JOIN points_paid_before b ON b.person_id = c.person_id AND b.no = c.no
WHERE c.ceiling IS NULL
   OR c.nth + CASE c.ceiling_per WHEN 'quarter' THEN coalesce(b.in_quarter, 0) WHEN 'year' THEN coalesce(b.in_year, 0) ELSE 0 END
      <= c.ceiling
"""  # noqa: S608 the keys are from this file

_SAME_FACT = "l.person_id = o.person_id AND l.rule_id = o.rule_id" + "".join(
    f" AND l.{key} IS NOT DISTINCT FROM o.{key}" for key in FACT_KEYS
)

_STRIKE = f"""
DELETE FROM points_scoreline l WHERE l.period_id = %(period)s AND NOT EXISTS (SELECT FROM points_owed o WHERE {_SAME_FACT})
"""  # noqa: S608 both parts are from this file

_ADD = f"""
INSERT INTO points_scoreline (period_id, person_id, rule_id, points, done_on, {_KEYS})
SELECT %(period)s, o.person_id, o.rule_id, o.points, o.done_on, {", ".join("o." + key for key in FACT_KEYS)}
FROM points_owed o LEFT JOIN points_scoreline l ON l.period_id = %(period)s AND {_SAME_FACT}
WHERE l.id IS NULL OR (l.points, l.done_on) <> (o.points, o.done_on)
ORDER BY o.person_id, o.done_on, o.rule_id, {", ".join("o." + key for key in FACT_KEYS)}
ON CONFLICT ON CONSTRAINT fact_scored_once DO UPDATE SET points = excluded.points, done_on = excluded.done_on
"""  # noqa: S608


_UNWRITTEN = f"""
WITH written AS (
    SELECT person_id, rule_id, points, done_on, {_KEYS} FROM points_scoreline WHERE period_id = %(period)s
)
SELECT (SELECT count(*) FROM (TABLE points_owed EXCEPT TABLE written) AS coming),
       (SELECT count(*) FROM (TABLE written EXCEPT TABLE points_owed) AS leaving)
"""  # noqa: S608


@dataclass(frozen=True)
class Owed:
    """One line a period owes: ids of the person, the rule and the one fact (none of them for the base score)."""

    person_id: int
    rule_id: int
    points: int
    done_on: date
    case_id: int | None
    deed_id: int | None
    visit_id: int | None
    hazard_id: int | None
    attendance_id: int | None


@dataclass(frozen=True)
class Rewritten:
    """How many lines a scoring struck and wrote; both 0 when nothing had changed."""

    struck: int
    written: int


@dataclass(frozen=True)
class Explanation:
    """Why a line is there: its rule, its fact in words, and the staff page of the fact ("" where none may be shown)."""

    rule: str
    fact: str
    link: str


def _parameters(period: EvaluationPeriod, at: datetime) -> dict[str, Any]:
    first = period.starts_on
    return {
        "period": period.pk,
        "station": period.station_id,
        "starts_on": first,
        "ends_on": period.ends_on,
        "start": start_of(first),
        "end": start_of(period.ends_on + timedelta(days=1)),
        "quarter": first.replace(month=(first.month - 1) // 3 * 3 + 1, day=1),
        "year": first.replace(month=1, day=1),
        "tz": timezone.get_default_timezone_name(),
        "at": at,
    }


@contextmanager
def _set_of(period: EvaluationPeriod, at: datetime):
    """Yields a cursor that finds what the period owes in the table `points_owed`, for the length of the block."""
    parameters = _parameters(period, at)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PARTICIPANTS, parameters)
        cursor.execute(_PAID_BEFORE, parameters)
        cursor.execute(
            "CREATE UNIQUE INDEX ON points_participant (id); CREATE UNIQUE INDEX ON points_paid_before (person_id, no);"
            "ANALYZE points_participant, points_paid_before"
        )
        cursor.execute(f"CREATE TEMP TABLE points_owed ON COMMIT DROP AS {_OWED}", parameters)
        cursor.execute("ANALYZE points_owed")
        yield cursor
        cursor.execute("DROP TABLE points_participant, points_paid_before, points_owed")


def owed(period: EvaluationPeriod, at: datetime) -> list[Owed]:
    """What a scoring at this moment would make the period owe; nothing is written. Ordered by person, day, rule and fact."""
    with _set_of(period, at) as cursor:
        cursor.execute("SELECT * FROM points_owed ORDER BY 1, 4, 2, 5, 6, 7, 8, 9")
        return [Owed(*row) for row in cursor.fetchall()]


def rewrite(period: EvaluationPeriod, at: datetime, *, strike_only: bool = False) -> Rewritten:
    """Make the period's lines equal to what it owes, as one set: lines no longer owed go, new ones come, the others keep their ids.

    `strike_only`: for a published period, to which nothing is added. The caller holds the lock on the period's row.
    """
    with _set_of(period, at) as cursor:
        cursor.execute(_STRIKE, {"period": period.pk})
        struck, written = cursor.rowcount, 0
        if not strike_only:
            cursor.execute(_ADD, {"period": period.pk})
            written = cursor.rowcount
    return Rewritten(struck=struck, written=written)


def touches_protected_case(line: ScoreLine) -> bool:
    """Whether the line's case, or the case its deed names, is a protected one."""
    case = line.case or (line.deed and line.deed.case)
    return bool(case and case.restricted)


def explain(line: ScoreLine, *, unveiled: bool = False) -> Explanation:
    """Rule, fact in words and link of one line.

    Clues given in confidence and arrests are only 保密事项, unless `unveiled` for the station's officers; what touches a protected
    case is told to nobody here. Costs no query when the line comes `with_facts`.
    """
    if touches_protected_case(line) or (line.rule.confidential and not unveiled):
        return Explanation(rule=_("Confidential matter"), fact=_("not shown"), link="")
    fact, link = _fact_of(line)
    return Explanation(rule=str(line.rule), fact=fact, link=link)


def _fact_of(line: ScoreLine) -> tuple[str, str]:
    if line.deed is not None:
        return line.deed.text, desk_page(line.deed)
    if line.visit is not None:
        return _("care visit at %(place)s") % {"place": line.visit.home.address}, ""
    if line.hazard is not None:
        found = _("found a hazard that was put right: %(place)s") % {"place": line.hazard.place}
        return found, desk_page(line.hazard)
    if line.attendance is not None:
        patrol = line.attendance.patrol
        told = _("%(kind)s in %(village)s") % {"kind": patrol.get_kind_display(), "village": patrol.village}
        return told, desk_page(patrol)
    if line.case is not None:
        settling = (Rule.Fact.MEDIATED, Rule.Fact.SMALL_DISPUTE)
        told = _("settled dispute %(no)s") if line.rule.fact in settling else _("first to report dispute %(no)s")
        return told % {"no": line.case.no}, desk_page(line.case)
    return _("takes part in the hundred-point reward"), ""


def with_facts(lines):
    """The queryset of score lines with everything `explain` needs."""
    return lines.select_related(
        "rule",
        "case",
        "deed__case",
        "visit__home__address__village",
        "visit__home__address__group",
        "hazard",
        "attendance__patrol__village",
    )


def as_owed(line: ScoreLine) -> Owed:
    """A written line in the form in which it is owed, to compare the two."""
    return Owed(line.person_id, line.rule_id, line.points, line.done_on, *(getattr(line, key) for key in FACT_KEYS))


def unwritten(period: EvaluationPeriod, at: datetime) -> tuple[int, int]:
    """How many lines a scoring at this moment would write, and how many it would strike (a changed line counts in both)."""
    with _set_of(period, at) as cursor:
        cursor.execute(_UNWRITTEN, {"period": period.pk})
        return cursor.fetchone()
