"""The clock stands still while the station waits for others, and runs on where it stopped."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase, Pause
from shengkang.cases.services import limits
from shengkang.cases.services.moving import _move, lock, start_clock
from shengkang.cases.services.refusals import PauseRefused
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of

# Practice of ours: whoever waits longer looks again and pauses anew, so that nothing sleeps for ever.
LONGEST_WAIT = timedelta(days=30)


@transaction.atomic
def pause_case(*, case: DisputeCase, kind: str, reason: str, look_again_on: date, by: User, at: datetime) -> Pause:
    """Stop the clock of a case in work: waiting for a party or an appraisal, or mediation suspended (`kind` of Pause.Kind).

    On `look_again_on` (tomorrow to 30 days ahead) the desk asks again. Writes the step “pause”.
    Raises PauseRefused, MoveRefused, WrongStation.
    """
    lock(case, "pause", by)
    today = day_of(at)
    if case.paused_at is not None:
        raise PauseRefused(
            _("The clock of this case stands still already. Start it again before you stop it for another reason.")
        )
    if not reason.strip():
        raise PauseRefused(_("Say what is waited for; the clock stops for a reason only."))
    if not today < look_again_on <= today + LONGEST_WAIT:
        raise PauseRefused(
            _("Choose a day to look again that comes after today and within %(days)s days.") % {"days": LONGEST_WAIT.days}
        )
    pause = Pause.objects.create(
        case=case,
        kind=kind,
        reason=reason.strip(),
        look_again_on=look_again_on,
        began_at=at,
        by=by,
        days_left=limits.days_left(case.due_at, today),
        state_days_left=limits.days_left(case.state_due_at, today),
    )
    _move(case, "pause", by=by, at=at, note=f"{Pause.Kind(kind).label} · {pause.reason}", paused_at=at)
    return pause


@transaction.atomic
def resume_case(*, case: DisputeCase, by: User, at: datetime, note: str = "") -> DisputeCase:
    """Start the clock again: both limits move on by the working days it stood still. Raises PauseRefused, MoveRefused, WrongStation."""
    lock(case, "resume", by)
    if case.paused_at is None:
        raise PauseRefused(_("The clock of this case is running."))
    start_clock(case, by=by, at=at, note=note)
    return case
