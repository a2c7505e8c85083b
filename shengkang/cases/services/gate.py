"""The procedure gate: which way of settling the law allows for this dispute, decided by plain answers and kept with the case."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.cases.models import DisputeCase, GateCheck, GateQuestion, GateRule, LawText
from shengkang.cases.moves import MOVES
from shengkang.cases.services.moving import _move, lock
from shengkang.cases.services.refusals import GateIncomplete, GateRefused, NothingChanged
from shengkang.cases.services.telling import tell_of_protected
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of

Procedure = DisputeCase.Procedure


@transaction.atomic
def check_gate(*, case: DisputeCase, answers: Mapping[str, bool], by: User, at: datetime) -> GateCheck:
    """Answer every question of the gate (code: yes or no); what follows is stored with the wording of the rules on that day.

    What must be reported at once (反家庭暴力法 art. 14, 未成年人保护法 art. 11) becomes a protected case in the same breath; a
    mediation under way ends with it. Raises GateIncomplete, MoveRefused, WrongStation.
    """
    lock(case, "gate", by)
    asked = set(GateQuestion.objects.values_list("code", flat=True))
    if asked - answers.keys():
        raise GateIncomplete(_("Answer every question with yes or no; nobody mediates before."))
    check = _write(case, {code: bool(answers[code]) for code in sorted(asked)}, by, at)
    _move(case, "gate", by=by, at=at, note=_summary(check))
    if check.must_report and not case.restricted:
        protect_case(case=case, reason=_summary(check), by=by, at=at)
    return check


def check_on_the_spot(case: DisputeCase, answers: Mapping[str, bool], by: User, at: datetime) -> GateCheck:
    """The short gate of whoever settles a small dispute where it stands; a question left out is answered with no.

    Raises GateRefused: the whole registration is refused, and the message says how to report it instead.
    """
    asked = GateQuestion.objects.values_list("code", flat=True)
    check = _write(case, {code: bool(answers.get(code)) for code in sorted(asked)}, by, at)
    if check.must_report:
        raise GateRefused(
            _("%(why)s. Do not settle it: report it as a protected case, the station takes over at once.")
            % {"why": _why(check, Procedure.INFORMAL)}
        )
    must_allow(check, Procedure.INFORMAL)
    return check


def must_allow(check: GateCheck | None, procedure: str) -> None:
    """Raises GateIncomplete where nobody answered the questions, GateRefused where the answers do not allow `procedure`."""
    if check is None:
        raise GateIncomplete(_("Answer the questions of the procedure check first; they say which mediation the law allows."))
    if not check.allows(procedure):
        raise GateRefused(
            _("“%(procedure)s” is not allowed here: %(why)s.")
            % {"procedure": Procedure(procedure).label, "why": _why(check, procedure)}
        )


@transaction.atomic
def protect_case(*, case: DisputeCase, reason: str, by: User, at: datetime) -> DisputeCase:
    """Make an open case a protected one: seen by the chief and those involved only, never mediated. A mediation under way ends.

    The chief is told at once. Raises NothingChanged, MoveRefused, WrongStation.
    """
    lock(case, "gate", by)
    if case.restricted:
        raise NothingChanged(_("This case is a protected one already."))
    if case.status in MOVES["break_off"].origins:
        _move(case, "break_off", by=by, at=at, note=reason, procedure="", mediator=None)
    _move(case, "protect", by=by, at=at, note=reason, restricted=True)
    tell_of_protected(case, by, at)
    return case


def _write(case, answers, by, at) -> GateCheck:
    rules = GateRule.objects.select_related("law_text").order_by("question__place", "procedure", "code")
    hit = [rule for rule in rules if answers[rule.question_id] == rule.answer]
    wordings = _in_force(hit, day_of(at))
    must_report = any(rule.effect == GateRule.Effect.REPORT for rule in hit)
    refused = {rule.procedure for rule in hit}
    allowed = {each: not must_report and not refused & {"", each} for each in Procedure.values}
    return GateCheck.objects.create(
        case=case,
        answers=answers,
        must_report=must_report,
        reasons=[_reason(rule, wordings) for rule in hit],
        by=by,
        at=at,
        **{f"allows_{each}": allows for each, allows in allowed.items()},
    )


def _in_force(rules: list[GateRule], day: date) -> dict[tuple[str, str], LawText]:
    """The wording of each article the rules name, as it is in force on `day`: a rule outlives the edition it was first written for."""
    named = LawText.objects.filter(law__in={rule.law_text.law for rule in rules if rule.law_text})
    return {(text.law, text.article): text for text in named.in_force(day).order_by("in_force_from")}


def _reason(rule: GateRule, wordings: dict[tuple[str, str], LawText]) -> dict[str, str]:
    """What a rule said on the day it was read, and the law behind it: blank where none was in force, its text where we have it."""
    text = rule.law_text and wordings.get((rule.law_text.law, rule.law_text.article))
    return {
        "rule": rule.code,
        "procedure": rule.procedure,
        "effect": rule.effect,
        "reason": rule.reason,
        "law": str(text) if text else "",
        "text": text.text if text else "",
    }


def _why(check: GateCheck, procedure: str) -> str:
    reasons = [each["reason"] for each in check.reasons if each["procedure"] in ("", procedure)]
    return pgettext("list", ", ").join(reasons)


def _summary(check: GateCheck) -> str:
    if check.must_report:
        return str(GateRule.Effect.REPORT.label)
    allowed = [str(each.label) for each in Procedure if check.allows(each)]
    return _("allowed: %(what)s") % {"what": pgettext("list", ", ").join(allowed) or _("nothing")}
