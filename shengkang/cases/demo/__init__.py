"""A year of disputes at the demo station: invented quarrels that live through the real table of moves."""

import json
from collections import Counter
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from shengkang.cases.demo.lives import Life
from shengkang.cases.demo.matters import year_of_matters
from shengkang.cases.demo.stories import Teller
from shengkang.cases.imports import load_case_rules
from shengkang.cases.models import (
    Agreement,
    Application,
    CaseStep,
    DisputeCase,
    FollowUp,
    GateCheck,
    GateQuestion,
    MediationSession,
    Obligation,
    Party,
    Report,
    RiskAssessment,
)
from shengkang.cases.services import limits
from shengkang.cases.services.telling import tell_reporters
from shengkang.notices.models import Notice
from shengkang.organization.demo import Plan, copy_rows, draw_ids

# Messages older than this were read and thrown away.
MESSAGES_KEPT = timedelta(days=45)


def build(plan: Plan) -> None:
    load_case_rules()
    plan.made["limits"] = limits.table()
    teller, chance = Teller(plan.chance("papers")), plan.chance("lives")
    lives = [Life(plan, matter, teller, chance) for matter in year_of_matters(plan)]
    _write_cases(plan, lives)
    _write_people(plan, lives)
    _write_papers(lives)
    _tell_outcomes(plan)
    plan.made["cases"] = lives
    plan.counts["disputes"] = len(lives)
    plan.counts["steps"] = sum(len(life.steps) for life in lives)


def _write_cases(plan: Plan, lives: list[Life]) -> None:
    town, numbers = plan.town.code, Counter()
    for life, pk in zip(lives, draw_ids(DisputeCase, len(lives)), strict=True):
        year = timezone.localtime(life.at).year
        numbers[year] += 1
        life.pk, life.no = pk, f"{town}-{year}-{numbers[year]:04}"
    columns = [
        "id", "station_id", "village_id", "no", "status", "restricted", "category_id", "channel", "address_id", "story",
        "opened_at", "risk", "grade", "due_at", "officer_id", "mediator_id", "settled_at", "archived_at", "steps_taken", "procedure",
        "state_due_at",
    ]  # fmt: skip
    copy_rows(
        DisputeCase,
        columns,
        (
            (
                life.pk, plan.station.pk, life.village_id, life.no, life.status, life.restricted, life.matter.category,
                life.channel, life.address_id, life.story, life.at, life.risk, life.grade, life.due_at,
                life.officer and life.officer.pk, life.mediator and life.mediator.pk, life.settled_at, life.archived_at,
                len(life.steps), life.procedure, life.state_due_at,
            )
            for life in lives
        ),
    )  # fmt: skip
    copy_rows(
        CaseStep,
        ["case_id", "no", "move", "from_status", "to_status", "at", "by_id", "note", "credited_id"],
        sorted(((life.pk, *step) for life in lives for step in life.steps), key=lambda row: (row[5], row[0], row[1])),
    )


def _write_people(plan: Plan, lives: list[Life]) -> None:
    sides = list(Party.Side)
    copy_rows(
        Party,
        ["case_id", "side", "person_id", "name", "phone", "home_id"],
        (
            (
                life.pk,
                str(sides[min(no, 2)]),
                side.dweller and side.dweller.id,
                side.name,
                side.dweller.phone if side.dweller else "",
                side.home and side.home.id,
            )
            for life in lives
            for no, side in enumerate(life.matter.sides)
        ),
    )
    reports = [(life.pk, life.matter.by, life.story, life.at) for life in lives]
    reports += [(life.pk, by, text, at) for life in lives for by, text, at in life.joined]
    reports.sort(key=lambda row: (row[3], row[0]))
    plan.counts["reports"] = copy_rows(
        Report,
        ["case_id", "by_id", "person_id", "text", "at"],
        ((case, by.pk, by.person_id, text, at) for case, by, text, at in reports),
    )


def _write_papers(lives: list[Life]) -> None:
    copy_rows(
        RiskAssessment,
        ["case_id", "risk", "reason", "by_id", "at"],
        ((life.pk, risk, reason, by.pk, at) for life in lives for risk, reason, by, at in life.assessments),
    )
    no_to_all = json.dumps(dict.fromkeys(GateQuestion.objects.values_list("code", flat=True), False))
    copy_rows(
        GateCheck,
        ["case_id", "answers", "allows_informal", "allows_people", "allows_police", "must_report", "reasons", "by_id", "at"],
        (
            (life.pk, no_to_all, informal, people, False, False, "[]", by.pk, at)
            for life in lives
            for informal, people, by, at in life.gate_checks
        ),
    )
    copy_rows(
        Application,
        ["case_id", "procedure", "by_id", "at"],
        ((life.pk, procedure, by.pk, at) for life in lives for procedure, by, at in life.applications),
    )
    sessions = [(life.pk, *session) for life in lives for session in life.sessions]
    ids = draw_ids(MediationSession, len(sessions))
    copy_rows(
        MediationSession,
        ["id", "case_id", "held_at", "place", "record", "by_id"],
        (
            (pk, case, held_at, place, record, by.pk)
            for pk, (case, held_at, place, _mediators, record, by) in zip(ids, sessions, strict=True)
        ),
    )
    copy_rows(
        MediationSession.mediators.through,
        ["mediationsession_id", "user_id"],
        ((pk, user) for pk, session in zip(ids, sessions, strict=True) for user in session[3]),
    )
    papers = [(life.pk, paper) for life in lives for paper in life.papers]
    ids = draw_ids(Agreement, len(papers))
    copy_rows(
        Agreement,
        ["id", "case_id", "facts", "terms", "oral", "effective_on", "by_id", "at"],
        (
            (pk, case, paper.facts, paper.terms, paper.oral, paper.effective_on, paper.by.pk, paper.at)
            for pk, (case, paper) in zip(ids, papers, strict=True)
        ),
    )
    copy_rows(
        Obligation,
        ["agreement_id", "what", "due_on", "performed_on"],
        ((pk, *duty) for pk, (_case, paper) in zip(ids, papers, strict=True) for duty in paper.duties),
    )
    copy_rows(
        FollowUp,
        ["case_id", "due_on", "done_at", "outcome", "note", "by_id"],
        (
            (life.pk, visit.due_on, visit.done_at, visit.outcome, visit.note, visit.by and visit.by.pk)
            for life in lives
            for visit in life.visits
        ),
    )


def _tell_outcomes(plan: Plan) -> None:
    """What the reporters were told lately; what is older than three days they have read."""
    since = plan.now - MESSAGES_KEPT
    steps = CaseStep.objects.filter(at__gte=since, move__in=["settle", "refer", "terminate"]).select_related("case")
    for step in steps.order_by("at", "id"):
        tell_reporters(step.case, step, step.at)
    Notice.objects.update(delivered_at=F("at"))
    Notice.objects.filter(at__lt=plan.now - timedelta(days=3)).update(read_at=F("at") + timedelta(hours=2))
    plan.counts["messages"] = Notice.objects.count()
