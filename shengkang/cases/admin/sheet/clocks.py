"""What the case page tells of its clock and its hands: judgements, pauses, offers, referrals, the rungs it climbed."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.cases.models import DisputeCase, RiskSignal
from shengkang.organization.desk_parts import moment


def _day(day) -> str:
    return day.isoformat() if day else ""


def limit_facts(case: DisputeCase, late: str, tone: str) -> list[dict]:
    """Both limits, `late` (selectors.lateness) beside the nearer one, and since when the clock stands still."""
    of_step = case.state_due_at is not None and case.next_due_at == case.state_due_at
    whole, step = moment(case.due_at), moment(case.state_due_at)
    return [
        {"label": _("due at"), "value": _beside(whole, "" if of_step else late), "tone": "" if of_step else tone},
        {"label": _("next step due at"), "value": _beside(step, late if of_step else ""), "tone": tone if of_step else ""},
        {"label": _("clock stopped at"), "value": moment(case.paused_at), "tone": "note", "mark": "clock"},
    ]


def _beside(when: str, late: str) -> str:
    return " · ".join(filter(None, [when, late]))


def _signals(judged, names) -> str:
    told = [f"{names.get(code, code)} (+{points})" for code, points in judged.signals.items()]
    return pgettext("list", ", ").join(told)


def tables(case: DisputeCase) -> list[tuple]:
    """(title, columns, rows) of each."""
    assessments = list(case.assessments.select_related("by").order_by("id"))
    names = dict(RiskSignal.objects.values_list("code", "text")) if any(each.signals for each in assessments) else {}
    return [
        (
            _("Risk assessments"),
            [_("risk"), _("risk signals"), _("weight"), _("suggested"), _("reason"), _("by"), _("at")],
            [
                (
                    each.get_risk_display(),
                    _signals(each, names),
                    each.points if each.suggested else "",
                    each.get_suggested_display(),
                    each.reason,
                    each.by.name,
                    moment(each.at),
                )
                for each in assessments
            ],
        ),
        (
            _("Pauses of the clock"),
            [
                pgettext("pause", "kind"),
                _("reason"),
                _("look again on"),
                _("began at"),
                _("by"),
                _("working days left of the case"),
                _("ended at"),
            ],
            [
                (
                    each.get_kind_display(),
                    each.reason,
                    _day(each.look_again_on),
                    moment(each.began_at),
                    each.by.name,
                    "" if each.days_left is None else each.days_left,
                    moment(each.ended_at) or _("not yet"),
                )
                for each in case.pauses.select_related("by")
            ],
        ),
        (
            _("Hand-overs"),
            [_("offered to"), _("reason"), _("by"), _("at"), _("taken over"), _("answer")],
            [
                (
                    each.to.name,
                    each.reason,
                    each.by.name,
                    moment(each.at),
                    {None: _("not yet"), True: _("yes"), False: _("no")}[each.taken],
                    each.answer,
                )
                for each in case.hand_overs.select_related("to", "by")
            ],
        ),
        (
            _("Referrals"),
            [_("referred to"), _("reason"), _("at"), _("receipt given on"), _("received by"), _("answered on"), _("answer")],
            [
                (
                    each.name or each.get_office_display(),
                    each.reason,
                    moment(each.at),
                    _day(each.received_on) or _("not yet"),
                    " ".join(filter(None, [each.received_by, each.receipt_no])),
                    _day(each.answered_on) or _("not yet"),
                    each.answer,
                )
                for each in case.referrals.all()
            ],
        ),
        (
            _("Told up the ladder"),
            [_("cause"), _("who is told"), _("counted from"), _("at")],
            [
                (each.get_cause_display(), each.get_desk_display(), moment(each.since), moment(each.at))
                for each in case.escalations.order_by("id")
            ],
        ),
    ]
