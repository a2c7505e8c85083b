"""The invented lives as rows, table by table."""

import json
from collections import Counter
from datetime import timedelta

from django.utils import timezone

from shengkang.attachments import services as attachments
from shengkang.cases.demo.lives import Life
from shengkang.cases.models import (
    Admonition,
    Agreement,
    Application,
    CaseStep,
    DisputeCase,
    FollowUp,
    GateCheck,
    GateQuestion,
    GateRule,
    HandOver,
    Inquiry,
    MediationSession,
    Obligation,
    Party,
    Pause,
    Referral,
    Report,
    RiskAssessment,
    Signature,
)
from shengkang.organization.demo import Plan, copy_rows, draw_ids
from shengkang.organization.demo.papers import signed_paper

Procedure = DisputeCase.Procedure
# The signed sheets of these days were photographed; older ones lie in the cupboard.
PHOTOGRAPHED = timedelta(days=12)


def write(plan: Plan, lives: list[Life]) -> None:
    _cases(plan, lives)
    parties = _people(plan, lives)
    _gate(lives)
    _hands(lives)
    _sessions(lives, parties)
    _agreements(plan, lives, parties)
    copy_rows(
        FollowUp,
        ["case_id", "kind", "assignee_id", "due_on", "done_at", "outcome", "note", "by_id"],
        (
            (life.pk, each.kind, each.assignee.pk, each.due_on, each.done_at, each.outcome, each.note, each.by and each.by.pk)
            for life in lives
            for each in life.visits
        ),
    )
    copy_rows(
        Admonition,
        ["case_id", "served_on_id", "served_at", "facts", "by_id", "at"],
        ((life.pk, parties[life.pk][side], at, facts, by.pk, at) for life in lives for side, facts, by, at in life.letters),
    )


def _cases(plan: Plan, lives: list[Life]) -> None:
    town, numbers = plan.town.code, Counter()
    for life, pk in zip(lives, draw_ids(DisputeCase, len(lives)), strict=True):
        year = timezone.localtime(life.at).year
        numbers[year] += 1
        life.pk, life.no = pk, f"{town}-{year}-{numbers[year]:04}"
    columns = [
        "id", "station_id", "village_id", "no", "status", "restricted", "category_id", "channel", "address_id", "story",
        "opened_at", "risk", "grade", "due_at", "officer_id", "mediator_id", "settled_at", "archived_at", "steps_taken", "procedure",
        "state_due_at", "paused_at", "merged_into_id", "police_class_id",
    ]  # fmt: skip
    copy_rows(
        DisputeCase,
        columns,
        (
            (
                life.pk, plan.station.pk, life.village_id, life.no, life.status, life.restricted, life.matter.category,
                life.channel, life.address_id, life.story, life.at, life.risk, life.grade, life.due_at,
                life.officer and life.officer.pk, life.mediator and life.mediator.pk, life.settled_at, life.archived_at,
                len(life.steps), life.procedure, life.state_due_at, life.paused_at, life.merged_into and life.merged_into.pk,
                life.police_class,
            )
            for life in lives
        ),
    )  # fmt: skip
    copy_rows(
        CaseStep,
        ["case_id", "no", "move", "from_status", "to_status", "at", "by_id", "note", "credited_id"],
        sorted(
            ((life.pk, *step[:6], _text(step[6])[:500], step[7]) for life in lives for step in life.steps),
            key=lambda row: (row[5], row[0], row[1]),
        ),
    )


def _text(note) -> str:
    """A note may name another case, whose number was not drawn when it was written."""
    if isinstance(note, str):
        return note
    return (note if isinstance(note, Life) else note.life).no


def _people(plan: Plan, lives: list[Life]) -> dict[int, list[int]]:
    """The parties; gives their ids by case."""
    sides = list(Party.Side)
    told = [(life.pk, no, side) for life in lives for no, side in enumerate(life.matter.sides)]
    parties: dict[int, list[int]] = {}
    rows = []
    for pk, (case, no, side) in zip(draw_ids(Party, len(told)), told, strict=True):
        parties.setdefault(case, []).append(pk)
        rows.append((
            pk, case, str(sides[min(no, 2)]), side.dweller and side.dweller.id, side.name, side.dweller.phone if side.dweller else "",
            side.home and side.home.id, side.guardian is not None, side.guardian.name if side.guardian else "",
            side.guardian.phone if side.guardian else "",
        ))  # fmt: skip
    copy_rows(
        Party,
        ["id", "case_id", "side", "person_id", "name", "phone", "home_id", "is_minor", "guardian_name", "guardian_phone"],
        rows,
    )
    reports = [(life.pk, life.matter.by, life.story, life.at) for life in lives]
    reports += [(life.pk, by, text, at) for life in lives for by, text, at in life.joined]
    reports.sort(key=lambda row: (row[3], row[0]))
    plan.counts["reports"] = copy_rows(
        Report,
        ["case_id", "by_id", "person_id", "text", "at"],
        ((case, by.pk, by.person_id, text, at) for case, by, text, at in reports),
    )
    return parties


def _gate(lives: list[Life]) -> None:
    copy_rows(
        RiskAssessment,
        ["case_id", "signals", "points", "suggested", "risk", "reason", "by_id", "at"],
        (
            (life.pk, json.dumps(each.signals), each.points, each.suggested, each.risk, each.reason, each.by.pk, each.at)
            for life in lives
            for each in life.assessments
        ),
    )
    rules = list(GateRule.objects.select_related("law_text").order_by("question__place", "procedure", "code"))
    codes = list(GateQuestion.objects.values_list("code", flat=True))
    answers = {each: {code: each == Procedure.POLICE and code == "police_act" for code in codes} for each in Procedure.values}
    checks = {each: _checked(answers[each], rules) for each in Procedure.values}
    copy_rows(
        GateCheck,
        ["answers", "allows_informal", "allows_people", "allows_police", "reasons", "must_report", "case_id", "by_id", "at"],
        (
            (*checks[procedure], False, life.pk, by.pk, at)
            for life in lives
            for procedure, by, at in life.gate_checks
        ),
    )  # fmt: skip


def _checked(answers: dict[str, bool], rules: list[GateRule]) -> tuple:
    """What the table of rules makes of the answers, as `services.check_gate` writes it down."""
    hit = [rule for rule in rules if answers[rule.question_id] == rule.answer]
    refused = {rule.procedure for rule in hit}
    reasons = [
        {
            "rule": rule.code, "procedure": rule.procedure, "effect": rule.effect, "reason": rule.reason,
            "law": str(rule.law_text or ""), "text": rule.law_text.text if rule.law_text else "",
        }
        for rule in hit
    ]  # fmt: skip
    allowed = (not refused & {"", each} for each in (Procedure.INFORMAL, Procedure.PEOPLE, Procedure.POLICE))
    return json.dumps(answers), *allowed, json.dumps(reasons, ensure_ascii=False)


def _hands(lives: list[Life]) -> None:
    copy_rows(
        Pause,
        ["case_id", "kind", "reason", "look_again_on", "began_at", "by_id", "days_left", "state_days_left", "ended_at", "ended_by_id"],
        (
            (
                life.pk, each.kind, each.reason, each.look_again_on, each.began_at, each.by.pk, each.days_left, each.state_days_left,
                each.ended_at, each.ended_by and each.ended_by.pk,
            )
            for life in lives
            for each in life.stops
        ),
    )  # fmt: skip
    copy_rows(
        HandOver,
        ["case_id", "to_id", "reason", "by_id", "at", "taken", "decided_at", "answer"],
        (
            (life.pk, each.to.pk, each.reason, each.by.pk, each.at, each.taken, each.decided_at, each.answer)
            for life in lives
            for each in life.offers
        ),
    )
    copy_rows(
        Referral,
        [
            "case_id", "office", "name", "reason", "by_id", "at", "received_on", "received_by", "receipt_no", "answered_on", "answer",
        ],
        (
            (
                life.pk, each.office, each.name, each.reason, each.by.pk, each.at, each.received_on, each.received_by,
                each.receipt_no, each.answered_on, each.answer,
            )
            for life in lives
            for each in life.referrals
        ),
    )  # fmt: skip
    copy_rows(
        Inquiry,
        ["case_id", "held_at", "place", "whom", "record", "by_id", "at"],
        ((life.pk, at, place, whom, record, by.pk, at) for life in lives for whom, record, place, by, at in life.inquiries),
    )


def _sessions(lives: list[Life], parties: dict[int, list[int]]) -> None:
    copy_rows(
        Application,
        ["case_id", "procedure", "party_id", "wishes", "by_id", "at"],
        (
            (life.pk, procedure, None if asked is None else parties[life.pk][asked], wishes, by.pk, at)
            for life in lives
            for procedure, asked, wishes, by, at in life.applications
        ),
    )
    held = [(life.pk, each) for life in lives for each in life.sessions]
    ids = draw_ids(MediationSession, len(held))
    copy_rows(
        MediationSession,
        ["id", "case_id", "procedure", "held_at", "place", "record", "outcome", "by_id"],
        (
            (pk, case, each.procedure, each.held_at, each.place, each.record, each.outcome, each.by.pk)
            for pk, (case, each) in zip(ids, held, strict=True)
        ),
    )
    copy_rows(
        MediationSession.mediators.through,
        ["mediationsession_id", "user_id"],
        ((pk, user) for pk, (_case, each) in zip(ids, held, strict=True) for user in each.mediators),
    )
    copy_rows(
        MediationSession.parties.through,
        ["mediationsession_id", "party_id"],
        ((pk, party) for pk, (case, _each) in zip(ids, held, strict=True) for party in parties[case]),
    )


def _agreements(plan: Plan, lives: list[Life], parties: dict[int, list[int]]) -> None:
    papers = [(life, paper) for life in lives for paper in life.papers]
    ids = draw_ids(Agreement, len(papers))
    copy_rows(
        Agreement,
        ["id", "case_id", "facts", "terms", "oral", "about_status", "effective_on", "by_id", "at"],
        (
            (
                pk, life.pk, paper.facts, paper.terms, paper.oral, life.matter.category in ("01", "18"), paper.effective_on,
                paper.by.pk, paper.at,
            )
            for pk, (life, paper) in zip(ids, papers, strict=True)
        ),
    )  # fmt: skip
    copy_rows(
        Obligation,
        ["agreement_id", "party_id", "what", "amount", "due_on", "performed_on"],
        (
            (
                pk,
                None if duty.side is None else parties[life.pk][duty.side],
                duty.what,
                duty.amount,
                duty.due_on,
                duty.performed_on,
            )
            for pk, (life, paper) in zip(ids, papers, strict=True)
            for duty in paper.duties
        ),
    )
    signed = [
        (pk, party, mediator, paper)
        for pk, (life, paper) in zip(ids, papers, strict=True)
        if paper.signed_at
        for party, mediator in [*((each, None) for each in parties[life.pk][:2]), (None, paper.mediator.pk)]
    ]
    rows = draw_ids(Signature, len(signed))
    copy_rows(
        Signature,
        ["id", "agreement_id", "party_id", "mediator_id", "how", "by_id", "at"],
        (
            (row, pk, party, mediator, Signature.How.PAPER.value, paper.by.pk, paper.signed_at)
            for row, (pk, party, mediator, paper) in zip(rows, signed, strict=True)
        ),
    )
    _photograph(plan, signed, rows)


def _photograph(plan: Plan, signed: list[tuple], rows: list[int]) -> None:
    """One picture of each sheet signed lately; every signature on it shows the same one."""
    chance = plan.chance("signed agreements")
    sheets: dict[int, object] = {}
    for row, (pk, _party, _mediator, paper) in zip(rows, signed, strict=True):
        if paper.signed_at < plan.now - PHOTOGRAPHED:
            continue
        sheet = sheets.setdefault(pk, signed_paper(chance))
        sheet.seek(0)
        attachments.attach(
            owner=Signature.objects.get(pk=row), station=plan.station, upload=sheet, by=paper.by, at=paper.signed_at
        )
