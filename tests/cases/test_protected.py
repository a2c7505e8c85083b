"""What must be reported at once: who hears of it, the letter of admonition, its visits, and what stays whatever becomes of the case."""

from datetime import date, timedelta

import pytest
from rest_framework.test import APIClient

from shengkang.cases import services
from shengkang.cases.models import FollowUp
from shengkang.notices.models import Notice
from tests.cases.conftest import told
from tests.cases.test_admin import offered, page_of, verb_of
from tests.world import NOW


@pytest.fixture
def case(life, here):
    """Violence at home: told by the head, taken on by the chief, an officer in charge."""
    case = life.protected()
    return services.accept_case(case=case, risk="red", grade="complex", officer=here.officer, by=here.station_chief, at=NOW)


@pytest.fixture
def admonish(case, here):
    def admonish(**other):
        given = {"case": case, "party": case.parties.get(name="李四"), "served_at": NOW, "facts": "殴打妻子，脸部红肿"}
        return services.admonish_case(**given | {"by": here.officer, "at": NOW} | other)

    return admonish


def owed(case) -> list[date]:
    return list(case.follow_ups.filter(done_at=None).values_list("due_on", flat=True))


# -- refusals --


def test_an_ordinary_dispute_knows_no_letter_of_admonition(life, here):
    case = life.accepted()
    with pytest.raises(services.AdmonitionRefused):
        services.admonish_case(
            case=case, party=case.parties.first(), served_at=NOW, facts="x", by=here.officer, at=NOW
        )  # fmt: skip


@pytest.mark.parametrize("other", [{"served_at": NOW + timedelta(minutes=1)}, {"facts": "  "}])
def test_a_letter_was_served_and_states_facts(admonish, other):
    with pytest.raises(services.AdmonitionRefused):
        admonish(**other)


def test_a_letter_is_served_on_somebody_of_the_case(admonish, life):
    with pytest.raises(services.AdmonitionRefused):
        admonish(party=life.accepted().parties.first())


@pytest.mark.parametrize("role", ["aux_police", "household_head"])
def test_only_police_admonish(admonish, here, role):
    with pytest.raises(services.UnfitPerson):
        admonish(by=getattr(here, role))


def test_another_station_admonishes_nobody_here(admonish, world):
    with pytest.raises(services.WrongStation):
        admonish(by=world.there.officer)


def test_what_is_protected_is_not_protected_again(case, here):
    with pytest.raises(services.NothingChanged):
        services.protect_case(case=case, reason="x", by=here.officer, at=NOW)


# -- what follows --


def test_the_letter_brings_visits_after_7_30_and_90_days_to_the_officer_in_charge(case, admonish, here):
    """反家庭暴力法 art. 17 asks for visits; the days are practice."""
    admonish()
    assert owed(case) == [NOW.date() + timedelta(days=days) for days in (7, 30, 90)]
    assert {(visit.kind, visit.assignee) for visit in case.follow_ups.all()} == {("admonition", here.officer)}
    assert case.steps.latest("no").move == "admonish"


def test_a_second_letter_moves_visits_that_fall_together(case, admonish):
    admonish()
    admonish()
    days = owed(case)
    assert len(days) == len(set(days)) == 6


@pytest.mark.parametrize("way_out", ["refer", "terminate"])
def test_the_visits_stay_when_the_case_goes_elsewhere(case, admonish, here, way_out):
    admonish()
    if way_out == "refer":
        services.refer_case(case=case, to_whom="法庭", reason="人身安全保护令", by=here.officer, at=NOW)
    else:
        services.terminate_case(case=case, reason="依法处理完毕", by=here.officer, at=NOW)
    assert len(owed(case)) == 3
    week_later = NOW + timedelta(days=7)
    services.record_follow_up(follow_up=case.follow_ups.first(), outcome="holds", by=here.officer, at=week_later)
    assert len(owed(case)) == 2


def test_a_reopened_case_still_owes_its_visits(case, admonish, here):
    admonish()
    services.terminate_case(case=case, reason="依法处理完毕", by=here.officer, at=NOW)
    services.reopen_case(case=case, reason="又打人", by=here.officer, at=NOW)
    assert len(owed(case)) == 3


def test_violence_found_again_reaches_the_chief_without_a_word_about_whom(case, admonish, here):
    admonish()
    Notice.objects.all().delete()
    services.record_follow_up(follow_up=case.follow_ups.first(), outcome="broken", note="又打人", by=here.officer, at=NOW)
    notice = Notice.objects.get(to=here.station_chief)
    assert [word for word in (case.no, "李四", "打人", case.village.name, case.place) if word in notice.text] == []
    assert case.status == "accepted"


def test_a_visit_that_is_due_is_on_the_officers_list_of_messages(case, admonish, here):
    admonish()
    Notice.objects.all().delete()
    services.remind_of_follow_ups(at=NOW + timedelta(days=7))
    assert [notice.to for notice in Notice.objects.all()] == [here.officer]


def test_the_chief_hears_at_once_whoever_tells(here, world):
    """Told on a phone, marked at the desk, found at the gate; the chief himself is told nothing he did."""
    services.open_case(**told(here, world.category), restricted=True)
    services.open_case(**told(here, world.category, by=here.station_chief), restricted=True)
    assert [notice.to for notice in Notice.objects.filter(kind="case.protected")] == [here.station_chief]


def test_a_mistake_put_right_reaches_the_chief_too(life, here):
    case = life.reported()
    services.correct_case(case=case, reason="涉家暴", restricted=True, by=here.officer, at=NOW)
    assert Notice.objects.get(kind="case.protected").to == here.station_chief


# -- faces --


def test_at_the_desk_only_those_who_may_close_serve_the_letter(client, case, here):
    client.force_login(here.officer)
    assert "admonish" in offered(client, case)
    assert not {"gate", "mediate", "protect"} & set(offered(client, case))
    fields = {"party": case.parties.get(name="李四").pk, "served_at": NOW.strftime("%Y-%m-%dT%H:%M"), "facts": "殴打妻子"}
    assert client.post(verb_of(case, "admonish"), fields).status_code == 302
    page = client.get(page_of(case))
    texts = [str(cell["text"]) for section in page.context["sections"] for row in section["rows"] for cell in row["cells"]]
    assert "殴打妻子" in texts
    client.force_login(here.colleague)
    assert client.get(verb_of(case, "admonish")).status_code == 404


def test_the_visits_are_recorded_at_the_desk(client, case, admonish, here):
    admonish()
    client.force_login(here.officer)
    assert "follow_up" in offered(client, case)
    assert client.post(verb_of(case, "follow_up"), {"outcome": "holds", "note": "未再施暴"}).status_code == 302
    assert case.follow_ups.get(kind=FollowUp.Kind.ADMONITION, outcome="holds").by == here.officer


def test_a_mediation_is_made_a_protected_case_by_one_button(client, life, here):
    case = life.mediating()
    client.force_login(here.officer)
    assert client.post(verb_of(case, "protect"), {"reason": "女方说出被打"}).status_code == 302
    case.refresh_from_db()
    assert (case.restricted, case.status) == (True, "accepted")


def test_programs_protect_and_admonish(life, here):
    client, case = APIClient(), life.accepted()
    client.force_authenticate(here.officer)
    assert client.post(f"/api/v1/cases/{case.pk}/protect/", {"reason": "涉家暴"}, format="json").status_code == 200
    body = {"party": case.parties.get(name="李四").pk, "served_at": NOW.isoformat(), "facts": "殴打"}
    for _again in range(2):
        answer = client.post(f"/api/v1/cases/{case.pk}/admonish/", body, format="json", headers={"Idempotency-Key": "a"})
        assert (answer.status_code, answer.json()["made"]) == (201, case.admonitions.get().pk)
