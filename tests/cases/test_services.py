"""How a dispute is led through its life, and where the station says no."""

from datetime import timedelta

import pytest

from shengkang.cases import services
from shengkang.cases.models import Agreement, CaseStep, FollowUp, Obligation
from shengkang.cases.moves import MOVES, Status
from shengkang.notices.models import Notice
from shengkang.organization.selectors import day_of
from shengkang.organization.services import UnitNotServed
from tests.cases.conftest import told
from tests.world import NOW, a_picture, no_at_the_gate

TODAY = NOW.date()
LATER = NOW + timedelta(days=7)

# One lawful call for each move, on whatever case it is given.
CALLS = {
    "join": lambda case, here: services.join_case(case=case, text="我也听见了", by=here.post_liaison, at=NOW),
    "accept": lambda case, here: services.accept_case(case=case, risk="green", grade="simple", by=here.officer, at=NOW),
    "assign": lambda case, here: services.assign_case(case=case, officer=here.colleague, by=here.station_chief, at=NOW),
    "mediate": lambda case, here: services.begin_mediation(case=case, mediator=here.household_head, by=here.officer, at=NOW),
    "session": lambda case, here: services.hold_session(
        case=case, held_at=NOW, place="村委会", mediators=[here.household_head], record="谈话", by=here.officer, at=NOW
    ),
    "agree": lambda case, here: services.record_agreement(
        case=case, facts="滴水", terms="装檐沟", effective_on=TODAY, by=here.officer, at=NOW
    ),
    "break_off": lambda case, here: services.break_off_mediation(case=case, reason="一方拒绝", by=here.officer, at=NOW),
    "inquire": lambda case, here: services.inquire(
        case=case, held_at=NOW, place="村委会", whom="邻居", record="看见", by=here.officer, at=NOW
    ),
    "sign": lambda case, here: services.sign_agreement(
        agreement=case.agreements.order_by("pk").last() or Agreement(case=case),
        parties=case.parties.filter(side__in=["first", "second"]),
        mediator=case.mediator,
        how="paper",
        picture=a_picture(),
        by=here.officer,
        at=NOW,
    ),
    "settle": lambda case, here: services.settle_case(case=case, by=here.officer, at=NOW),
    "follow_up": lambda case, here: services.record_follow_up(
        follow_up=case.follow_ups.filter(done_at=None).first() or FollowUp(case=case, due_on=TODAY),
        outcome="holds",
        by=here.officer,
        at=NOW,
    ),
    "archive": lambda case, here: services.archive_case(case=case, by=here.officer, at=NOW),
    "reopen": lambda case, here: services.reopen_case(case=case, reason="又吵", by=here.officer, at=NOW),
    "refer": lambda case, here: services.refer_case(case=case, to_whom="法庭", reason="产权", by=here.officer, at=NOW),
    "take_back": lambda case, here: services.take_back_case(case=case, reason="退回", by=here.officer, at=NOW),
    "terminate": lambda case, here: services.terminate_case(case=case, reason="拒绝", by=here.officer, at=NOW),
    "gate": lambda case, here: services.check_gate(case=case, answers=no_at_the_gate(), by=here.officer, at=NOW),
    "split": lambda case, here: services.split_case(case=case, reason="两回事", by=here.officer, at=NOW),
    "correct": lambda case, here: services.correct_case(case=case, place="村口", reason="听错", by=here.officer, at=NOW),
}
LAWFUL = [
    (state, move)
    for state in Status.values
    for move in CALLS
    # What was signed before is not signed again.
    if state in MOVES[move].origins and move not in ("archive", "join", "follow_up") and (state, move) != ("settled", "sign")
]


@pytest.mark.parametrize("state", Status.values)
def test_what_the_table_does_not_list_is_refused_and_leaves_no_trace(life, here, state):
    case = getattr(life, state)()
    before = case.steps.count()
    possible = [str(each.label) for each in MOVES.values() if state in each.origins]
    for move in (move for move in CALLS if state not in MOVES[move].origins):
        with pytest.raises(services.MoveRefused) as refusal:
            CALLS[move](case, here)
        assert all(label in str(refusal.value) for label in possible), move
        case.refresh_from_db()
        assert (case.status, case.steps.count()) == (state, before), move


@pytest.mark.parametrize(("state", "move"), LAWFUL)
def test_what_the_table_lists_is_done_with_exactly_one_step(life, here, state, move):
    case = life.signed() if move == "settle" else getattr(life, state)()
    before = case.steps.count()
    CALLS[move](case, here)
    case.refresh_from_db()
    step = case.steps.get(no=before + 1)
    assert case.steps.count() == before + 1 == case.steps_taken
    assert (step.move, step.from_status, step.to_status, step.at) == (move, state, case.status, NOW)
    assert case.status == (MOVES[move].target or state)


# -- registration --


def test_a_village_of_another_station_is_not_registered_here(here, world):
    with pytest.raises(UnitNotServed):
        services.open_case(**told(here, world.category, village=world.there.villages[0]))


@pytest.mark.parametrize("what", ["address", "party", "home", "reporter"])
def test_nothing_of_another_station_enters_a_case(here, world, what):
    there = world.there
    given = {
        "address": {"address": there.homes[0].address},
        "party": {"parties": [services.PartyDetails("first", "甲", person=there.residents[0])]},
        "home": {"parties": [services.PartyDetails("first", "甲", home=there.homes[0].address)]},
        "reporter": {"by": there.household_head},
    }[what]
    with pytest.raises(services.WrongStation):
        services.open_case(**told(here, world.category, **given))


def test_a_dispute_opens_with_its_number_its_parties_its_reporter_and_its_first_step(life, here):
    case = life.reported()
    assert (case.no, case.status, case.opened_at, case.due_at) == ("429901101-2026-0001", "reported", NOW, None)
    assert [(party.side, party.name, party.phone) for party in case.parties.all()] == [
        ("first", "张三", "13800001234"),
        ("second", "李四", ""),
    ]
    report = case.reports.get()
    assert (report.by, report.person, report.text) == (here.household_head, here.household_head.person, case.story)
    assert [(step.no, step.move, step.by) for step in case.steps.all()] == [(1, "open", here.household_head)]


def test_numbers_count_by_station_and_local_year(life, here, world):
    assert [life.reported().no for _ in range(2)] == ["429901101-2026-0001", "429901101-2026-0002"]
    # 2027 has begun in Shanghai while the clock of UTC still shows 2026.
    new_year = NOW.replace(year=2027, month=1, day=1, hour=0, minute=30)
    assert life.reported(at=new_year).no == "429901101-2027-0001"
    assert services.open_case(**told(world.there, world.category)).no == "429901102-2026-0001"


def test_the_ten_thousandth_case_of_a_year_takes_one_digit_more(life):
    case = life.reported()
    type(case).objects.filter(pk=case.pk).update(no="429901101-2026-9999")
    assert [life.reported().no for _ in range(2)] == ["429901101-2026-10000", "429901101-2026-10001"]


def test_a_reporter_who_told_before_is_not_written_twice(life, here):
    case = life.reported()
    with pytest.raises(services.AlreadyReported):
        services.join_case(case=case, text="再说一次", by=here.household_head, at=NOW)
    assert case.reports.count() == 1


def test_another_reporter_joins_and_hears_the_outcome_too(life, here):
    case = life.signed()
    services.join_case(case=case, text="我也听见了", by=here.post_liaison, at=NOW)
    services.settle_case(case=case, by=here.officer, at=NOW)
    told_to = Notice.objects.filter(kind="case.outcome").values_list("to", flat=True)
    assert sorted(told_to) == sorted([here.household_head.pk, here.post_liaison.pk])


# -- on the spot --


def test_a_protected_matter_is_never_settled_on_the_spot(here, world):
    with pytest.raises(services.CaseProtected):
        services.settle_on_the_spot(**told(here, world.category), terms="握手", restricted=True)


def test_a_shop_keeper_does_not_settle_disputes(here, world):
    with pytest.raises(services.UnfitPerson):
        services.settle_on_the_spot(**told(here, world.category, by=here.shop_keeper), terms="握手")


def test_a_small_dispute_is_opened_and_settled_in_one_call_by_the_one_who_settled_it(here, world):
    case = services.settle_on_the_spot(**told(here, world.category), terms="各退一步")
    assert (case.status, case.mediator, case.settled_at, case.grade) == ("settled", here.household_head, NOW, "")
    assert [(step.move, step.credited) for step in case.steps.all()] == [
        ("open", None),
        ("settle_on_the_spot", here.household_head.person),
    ]
    assert [(paper.oral, paper.terms) for paper in case.agreements.all()] == [(True, "各退一步")]
    assert [visit.due_on for visit in case.follow_ups.all()] == [TODAY + timedelta(days=7)]
    assert Notice.objects.count() == 0  # he knows what he did himself


def test_one_settled_on_the_spot_comes_back_as_yellow_and_ordinary_until_somebody_judges(here, world):
    case = services.settle_on_the_spot(**told(here, world.category), terms="各退一步")
    services.reopen_case(case=case, reason="又吵", by=here.officer, at=NOW)
    assert (case.status, case.risk, case.grade, case.assessments.count()) == ("accepted", "yellow", "ordinary", 1)
    services.correct_case(case=case, grade="complex", risk="red", reason="有人受伤", by=here.officer, at=NOW)
    assert (case.risk, case.grade, case.assessments.count()) == ("red", "complex", 2)


# -- grading and charge --


@pytest.mark.parametrize(
    "role", ["household_head", "post_liaison", "shop_keeper", "volunteer", "township_leader", "administrator"]
)
def test_only_the_police_take_charge(life, here, role):
    with pytest.raises(services.UnfitPerson):
        services.assign_case(case=life.reported(), officer=getattr(here, role), by=here.station_chief, at=NOW)


def test_an_officer_of_another_station_takes_no_charge_here(life, here, world):
    with pytest.raises(services.WrongStation):
        services.assign_case(case=life.reported(), officer=world.there.officer, by=here.station_chief, at=NOW)


def test_an_officer_whose_account_is_closed_takes_no_charge(life, here):
    here.colleague.is_active = False
    here.colleague.save()
    with pytest.raises(services.UnfitPerson):
        services.assign_case(case=life.reported(), officer=here.colleague, by=here.station_chief, at=NOW)


def test_another_station_takes_no_step(life, here, world):
    with pytest.raises(services.WrongStation):
        services.accept_case(case=life.reported(), risk="red", grade="simple", by=world.there.officer, at=NOW)


@pytest.mark.parametrize(("grade", "due"), [("simple", "2026-03-12"), ("ordinary", "2026-03-20"), ("complex", "2026-04-09")])
def test_the_limit_is_the_end_of_the_last_working_day(life, here, grade, due):
    """From Wednesday 2026-03-11; Qingming, Monday 6 April 2026, is off."""
    case = services.accept_case(case=life.reported(), risk="red", grade=grade, by=here.officer, at=NOW)
    assert day_of(case.due_at).isoformat() == due
    assert [(each.risk, each.by) for each in case.assessments.all()] == [("red", here.officer)]


def test_a_corrected_grade_counts_from_the_day_the_case_was_taken_on(life, here):
    case = life.accepted()
    services.correct_case(case=case, grade="simple", reason="小事", by=here.officer, at=LATER)
    assert day_of(case.due_at).isoformat() == "2026-03-12"


def test_who_is_put_in_charge_gets_a_message_unless_he_did_it_himself(life, here):
    case = life.accepted()  # the officer took it himself
    assert Notice.objects.count() == 0
    services.assign_case(case=case, officer=here.colleague, by=here.officer, at=NOW)
    assert [(notice.to, notice.kind, notice.link) for notice in Notice.objects.all()] == [
        (here.colleague, "case.task", case.get_absolute_url())
    ]


# -- corrections --


def test_a_correction_that_changes_nothing_is_refused(life, here):
    with pytest.raises(services.NothingChanged):
        services.correct_case(case=life.reported(), place="水塘边", reason="?", by=here.officer, at=NOW)


def test_a_state_is_not_corrected(life, here):
    with pytest.raises(TypeError):
        services.correct_case(case=life.reported(), status="settled", reason="?", by=here.officer, at=NOW)


def test_an_ungraded_case_is_graded_by_its_own_step(life, here):
    with pytest.raises(services.NotAllowedHere):
        services.correct_case(case=life.reported(), risk="red", reason="?", by=here.officer, at=NOW)


def test_a_case_in_mediation_is_not_made_protected_before_the_mediation_ended(life, here):
    with pytest.raises(services.CaseProtected):
        services.correct_case(case=life.mediating(), restricted=True, reason="施暴", by=here.officer, at=NOW)


def test_only_the_chief_lifts_a_protection(life, here):
    case = life.protected()
    with pytest.raises(services.NotAllowedHere):
        services.correct_case(case=case, restricted=False, reason="误会", by=here.officer, at=NOW)
    services.correct_case(case=case, restricted=False, reason="误会", by=here.station_chief, at=NOW)
    assert case.restricted is False


# -- mediation --


def test_a_protected_case_is_never_mediated(life, here):
    case = services.accept_case(case=life.protected(), risk="red", grade="simple", by=here.officer, at=NOW)
    with pytest.raises(services.CaseProtected):
        services.begin_mediation(case=case, mediator=here.household_head, by=here.officer, at=NOW)


@pytest.mark.parametrize("role", ["shop_keeper", "volunteer", "resident", "township_leader", "administrator", "device"])
def test_who_holds_no_role_for_it_does_not_mediate(life, here, role):
    with pytest.raises(services.UnfitPerson):
        services.begin_mediation(case=life.accepted(), mediator=getattr(here, role), by=here.officer, at=NOW)


def test_a_party_does_not_mediate_his_own_dispute(life, here):
    parties = [services.PartyDetails("first", "户长", person=here.household_head.person)]
    with pytest.raises(services.UnfitPerson):
        services.begin_mediation(case=life.accepted(parties=parties), mediator=here.household_head, by=here.officer, at=NOW)


@pytest.mark.parametrize("role", ["household_head", "post_liaison", "aux_police", "officer", "station_chief"])
def test_heads_liaisons_auxiliaries_officers_and_chiefs_mediate(life, here, role):
    case = services.begin_mediation(case=life.accepted(), mediator=getattr(here, role), by=here.officer, at=NOW)
    assert (case.status, case.mediator) == ("mediating", getattr(here, role))


@pytest.mark.parametrize("fault", ["nobody led it", "it lies ahead"])
def test_a_session_without_a_mediator_or_not_yet_held_is_not_recorded(life, here, fault):
    mediators, held_at = ([], NOW) if fault == "nobody led it" else ([here.household_head], LATER)
    with pytest.raises(services.SessionIncomplete):
        services.hold_session(
            case=life.mediating(), held_at=held_at, place="村委会", mediators=mediators, record="谈", by=here.officer, at=NOW
        )


@pytest.mark.parametrize(
    "fault", [{"terms": " "}, {"obligations": [("", TODAY)]}, {"obligations": [("装檐沟", TODAY - timedelta(1))]}]
)
def test_an_agreement_says_what_and_by_when(life, here, fault):
    given = {"facts": "滴水", "terms": "装檐沟", "effective_on": TODAY, "by": here.officer, "at": NOW} | fault
    with pytest.raises(services.AgreementIncomplete):
        services.record_agreement(case=life.mediating(), **given)


def test_a_settlement_is_credited_to_the_mediator_owes_a_visit_and_tells_the_reporter_without_a_name(life, here):
    case = life.settled()
    step = case.steps.last()
    assert (step.move, step.credited) == ("settle", here.household_head.person)
    assert [visit.due_on for visit in case.follow_ups.all()] == [TODAY + timedelta(days=each) for each in (7, 30, 90)]
    assert {visit.assignee for visit in case.follow_ups.all()} == {here.household_head}
    notice = Notice.objects.get(kind="case.outcome")
    assert (notice.to, notice.at) == (here.household_head, NOW)
    assert not {"张三", "李四", "水塘", case.no, here.villages[0].name} & {
        word for word in ("张三", "李四", "水塘", case.no, here.villages[0].name) if word in notice.text
    }


@pytest.mark.parametrize("ending", ["refer", "terminate"])
def test_every_ending_is_told_to_the_reporter_once(life, here, ending):
    case = life.mediating()
    CALLS[ending](case, here)
    assert [
        (notice.to, notice.kind) for notice in Notice.objects.filter(key__startswith=f"case:{case.pk}:{case.steps_taken}")
    ] == [(here.household_head, "case.outcome")]


def test_archiving_tells_nobody_again(life):
    life.archived()
    assert Notice.objects.filter(kind="case.outcome").count() == 1


# -- afterwards --


def test_a_case_without_its_visit_and_its_performance_is_not_archived_and_says_what_is_missing(life, here):
    case = life.settled(obligations=[("装檐沟", TODAY), ("付工钱", TODAY)])
    services.mark_performed(
        obligation=case.agreements.get().obligations.get(what="付工钱"), performed_on=TODAY, by=here.officer, at=NOW
    )
    with pytest.raises(services.ArchiveIncomplete) as refusal:
        services.archive_case(case=case, by=here.officer, at=NOW)
    assert "装檐沟" in str(refusal.value)
    assert "付工钱" not in str(refusal.value)


def test_an_obligation_is_not_performed_tomorrow(life, here):
    obligation = life.agreed(obligations=[("装檐沟", TODAY)]).agreements.get().obligations.get()
    with pytest.raises(services.NotAllowedHere):
        services.mark_performed(obligation=obligation, performed_on=TODAY + timedelta(1), by=here.officer, at=NOW)


def test_marking_a_performance_twice_keeps_the_first_day(life, here):
    obligation = life.agreed(obligations=[("装檐沟", TODAY)]).agreements.get().obligations.get()
    for at in (NOW, LATER):
        services.mark_performed(obligation=obligation, performed_on=at.date(), by=here.officer, at=at)
    assert Obligation.objects.get().performed_on == TODAY
    assert CaseStep.objects.filter(move="perform").count() == 1


def test_a_visit_is_recorded_once(life, here):
    case = life.settled()
    visit = case.follow_ups.first()
    services.record_follow_up(follow_up=visit, outcome="uneasy", by=here.officer, at=LATER)
    with pytest.raises(services.FollowUpDone):
        services.record_follow_up(follow_up=visit, outcome="holds", by=here.officer, at=LATER)


def test_an_uneasy_visit_owes_another_one_and_keeps_the_file_open(life, here):
    case = life.settled()
    services.record_follow_up(follow_up=case.follow_ups.first(), outcome="uneasy", by=here.officer, at=LATER)
    owed = [visit.due_on for visit in case.follow_ups.filter(done_at=None)]
    assert owed == [TODAY + timedelta(days=each) for each in (14, 30, 90)]
    with pytest.raises(services.ArchiveIncomplete):
        services.archive_case(case=case, by=here.officer, at=LATER)


def test_a_visit_that_finds_the_quarrel_broken_out_reopens_the_case_with_a_new_limit(life, here):
    case = life.settled()
    services.record_follow_up(follow_up=case.follow_ups.first(), outcome="broken", note="又吵", by=here.officer, at=LATER)
    case.refresh_from_db()
    assert (case.status, case.settled_at, day_of(case.due_at).isoformat()) == ("accepted", None, "2026-03-27")
    assert [step.move for step in case.steps.all()][-2:] == ["follow_up", "reopen"]


def test_reopening_drops_the_visits_of_the_old_settlement_and_keeps_its_steps(life, here):
    case = life.settled()
    services.reopen_case(case=case, reason="又吵", by=here.officer, at=NOW)
    assert case.follow_ups.count() == 0
    assert CaseStep.objects.filter(case=case, move="settle").count() == 1


def test_a_case_settled_again_on_the_same_day_finds_a_free_day_for_its_visit(life, here):
    case = life.settled()
    services.record_follow_up(follow_up=case.follow_ups.first(), outcome="broken", by=here.officer, at=NOW)
    for move in ("mediate", "agree", "sign", "settle"):
        CALLS[move](case, here)
    assert sorted(visit.due_on for visit in case.follow_ups.all()) == [TODAY + timedelta(days=each) for each in (7, 8, 30, 90)]


def test_one_referred_before_it_was_graded_comes_back_with_a_limit(life, here):
    case = life.referred()
    assert case.due_at is None
    services.take_back_case(case=case, reason="退回", by=here.officer, at=NOW)
    assert (case.status, case.grade, day_of(case.due_at).isoformat()) == ("accepted", "ordinary", "2026-03-20")


# -- the clock --


def test_a_visit_that_is_not_due_reminds_nobody(life):
    life.settled()
    assert services.remind_of_follow_ups(at=NOW + timedelta(days=6)) == 0


def test_a_due_visit_reminds_the_mediator_once_however_often_the_clock_runs(life, here):
    case = life.settled()
    for day in (7, 7, 8):
        assert services.remind_of_follow_ups(at=NOW + timedelta(days=day)) == 1
    assert [(notice.to, notice.link) for notice in Notice.objects.filter(kind="case.follow_up")] == [
        (here.household_head, case.get_absolute_url())
    ]


def test_without_an_officer_the_mediator_is_reminded(here, world):
    services.settle_on_the_spot(**told(here, world.category), terms="各退一步")
    services.remind_of_follow_ups(at=LATER)
    assert [notice.to for notice in Notice.objects.all()] == [here.household_head]
