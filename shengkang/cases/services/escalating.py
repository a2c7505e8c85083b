"""The ladder: a case past its limit, or with nobody in charge, is told to one desk after the other; once per case and rung."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase, Pause, Rung
from shengkang.cases.moves import OPEN
from shengkang.notices import services as notices
from shengkang.notices.models import Notice
from shengkang.organization.access import Role
from shengkang.organization.models import Membership
from shengkang.organization.selectors import Workdays, day_of, start_of

# Late: past the earlier of its limits, and the clock is running. Unassigned: open, and nobody who can still log in is in charge; it counts
# from the moment the case came (back) to the station. The township hears of no protected case, an empty desk of nothing.
CLIMB = """
WITH waiting AS (
    SELECT c.id, 'late' AS cause, c.restricted, coalesce(o.is_active, false) AS in_charge, least(c.due_at, c.state_due_at) AS since
    FROM cases_disputecase c LEFT JOIN organization_user o ON o.id = c.officer_id
    WHERE c.status = ANY(%(open)s) AND c.paused_at IS NULL AND (c.due_at < %(at)s OR c.state_due_at < %(at)s)
    UNION ALL
    SELECT c.id, 'unassigned', c.restricted, false,
        (SELECT max(s.at) FROM cases_casestep s WHERE s.case_id = c.id AND s.move = ANY(%(arrivals)s))
    FROM cases_disputecase c LEFT JOIN organization_user o ON o.id = c.officer_id
    WHERE c.status = ANY(%(open)s) AND NOT coalesce(o.is_active, false)
)
INSERT INTO cases_escalation (case_id, cause, desk, since, at)
SELECT w.id, w.cause, r.desk, w.since, %(at)s
FROM waiting w
JOIN unnest(%(causes)s::text[], %(desks)s::text[], %(bounds)s::timestamptz[]) AS r (cause, desk, bound)
    ON r.cause = w.cause AND w.since < r.bound
WHERE NOT (r.desk = 'township' AND w.restricted) AND NOT (r.desk = 'officer' AND NOT w.in_charge)
ORDER BY w.since, w.id
ON CONFLICT DO NOTHING
RETURNING id, case_id, desk
"""
ARRIVALS = ["open", "split", "reopen", "take_back"]


@transaction.atomic
def escalate(*, at: datetime) -> int:
    """Let every case climb the rungs it has reached by now (table Rung: whole working days after the limit), and tell those desks.

    One statement for all cases; whatever climbed before stays told, however often this runs. The officer and the chief get a message
    for each case, the township leaders a number only. Gives how many rungs were climbed.
    """
    rungs, calendar = list(Rung.objects.all()), Workdays()
    with connection.cursor() as cursor:
        cursor.execute(
            CLIMB,
            {
                "at": at,
                "open": [str(status) for status in OPEN],
                "arrivals": ARRIVALS,
                "causes": [rung.cause for rung in rungs],
                "desks": [rung.desk for rung in rungs],
                "bounds": [_bound(rung, calendar, at) for rung in rungs],
            },
        )
        climbed = cursor.fetchall()
    _tell(climbed, at)
    return len(climbed)


def _bound(rung: Rung, calendar: Workdays, at: datetime) -> datetime:
    """What came before this moment has reached the rung: n whole working days have passed since."""
    days, yesterday = rung.after_working_days, day_of(at) - timedelta(days=1)
    return start_of(calendar.back(yesterday, days)) if days else at


def _tell(climbed: list[tuple[int, int, str]], at: datetime) -> None:
    cases = DisputeCase.objects.select_related("officer").in_bulk({case for _pk, case, _desk in climbed})
    stations = {case.station_id for case in cases.values()}
    chiefs, leaders = _desks(stations, Role.STATION_CHIEF), _desks(stations, Role.TOWNSHIP_LEADER)
    messages, counts = [], defaultdict(list)
    for pk, case_id, desk in climbed:
        case = cases[case_id]
        if desk == Rung.Desk.TOWNSHIP:
            counts[case.station_id].append(pk)
            continue
        for user in [case.officer] if desk == Rung.Desk.OFFICER else chiefs[case.station_id]:
            text = (
                _("A dispute in your charge is past its limit. Open the message to see it.")
                if desk == Rung.Desk.OFFICER
                else _("A dispute waits too long for somebody to act. Open the message to see it.")
            )
            messages.append(_message(user, text, f"escalation:{pk}", case.get_absolute_url(), at))
    for station, rows in counts.items():
        text = _("Disputes that wait far too long: %(count)s more. Ask the police station how they stand.") % {"count": len(rows)}
        messages += [_message(user, text, f"escalation:{rows[0]}", "", at) for user in leaders[station]]
    notices.notify_many(notices=messages)


def _desks(stations: set[int], role: str) -> dict[int, list]:
    desks = defaultdict(list)
    holders = Membership.objects.filter(role=role, user__station__in=stations, user__is_active=True).select_related("user")
    for user in {each.user for each in holders}:
        desks[user.station_id].append(user)
    return desks


def _message(user, text, key, link, at) -> Notice:
    return Notice(to=user, kind="case.escalation", text=text, link=link, key=key, at=at, next_try_at=at)


@transaction.atomic
def remind_of_pauses(*, at: datetime) -> int:
    """Ask again where a clock stands still and its day to look again has come: the officer in charge, else who stopped it.

    One message per pause, however often it runs. Gives how many pauses wait for a look.
    """
    asleep = Pause.objects.filter(ended_at=None, look_again_on__lte=day_of(at)).select_related("case__officer", "by")
    messages = [
        Notice(
            to=pause.case.officer or pause.by,
            kind="case.pause",
            text=_("A clock was stopped until today. Open the message, and start it again or say why it stands."),
            link=pause.case.get_absolute_url(),
            key=f"pause:{pause.pk}",
            at=at,
            next_try_at=at,
        )
        for pause in asleep.iterator(chunk_size=1000)
    ]
    notices.notify_many(notices=messages)
    return len(messages)
