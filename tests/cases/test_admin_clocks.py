"""The desk's buttons for the clock and the hands of a case, and the tables the chief edits."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from shengkang.cases import services
from shengkang.cases.models import Limit, RiskSignal
from tests.cases.test_admin import LIST, listed, offered, page_of, verb_of
from tests.world import NOW


def lasting(client, case, name, **fields):
    """The form is shown, sent and taken."""
    assert client.get(verb_of(case, name)).status_code == 200
    answer = client.post(verb_of(case, name), fields)
    assert answer.status_code == 302, answer.context["form"].errors
    case.refresh_from_db()
    return answer


@pytest.fixture
def today():
    return timezone.localdate()


def test_the_form_shows_the_weights_the_bands_and_the_limits_of_the_tables(client, life, here):
    Limit.objects.filter(grade="simple", status="").update(working_days=3)
    RiskSignal.objects.filter(code="alcohol").update(in_use=False)
    client.force_login(here.officer)
    form = client.get(verb_of(life.reported(), "accept")).context["form"]
    labels = [label for _code, label in form.fields["signals"].choices]
    assert "持刀或其他凶器 (+30)" in labels
    assert not [label for label in labels if "酒" in label]
    assert "40" in form.fields["risk"].help_text
    assert "3" in dict(form.fields["grade"].choices)["simple"]


def test_another_colour_than_the_points_suggest_is_sent_back_with_what_was_ticked(client, life, here):
    case = life.reported()
    client.force_login(here.officer)
    sent = {"signals": ["knife", "alcohol"], "risk": "green", "grade": "simple"}
    answer = client.post(verb_of(case, "accept"), sent)
    assert (answer.status_code, answer.context["form"]["signals"].value()) == (409, ["knife", "alcohol"])
    lasting(client, case, "accept", **sent, reason="刀已收缴")
    judged = case.assessments.get()
    assert (judged.points, judged.suggested, judged.risk) == (40, "red", "green")


def test_ticking_signals_is_enough(client, life, here):
    case = life.reported()
    client.force_login(here.officer)
    lasting(client, case, "accept", signals=["knife", "alcohol"], risk="", grade="simple")
    assert case.risk == "red"
    texts = {
        str(cell["text"])
        for section in client.get(page_of(case)).context["sections"]
        for row in section["rows"]
        for cell in row["cells"]
    }
    assert "40" in texts
    assert any("(+30)" in text for text in texts)


def test_what_the_file_shows_is_ticked_already(client, life, here):
    case = life.accepted()
    case.parties.filter(name="李四").update(is_minor=True, guardian_name="李父")
    services.assess_risk(case=case, signals=["knife"], by=here.officer, at=timezone.now())
    client.force_login(here.officer)
    assert client.get(verb_of(case, "assess")).context["form"]["signals"].value() == ["elder_or_child", "knife"]


def test_the_clock_is_stopped_and_started_by_its_buttons(client, life, here, today):
    case = life.accepted()
    client.force_login(here.officer)
    lasting(client, case, "pause", kind="party", reason="外出务工", look_again_on=today + timedelta(days=3))
    assert {"resume", "pause"} & set(offered(client, case)) == {"resume"}
    lasting(client, case, "resume", note="已回村")
    assert case.paused_at is None
    assert "pause" in offered(client, case)


def test_an_auxiliary_is_asked_reads_the_case_and_declines_it_away(client, life, here):
    case = life.accepted()
    client.force_login(here.officer)
    lasting(client, case, "offer", to=here.aux_police.pk, reason="下周培训")
    client.force_login(here.aux_police)
    assert offered(client, case)[:2] == ["take_over", "decline"]
    assert lasting(client, case, "decline", reason="是我亲戚").url == LIST
    assert client.get(page_of(case)).status_code == 404
    client.force_login(here.officer)
    lasting(client, case, "offer", to=here.colleague.pk, reason="下周培训")
    assert "take_over" not in offered(client, case)
    client.force_login(here.colleague)
    lasting(client, case, "take_over", answer="好")
    assert case.officer == here.colleague


def test_who_is_not_in_charge_offers_nothing(client, life, here):
    case = life.accepted()
    client.force_login(here.colleague)
    assert "offer" not in offered(client, case)
    assert client.post(verb_of(case, "offer"), {"to": here.aux_police.pk, "reason": "?"}).status_code == 409


def test_a_referral_is_followed_until_its_answer(client, life, here, today):
    case = life.accepted()
    client.force_login(here.station_chief)
    lasting(client, case, "refer", office="justice", to_whom="试镇司法所", reason="涉及继承")
    assert {"receipt", "answer"} <= set(offered(client, case))
    lasting(client, case, "receipt", received_on=today, received_by="赵干事", receipt_no="12")
    assert {"receipt", "answer"} & set(offered(client, case)) == {"answer"}
    lasting(client, case, "answer", answered_on=today, answer="已调解")
    assert not {"receipt", "answer"} & set(offered(client, case))
    assert case.referrals.get().name == "试镇司法所"


def test_the_page_shows_the_clock(client, life, here, today):
    case = life.accepted()
    services.escalate(at=timezone.now())
    services.pause_case(
        case=case, kind="party", reason="外出", look_again_on=today + timedelta(days=5), by=here.officer, at=timezone.now()
    )
    client.force_login(here.officer)
    context = client.get(page_of(case)).context
    assert len([fact for fact in context["facts"] if fact.get("mark") == "clock"]) == 1
    rows = [row for section in context["sections"] for row in section["rows"]]
    assert any("外出" in str(cell["text"]) for row in rows for cell in row["cells"])


def test_what_stands_still_is_found_by_its_filter(client, life, here):
    case, gone = life.accepted(), life.referred()
    services.offer_case(case=case, to=here.colleague, reason="培训", by=here.officer, at=NOW)
    services.pause_case(case=case, kind="party", reason="外出", look_again_on=NOW.date() + timedelta(2), by=here.officer, at=NOW)
    client.force_login(here.colleague)
    found = {hand: listed(client, hand=hand) for hand in ("offered", "paused", "office")}
    assert found == {"offered": [case.no], "paused": [case.no], "office": [gone.no]}
    client.force_login(here.officer)
    assert listed(client, hand="offered") == []


# -- the tables --

TABLES = {"risksignal": "knife", "riskband": "red", "limit": None, "rung": None}


def table_url(name, page, pk=None):
    return reverse(f"admin:cases_{name}_{page}", args=[pk] if pk else [])


@pytest.mark.parametrize("role", ["household_head", "township_leader", "volunteer"])
def test_the_tables_do_not_exist_for_whoever_does_not_work_at_the_desk(client, here, role):
    client.force_login(getattr(here, role))
    assert {client.get(table_url(name, "changelist")).status_code for name in TABLES} == {404}


def test_officers_read_the_tables_and_the_chief_changes_them(client, here):
    limit = Limit.objects.get(grade="ordinary", status="")
    url = table_url("limit", "change", limit.pk)
    client.force_login(here.officer)
    assert {client.get(table_url(name, "changelist")).status_code for name in TABLES} == {200}
    assert client.post(url, {"working_days": 9}).status_code == 403
    client.force_login(here.station_chief)
    assert client.post(url, {"working_days": 0}).status_code == 200  # a limit is a day or more
    assert client.post(url, {"working_days": 9}).status_code == 302
    limit.refresh_from_db()
    assert (limit.working_days, limit.grade) == (9, "ordinary")


def test_nobody_deletes_a_signal_or_a_limit(client, here):
    client.force_login(here.station_chief)
    for name, pk in (("risksignal", "knife"), ("limit", Limit.objects.first().pk), ("riskband", "red")):
        assert client.post(table_url(name, "delete", pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", TABLES)
def test_the_lists_of_the_tables_cost_a_few_questions(client, here, name, django_assert_max_num_queries):
    client.force_login(here.station_chief)
    with django_assert_max_num_queries(9):
        client.get(table_url(name, "changelist"))
