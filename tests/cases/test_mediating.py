"""Sessions: who may lead them, who must be there, how often the police may hold them, and what follows when they fail."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shengkang.attachments.models import Attachment
from shengkang.cases import agreements, services
from shengkang.cases.models import Party
from shengkang.cases.services import PartyDetails
from tests.world import NOW, mediate, no_at_the_gate

SHANGHAI = ZoneInfo("Asia/Shanghai")


def held(case, by, **given):
    told = {
        "held_at": NOW,
        "place": "村委会",
        "mediators": [case.mediator],
        "record": "双方各讲了经过",
        "by": by,
        "at": NOW,
    }
    return services.hold_session(case=case, **told | given)


def at_a_police_session(life, here):
    """Somebody was beaten, lightly: what the police may mediate."""
    return police_mediation(life.accepted(), here)


def police_mediation(case, here):
    services.check_gate(case=case, answers=no_at_the_gate(police_act=True), by=here.officer, at=NOW)
    return services.begin_mediation(case=case, mediator=here.officer, procedure="police", by=here.officer, at=NOW)


# -- who mediates --


def as_a_party(here):
    return [PartyDetails("first", "户长", person=here.household_head.person), PartyDetails("second", "李四")]


def with_the_same_telephone(here):
    return [PartyDetails("first", "张三", here.household_head.phone[:3] + " " + here.household_head.phone[3:])]


def at_the_same_address(here):
    return [PartyDetails("first", "张三", home=here.homes[2].address)]


@pytest.mark.parametrize("parties", [as_a_party, with_the_same_telephone, at_the_same_address])
def test_a_mediator_who_shares_more_than_a_village_with_a_party_does_not_mediate(life, here, parties):
    if parties is at_the_same_address:  # known from another dispute in which she was a party
        life.reported(parties=[PartyDetails("first", "户长", person=here.household_head.person, home=here.homes[2].address)])
    case = life.accepted(parties=parties(here))
    with pytest.raises(services.ConflictOfInterest):
        services.begin_mediation(case=case, mediator=here.household_head, by=here.officer, at=NOW)
    mediate(case, here.officer, by=here.officer)
    with pytest.raises(services.ConflictOfInterest):
        held(case, here.officer, mediators=[here.officer, here.household_head])


def test_a_fragment_of_a_number_says_nothing(life, here):
    case = life.accepted(parties=[PartyDetails("first", "张三", here.household_head.phone[-4:])])
    assert mediate(case, here.household_head, by=here.officer).mediator == here.household_head


def test_who_does_not_declare_to_be_impartial_steps_back(life, here):
    case = life.mediating()
    with pytest.raises(services.ConflictOfInterest):
        held(case, here.officer, impartial=False)
    assert case.sessions.count() == 0


# -- who is there --


def test_a_stranger_is_not_written_down_as_a_party(life, here):
    with pytest.raises(services.SessionIncomplete):
        held(life.mediating(), here.officer, parties=[life.reported().parties.first()])


def test_a_session_without_any_party_is_none(life, here):
    with pytest.raises(services.SessionIncomplete):
        held(life.mediating(), here.officer, parties=[])


def test_a_minor_comes_with_a_guardian(life, here):
    case = life.mediating()
    child = case.parties.first()
    Party.objects.filter(pk=child.pk).update(is_minor=True)
    with pytest.raises(services.SessionIncomplete, match="张三"):
        held(case, here.officer)
    held(case, here.officer, parties=[case.parties.last()])  # the other side alone
    Party.objects.filter(pk=child.pk).update(guardian_name="张母")
    assert set(held(case, here.officer).parties.all()) == set(case.parties.all())


def test_a_session_tells_who_was_there_how_it_ended_and_keeps_the_recording(life, here, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    case = life.mediating()
    sound = SimpleUploadedFile("调解.amr", b"#!AMR\n" + b"\0" * 50, "audio/amr")
    session = held(case, here.officer, present="村支书", outcome="agreed", recordings=[sound])
    assert {party.name for party in session.parties.all()} == {"张三", "李四"}
    assert (session.present, session.outcome, session.procedure) == ("村支书", "agreed", "people")
    recording = Attachment.objects.of(session).get()
    assert recording.media_type == "audio/amr"
    assert Attachment.objects.visible_to(here.household_head).filter(pk=recording.pk).exists()
    assert not Attachment.objects.visible_to(here.post_liaison).filter(pk=recording.pk).exists()
    assert case.status == "mediating"


# -- the police --


def test_an_auxiliary_does_not_lead_a_police_mediation_alone_but_assists(life, here):
    case = at_a_police_session(life, here)
    with pytest.raises(services.UnfitPerson):
        held(case, here.officer, mediators=[here.aux_police])
    assert held(case, here.officer, mediators=[here.officer, here.aux_police]).mediators.count() == 2


def on(month, day, hour=10):
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def test_a_second_police_session_comes_within_seven_working_days(life, here):
    """From Wednesday 11 March 2026 the seventh working day is Friday the 20th."""
    case = at_a_police_session(life, here)
    held(case, here.officer)
    with pytest.raises(services.SessionNotAllowed, match="2026-03-20"):
        held(case, here.officer, held_at=on(3, 23), at=on(3, 23))
    assert held(case, here.officer, held_at=on(3, 20, 18), at=on(3, 23)).pk
    assert case.sessions.count() == 2


def test_the_seven_working_days_know_the_spring_festival(life, here):
    """From Friday 13 February 2026: Saturday the 14th works, the 15th to the 23rd is off, Saturday the 28th works again.

    So the seven are the 14th, 24th, 25th, 26th, 27th and 28th, and Monday, 2 March.
    """
    case = at_a_police_session(life, here)
    held(case, here.officer, held_at=on(2, 13), at=on(3, 20))
    with pytest.raises(services.SessionNotAllowed, match="2026-03-02"):
        held(case, here.officer, held_at=on(3, 3), at=on(3, 20))
    held(case, here.officer, held_at=on(3, 2, 18), at=on(3, 20))


def test_there_is_no_third_police_session(life, here):
    case = at_a_police_session(life, here)
    held(case, here.officer), held(case, here.officer)
    with pytest.raises(services.SessionNotAllowed):
        held(case, here.officer)


def test_breaking_off_and_beginning_anew_gives_the_police_no_more_sessions(life, here):
    case = at_a_police_session(life, here)
    held(case, here.officer), held(case, here.officer, outcome="no_agreement")
    police_mediation(case, here)
    with pytest.raises(services.SessionNotAllowed):
        held(case, here.officer)


def test_peoples_mediation_sits_as_often_as_it_takes(life, here):
    case = life.mediating()
    for week in range(3):
        held(case, here.officer, held_at=NOW + timedelta(weeks=week), at=NOW + timedelta(weeks=3))
    assert case.sessions.count() == 3


# -- when it fails --


@pytest.mark.parametrize("outcome", ["refused", "no_agreement"])
def test_a_session_without_agreement_ends_the_mediation_in_the_same_breath(life, here, outcome):
    case = life.mediating()
    held(case, here.officer, outcome=outcome)
    case.refresh_from_db()
    assert (case.status, case.procedure, case.mediator, case.officer) == ("accepted", "", None, here.officer)
    assert [step.move for step in case.steps.all()][-2:] == ["session", "break_off"]
    assert agreements.broke_off(case)


def test_after_a_refusal_the_gate_is_asked_anew(life, here):
    case = life.mediating()
    held(case, here.officer, outcome="refused")
    with pytest.raises(services.GateIncomplete):
        services.begin_mediation(case=case, mediator=here.household_head, by=here.officer, at=NOW)
    services.check_gate(case=case, answers=no_at_the_gate(), by=here.officer, at=NOW)
    services.begin_mediation(case=case, mediator=here.household_head, by=here.officer, at=NOW)
    assert case.status == "mediating"
    assert not agreements.broke_off(case)


def test_an_agreement_that_is_not_kept_is_broken_off_with_all_it_owed(life, here):
    case = life.agreed(obligations=[("装檐沟", NOW.date())])
    overdue = agreements.overdue_obligations(here.officer, NOW + timedelta(days=1))
    assert overdue.count() == 1
    services.break_off_mediation(case=case, reason="反悔", by=here.officer, at=NOW)
    assert (case.status, overdue.count()) == ("accepted", 0)


def test_an_inquiry_is_no_prophecy(life, here):
    told = {"place": "水塘边", "whom": "邻居王五", "record": "檐沟断了", "by": here.officer, "at": NOW}
    case = life.accepted()
    with pytest.raises(services.NotAllowedHere):
        services.inquire(case=case, held_at=NOW + timedelta(minutes=1), **told)
    inquiry = services.inquire(case=case, held_at=NOW, **told)
    assert (inquiry.whom, case.steps.last().move, case.status) == ("邻居王五", "inquire", "accepted")
