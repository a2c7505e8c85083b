"""The agreement as a thing: instalments to the cent, signatures, performance and its reminders, the court, the visits afterwards."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shengkang.attachments.models import Attachment
from shengkang.cases import agreements, services
from shengkang.cases.models import Category, Confirmation, DisputeCase, FollowUp, Obligation, Party, Signature
from shengkang.cases.services import ObligationDetails, PartyDetails, instalments
from shengkang.notices.models import Notice
from tests.cases.conftest import told
from tests.world import NOW, a_picture, file_papers, mediate, no_at_the_gate, sign

TODAY = NOW.date()


def later(days):
    return NOW + timedelta(days=days)


# -- instalments --


@pytest.mark.parametrize(("total", "count"), [("100.00", 1), ("100.00", 61), ("0.02", 3), ("10.005", 2), ("-5", 2)])
def test_what_cannot_be_paid_in_instalments_is_refused(total, count):
    with pytest.raises(services.AgreementIncomplete):
        instalments(what="赔偿款", total=Decimal(total), count=count, first_due_on=TODAY)


def test_instalments_are_exact_to_the_cent_and_fall_on_the_end_of_short_months():
    rows = instalments(what="赔偿款", total=Decimal("1000.00"), count=3, first_due_on=date(2026, 12, 31))
    assert [(row.due_on.isoformat(), str(row.amount)) for row in rows] == [
        ("2026-12-31", "333.34"),
        ("2027-01-31", "333.33"),
        ("2027-02-28", "333.33"),
    ]
    weekly = instalments(what="租金", total=Decimal("0.05"), count=4, first_due_on=date(2026, 2, 27), every="week")
    assert [str(row.amount) for row in weekly] == ["0.02", "0.01", "0.01", "0.01"]
    assert [row.due_on.isoformat() for row in weekly] == ["2026-02-27", "2026-03-06", "2026-03-13", "2026-03-20"]


@pytest.mark.parametrize("cents", [2, 99, 100, 12_345, 999_999_999])
@pytest.mark.parametrize("count", [2, 7, 60])
def test_instalments_add_up(cents, count):
    if cents < count:
        return
    rows = instalments(what="款", total=Decimal(cents) / 100, count=count, first_due_on=TODAY)
    assert sum(row.amount for row in rows) == Decimal(cents) / 100
    assert max(row.amount for row in rows) - min(row.amount for row in rows) <= Decimal("0.01")


# -- what is written down --


def test_only_a_party_of_the_case_owes_something_under_its_agreement(life, here):
    stranger = life.reported().parties.first()
    case = life.mediating()
    with pytest.raises(services.AgreementIncomplete):
        services.record_agreement(
            case=case, facts="f", terms="t", effective_on=TODAY, by=here.officer, at=NOW,
            obligations=[ObligationDetails("付钱", TODAY, stranger, Decimal(5))],
        )  # fmt: skip


def test_the_police_end_in_writing(life, here):
    case = life.accepted()
    services.check_gate(case=case, answers=no_at_the_gate(police_act=True), by=here.officer, at=NOW)
    services.begin_mediation(case=case, mediator=here.officer, procedure="police", by=here.officer, at=NOW)
    with pytest.raises(services.AgreementIncomplete):
        services.record_agreement(case=case, facts="f", terms="t", oral=True, effective_on=TODAY, by=here.officer, at=NOW)


def test_an_agreement_keeps_who_owes_how_much(life):
    case = life.mediating()
    first = case.parties.first()
    given = [*instalments(what="赔偿款", total=Decimal(300), count=3, first_due_on=TODAY, party=first), ("道歉", TODAY)]
    services.record_agreement(case=case, facts="f", terms="t", obligations=given, effective_on=TODAY, by=case.officer, at=NOW)
    rows = [(owed.party, owed.amount) for owed in Obligation.objects.order_by("id")]
    assert rows == [(first, Decimal("100.00"))] * 3 + [(None, None)]


# -- signatures --


def put(case, here, **given):
    told = {"agreement": case.agreements.get(), "how": "finger", "picture": a_picture(), "by": here.officer, "at": NOW}
    return services.sign_agreement(**told | given)


def test_an_unsigned_agreement_settles_nothing_and_says_who_is_missing(life, here):
    case = life.agreed()
    put(case, here, parties=[case.parties.first()])
    with pytest.raises(services.AgreementUnsigned) as refusal:
        services.settle_case(case=case, by=here.officer, at=NOW)
    assert "李四" in str(refusal.value)
    assert here.household_head.name in str(refusal.value)
    assert "张三" not in str(refusal.value)


def test_an_agreement_between_nobody_is_signed_by_nobody(life, here):
    case = life.agreed()
    case.parties.filter(side="second").update(side="other")
    sign(case, here.officer)
    with pytest.raises(services.AgreementUnsigned):
        services.settle_case(case=case, by=here.officer, at=NOW)


def test_an_oral_agreement_needs_no_signature_and_takes_none(life, here):
    case = life.mediating()
    services.record_agreement(case=case, facts="f", terms="t", oral=True, effective_on=TODAY, by=here.officer, at=NOW)
    with pytest.raises(services.SignatureRefused):
        put(case, here, parties=[case.parties.first()])
    assert services.settle_case(case=case, by=here.officer, at=NOW).status == "settled"


@pytest.mark.parametrize("fault", ["nobody", "two with one finger", "a stranger", "an onlooker", "not the mediator", "a child"])
def test_who_may_not_sign_does_not(life, here, fault):
    case = life.agreed()
    first, second = case.parties.all()
    if fault == "an onlooker":
        case.parties.filter(pk=first.pk).update(side="other")
    if fault == "a child":
        case.parties.filter(pk=first.pk).update(is_minor=True)
    first.refresh_from_db()
    given = {
        "nobody": {},
        "two with one finger": {"parties": [first, second]},
        "a stranger": {"parties": [life.reported().parties.first()]},
        "an onlooker": {"parties": [first]},
        "not the mediator": {"mediator": here.officer},
        "a child": {"parties": [first]},
    }[fault]
    with pytest.raises(services.SignatureRefused):
        put(case, here, **given)
    assert Signature.objects.count() == 0


def test_a_child_signs_with_the_guardian(life, here):
    case = life.agreed()
    Party.objects.filter(pk=case.parties.first().pk).update(is_minor=True, guardian_name="张母")
    put(case, here, parties=[case.parties.first()])
    assert "张母" in case.steps.last().note


def test_nobody_signs_twice(life, here):
    case = life.signed()
    with pytest.raises(services.SignatureRefused, match="张三"):
        put(case, here, parties=[case.parties.first()])


def test_one_after_the_other_signs_with_the_finger_and_the_last_brings_it_into_effect(life, here, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    case = life.agreed()
    first, second = case.parties.all()
    put(case, here, parties=[first])
    put(case, here, parties=[second], at=later(1))
    put(case, here, mediator=here.household_head, at=later(2))
    agreement = case.agreements.get()
    assert agreements.is_signed(agreement)
    assert agreement.effective_on == TODAY + timedelta(days=2)
    assert [step.move for step in case.steps.all()][-3:] == ["sign"] * 3
    for signature in agreement.signatures.all():
        assert Attachment.objects.of(signature).get().kind == "picture"


def test_a_paper_bears_its_own_day_and_all_who_signed_it_are_one_step(life, here):
    case = life.agreed()
    sign(case, here.officer, at=later(5))
    assert case.agreements.get().effective_on == TODAY
    assert case.steps.filter(move="sign").count() == 1
    assert case.agreements.get().signatures.count() == 3


# -- performance --


def test_reminders_come_three_days_before_and_three_days_after_once_each(life, here):
    case = life.agreed(obligations=[("装檐沟", TODAY + timedelta(days=10))])

    def reminded(day):
        services.remind_of_obligations(at=later(day))
        services.remind_of_obligations(at=later(day))
        return sorted(Notice.objects.filter(kind="case.obligation").values_list("key", "to__name"))

    people = sorted([here.officer.name, here.household_head.name])
    key = f"obligation:{case.agreements.get().obligations.get().pk}"
    before, after = ([(f"{key}:{when}", name) for name in people] for when in ("before", "after"))
    assert reminded(6) == []
    assert reminded(7) == before
    assert reminded(12) == before
    assert reminded(13) == sorted(after + before)
    assert reminded(40) == sorted(after + before)
    texts = " ".join(Notice.objects.values_list("text", flat=True))
    assert not [word for word in ("檐沟", "张三", "李四", case.no) if word in texts]


def test_what_was_done_reminds_nobody(life, here):
    case = life.agreed(obligations=[("装檐沟", TODAY)])
    services.mark_performed(obligation=Obligation.objects.get(), performed_on=TODAY, by=here.officer, at=NOW)
    assert services.remind_of_obligations(at=later(9)) == 0
    assert case.steps.last() is not None
    assert "装檐沟" in case.steps.order_by("no").last().note


def test_what_is_owed_and_late_stands_on_the_desks_list_until_it_is_done(life, here, world):
    life.settled(obligations=[("装檐沟", TODAY), ("付钱", TODAY + timedelta(days=9))])
    for user, count in ((here.officer, 1), (here.household_head, 1), (world.there.officer, 0)):
        assert agreements.overdue_obligations(user, later(1)).count() == count
    assert DisputeCase.objects.owes_something(TODAY).count() == 0
    assert DisputeCase.objects.owes_something(TODAY + timedelta(days=1)).count() == 1
    services.mark_performed(obligation=Obligation.objects.first(), performed_on=TODAY, by=here.officer, at=later(1))
    assert agreements.overdue_obligations(here.officer, later(1)).count() == 0


def test_a_performance_is_marked_only_while_the_agreement_stands(life, here):
    case = life.settled(obligations=[("装檐沟", TODAY)])
    services.reopen_case(case=case, reason="又吵", by=here.officer, at=NOW)
    with pytest.raises(services.MoveRefused):
        services.mark_performed(obligation=Obligation.objects.get(), performed_on=TODAY, by=here.officer, at=NOW)


# -- the court --


def ask(case, here, asked_on=TODAY, at=None):
    return services.ask_confirmation(
        agreement=case.agreements.get(), court="试县人民法院", asked_on=asked_on, by=here.officer, at=at or NOW
    )


def test_the_thirty_days_end_on_a_working_day(life):
    """From 11 March 2026 thirty days end on Friday 10 April; from the 5th on Saturday 4 April, a holiday until Monday the 6th."""
    agreement = life.signed().agreements.get()
    assert agreements.last_day_for_confirmation(agreement) == date(2026, 4, 10)
    assert agreements.days_left_for_confirmation(agreement, NOW) == 30
    assert agreements.days_left_for_confirmation(agreement, later(30)) == 0
    assert agreements.days_left_for_confirmation(agreement, later(31)) is None
    agreement.effective_on = date(2026, 3, 5)
    assert agreements.last_day_for_confirmation(agreement) == date(2026, 4, 7)


def test_a_marriage_is_not_confirmed_by_the_court(life, here):
    case = life.accepted()
    services.correct_case(case=case, category=Category.objects.get(code="01"), reason="夫妻", by=here.officer, at=NOW)
    mediate(case, here.household_head, by=here.officer)
    services.record_agreement(case=case, facts="f", terms="t", effective_on=TODAY, by=here.officer, at=NOW)
    sign(case, here.officer)
    assert case.agreements.get().about_status is True
    assert agreements.days_left_for_confirmation(case.agreements.get(), NOW) is None
    with pytest.raises(services.ConfirmationRefused):
        ask(case, here)


@pytest.mark.parametrize("fault", ["unsigned", "too late", "tomorrow", "before it took effect", "of the police", "asked before"])
def test_the_court_is_not_asked(life, here, fault):
    case = life.agreed() if fault == "unsigned" else life.signed()
    if fault == "asked before":
        ask(case, here)
    if fault == "of the police":
        DisputeCase.objects.filter(pk=case.pk).update(procedure="police")
    days = {"too late": 31, "tomorrow": 1, "before it took effect": -1}.get(fault, 0)
    with pytest.raises(services.ConfirmationRefused):
        ask(case, here, TODAY + timedelta(days=days), at=later(40) if fault == "too late" else NOW)


def test_on_the_last_day_the_court_is_asked_and_decides(life, here):
    case = life.settled()
    confirmation = ask(case, here, date(2026, 4, 10), at=later(35))
    with pytest.raises(services.ConfirmationRefused):
        services.decide_confirmation(
            confirmation=confirmation, outcome="confirmed", decided_on=date(2026, 4, 9), by=here.officer, at=later(40)
        )
    for _attempt in range(2):
        if confirmation.outcome:
            with pytest.raises(services.ConfirmationRefused):
                services.decide_confirmation(
                    confirmation=confirmation, outcome="refused", decided_on=date(2026, 4, 15), by=here.officer, at=later(40)
                )
            continue
        services.decide_confirmation(
            confirmation=confirmation, outcome="confirmed", decided_on=date(2026, 4, 15), number="(2026)鄂司确1号",
            by=here.officer, at=later(40),
        )  # fmt: skip
    assert Confirmation.objects.get().outcome == "confirmed"
    assert [step.move for step in case.steps.all()][-2:] == ["confirm", "confirm"]


# -- the visits --


def test_what_was_settled_on_the_spot_is_visited_once(here, world):
    case = services.settle_on_the_spot(**told(here, world.category), terms="各退一步")
    assert [(visit.due_on, visit.assignee) for visit in case.follow_ups.all()] == [
        (TODAY + timedelta(days=7), here.household_head)
    ]


def test_a_settlement_is_visited_by_whoever_was_named(life, here):
    case = services.settle_case(case=life.signed(), visitor=here.colleague, by=here.officer, at=NOW)
    assert {visit.assignee for visit in case.follow_ups.all()} == {here.colleague}


def test_a_visit_stands_on_one_list_and_can_be_given_to_somebody_else(life, here):
    case = life.settled()
    visit = case.follow_ups.first()
    assert [agreements.visits_of(user, later(7)).count() for user in (here.household_head, here.aux_police)] == [1, 0]
    with pytest.raises(services.UnfitPerson):
        services.give_visit(follow_up=visit, to=here.post_liaison, by=here.officer, at=NOW)
    services.give_visit(follow_up=visit, to=here.aux_police, by=here.officer, at=NOW)
    assert [agreements.visits_of(user, later(7)).count() for user in (here.household_head, here.aux_police)] == [0, 1]
    # Who owes the visit sees the case until he made it.
    assert DisputeCase.objects.visible_to(here.aux_police).filter(pk=case.pk).exists()
    services.record_follow_up(follow_up=visit, outcome="holds", by=here.aux_police, at=later(7))
    assert not DisputeCase.objects.visible_to(here.aux_police).filter(pk=case.pk).exists()


def test_nobody_gives_away_a_visit_that_was_made_or_of_another_station(life, here, world):
    visit = life.settled().follow_ups.first()
    with pytest.raises(services.WrongStation):
        services.give_visit(follow_up=visit, to=here.officer, by=world.there.officer, at=NOW)
    services.record_follow_up(follow_up=visit, outcome="holds", by=here.officer, at=later(7))
    with pytest.raises(services.FollowUpDone):
        services.give_visit(follow_up=visit, to=here.officer, by=here.officer, at=later(7))


def test_the_archive_wants_the_first_visit_and_none_overdue(life, here):
    case = life.settled()
    file_papers(case, here.officer)
    visits = list(case.follow_ups.all())
    with pytest.raises(services.ArchiveIncomplete):
        services.archive_case(case=case, by=here.officer, at=NOW)
    services.record_follow_up(follow_up=visits[0], outcome="holds", by=here.officer, at=later(7))
    with pytest.raises(services.ArchiveIncomplete):
        services.archive_case(case=case, by=here.officer, at=later(30))
    assert services.archive_case(case=case, by=here.officer, at=later(29)).status == "archived"


def test_a_later_visit_is_made_out_of_the_archive_and_brings_a_broken_peace_back(life, here):
    case = life.archived()
    second, third = case.follow_ups.filter(done_at=None)
    services.record_follow_up(follow_up=second, outcome="holds", by=here.household_head, at=later(30))
    assert DisputeCase.objects.get().status == "archived"
    services.record_follow_up(follow_up=third, outcome="broken", note="又吵", by=here.household_head, at=later(90))
    case.refresh_from_db()
    assert (case.status, case.settled_at, case.archived_at) == ("accepted", None, None)


def test_an_uneasy_visit_shortly_before_the_next_one_owes_no_other(life, here):
    case = life.settled()
    services.record_follow_up(follow_up=case.follow_ups.first(), outcome="uneasy", by=here.officer, at=later(25))
    assert [visit.due_on for visit in case.follow_ups.filter(done_at=None)] == [TODAY + timedelta(days=d) for d in (30, 90)]


def test_reopening_keeps_the_visits_that_follow_a_letter_of_admonition(life, here):
    case = life.terminated()
    kept = FollowUp.objects.create(case=case, kind="admonition", due_on=TODAY, assignee=here.officer)
    services.reopen_case(case=case, reason="又打", by=here.officer, at=NOW)
    assert list(case.follow_ups.all()) == [kept]


def test_a_broken_visit_after_a_letter_of_admonition_leaves_a_case_in_work_where_it_is(life, here):
    case = services.accept_case(
        case=life.reported(parties=[PartyDetails("first", "张三")]), risk="red", grade="simple", by=here.officer, at=NOW
    )
    visit = FollowUp.objects.create(case=case, kind="admonition", due_on=TODAY, assignee=here.officer)
    services.record_follow_up(follow_up=visit, outcome="broken", by=here.officer, at=NOW)
    case.refresh_from_db()
    assert (case.status, case.steps.order_by("no").last().move) == ("accepted", "follow_up")
