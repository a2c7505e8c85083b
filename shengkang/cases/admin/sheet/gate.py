"""What the latest answers at the procedure gate allow, as one reads it on the case's page."""

from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase, GateQuestion


def gate_sheet(case: DisputeCase) -> dict | None:
    """Per procedure: allowed or not, and the reasons with the law as it stood on that day. None: nobody answered yet."""
    check = case.gate_checks.select_related("by").last()
    if check is None:
        return None
    asked = dict(GateQuestion.objects.values_list("code", "text"))
    return {
        "check": check,
        "procedures": [
            {
                "label": procedure.label,
                "allowed": check.allows(procedure),
                "reasons": [reason for reason in check.reasons if reason["procedure"] in ("", procedure)],
            }
            for procedure in DisputeCase.Procedure
        ],
        "answers": [
            {"label": asked.get(code, code), "value": _("yes") if answer else _("no")} for code, answer in check.answers.items()
        ],
    }
