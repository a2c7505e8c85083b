"""A case as one reads it: its facts, and one table for each kind of paper."""

from django.utils import timezone
from django.utils.translation import gettext as _

from shengkang.cases import selectors
from shengkang.cases.admin.sheet import clocks
from shengkang.cases.admin.sheet.agree import agreement_facts, agreement_sections
from shengkang.cases.admin.sheet.papers import paper_sections
from shengkang.cases.admin.sheet.protected import admonitions
from shengkang.cases.admin.sheet.register import parties, register_facts
from shengkang.cases.admin.sheet.tables import table
from shengkang.cases.models import DisputeCase
from shengkang.organization.desk_parts import moment


def facts(case: DisputeCase, at) -> list[dict]:
    late, tone = selectors.lateness(case, at)
    told = [
        {
            "label": _("state"),
            "value": case.get_status_display(),
            "tone": selectors.STATE_TONES.get(case.status, "note"),
            "mark": "none",
        },
        {
            "label": _("protected case"),
            "value": _("yes: never mediated") if case.restricted else "",
            "tone": "bad",
            "mark": "lock",
        },
        {"label": _("risk"), "value": case.get_risk_display(), "tone": selectors.RISK_TONES.get(case.risk, ""), "mark": "none"},
        {"label": _("grade"), "value": case.get_grade_display()},
        {"label": _("due at"), "value": " · ".join(filter(None, [moment(case.due_at), late])), "tone": tone},
        *clocks.limit_facts(case),
        {"label": _("category"), "value": case.category.name},
        *register_facts(case),
        {"label": _("village or community"), "value": case.village.name},
        {"label": _("place"), "value": case.place or (str(case.address) if case.address else "")},
        {"label": _("what happened"), "value": case.story},
        {"label": _("channel"), "value": case.get_channel_display()},
        {"label": _("officer in charge"), "value": case.officer.name if case.officer else _("nobody yet")},
        {"label": _("mediator"), "value": case.mediator.name if case.mediator else ""},
        {"label": _("registered at"), "value": moment(case.opened_at)},
        {"label": _("settled at"), "value": moment(case.settled_at)},
        {"label": _("archived at"), "value": moment(case.archived_at)},
        *agreement_facts(case, at),
    ]
    return [fact for fact in told if fact["value"]]


def sections(case: DisputeCase) -> list[dict]:
    """The tables below the facts; those without rows are left out."""
    tables = [
        parties(case),
        table(
            _("Who told us"),
            [_("reported by"), _("at"), _("what was told")],
            [(report.by.name, moment(report.at), report.text) for report in case.reports.select_related("by")],
        ),
        *(table(*each) for each in clocks.tables(case)),
        *agreement_sections(case, timezone.now()),
        table(*admonitions(case)),
        *paper_sections(case, timezone.now()),
    ]
    return [each for each in tables if each["rows"]]
