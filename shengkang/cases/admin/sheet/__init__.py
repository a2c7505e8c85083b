"""A case as one reads it: its facts, its steps, and one table for each kind of paper."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.cases import selectors
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
        {"label": _("category"), "value": case.category.name},
        {"label": _("village or community"), "value": case.village.name},
        {"label": _("place"), "value": case.place or (str(case.address) if case.address else "")},
        {"label": _("what happened"), "value": case.story},
        {"label": _("channel"), "value": case.get_channel_display()},
        {"label": _("officer in charge"), "value": case.officer.name if case.officer else _("nobody yet")},
        {"label": _("mediator"), "value": case.mediator.name if case.mediator else ""},
        {"label": _("registered at"), "value": moment(case.opened_at)},
        {"label": _("settled at"), "value": moment(case.settled_at)},
        {"label": _("archived at"), "value": moment(case.archived_at)},
    ]
    return [fact for fact in told if fact["value"]]


def steps(case: DisputeCase) -> list[dict]:
    told = []
    for step in case.steps.select_related("by").order_by("no"):
        what = step.get_move_display()
        if step.from_status != step.to_status and step.from_status:
            what = f"{what} · {step.get_from_status_display()} → {step.get_to_status_display()}"
        told.append(
            {"what": what, "who": step.by.name, "when": step.at, "note": step.note, "current": step.no == case.steps_taken}
        )
    return told


def _table(title, columns, rows):
    return {
        "title": title,
        "columns": [{"label": column} for column in columns],
        "rows": [{"cells": [cell if isinstance(cell, dict) else {"text": cell} for cell in row]} for row in rows],
    }


def sections(case: DisputeCase) -> list[dict]:
    """The tables below the facts; those without rows are left out."""
    agreements = list(case.agreements.select_related("by").prefetch_related("obligations"))
    tables = [
        _table(
            _("Parties"),
            [pgettext("person", "name"), _("side"), _("telephone"), _("home address")],
            [
                (party.name, party.get_side_display(), {"text": party.phone, "url": f"tel:{party.phone}"}, party.home or "")
                for party in case.parties.select_related("home__village", "home__group")
            ],
        ),
        _table(
            _("Who told us"),
            [_("reported by"), _("at"), _("what was told")],
            [(report.by.name, moment(report.at), report.text) for report in case.reports.select_related("by")],
        ),
        _table(
            _("Risk assessments"),
            [_("risk"), _("reason"), _("by"), _("at")],
            [
                (each.get_risk_display(), each.reason, each.by.name, moment(each.at))
                for each in case.assessments.select_related("by")
            ],
        ),
        _table(
            _("Mediation sessions"),
            [_("held at"), _("place"), _("mediators"), _("record")],
            [
                (
                    moment(held.held_at),
                    held.place,
                    pgettext("list", ", ").join(each.name for each in held.mediators.all()),
                    held.record,
                )
                for held in case.sessions.prefetch_related("mediators")
            ],
        ),
        _table(
            _("Agreements"),
            [_("takes effect on"), _("what was agreed"), _("oral agreement"), _("recorded by")],
            [
                (each.effective_on.isoformat(), each.terms, _("yes") if each.oral else _("no"), each.by.name)
                for each in agreements
            ],
        ),
        _table(
            _("Obligations"),
            [_("what is to be done"), _("due on"), _("performed on")],
            [
                (owed.what, owed.due_on.isoformat(), owed.performed_on.isoformat() if owed.performed_on else _("not yet"))
                for each in agreements
                for owed in each.obligations.all()
            ],
        ),
        _table(
            _("Follow-up visits"),
            [_("due on"), _("done at"), _("outcome"), _("note"), _("visited by")],
            [
                (
                    visit.due_on.isoformat(),
                    moment(visit.done_at),
                    visit.get_outcome_display(),
                    visit.note,
                    visit.by.name if visit.by else "",
                )
                for visit in case.follow_ups.select_related("by")
            ],
        ),
    ]
    return [table for table in tables if table["rows"]]
