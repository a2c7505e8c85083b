"""The procedure gate: which way of settling the law allows, in every face, and nothing without an answer."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework.test import APIClient

from shengkang.audit.models import AuditEntry
from shengkang.cases import services
from shengkang.cases.models import DisputeCase, GateCheck, GateQuestion, GateRule, LawText
from shengkang.notices.models import Notice
from tests.cases.conftest import told
from tests.cases.test_admin import LIST, offered, page_of, verb_of
from tests.world import NOW, make_user, no_at_the_gate


@pytest.fixture
def ungated(life, here):
    """Accepted, and nobody answered the questions yet."""
    case = life.reported()
    return services.accept_case(case=case, risk="yellow", grade="ordinary", officer=here.officer, by=here.officer, at=NOW)


def answer(case, here, *, at=NOW, **yes):
    return services.check_gate(case=case, answers=no_at_the_gate(**yes), by=here.officer, at=at)


def yes_or_no(**yes) -> dict[str, str]:
    """The answers as the desk's form sends them."""
    return {code: "yes" if given else "no" for code, given in no_at_the_gate(**yes).items()}


# -- refusals --


def test_nobody_mediates_before_somebody_answered(ungated, here):
    with pytest.raises(services.GateIncomplete):
        services.begin_mediation(case=ungated, mediator=here.officer, by=here.officer, at=NOW)


def test_a_question_left_out_is_no_answer(ungated, here):
    answers = no_at_the_gate()
    answers.popitem()
    with pytest.raises(services.GateIncomplete):
        services.check_gate(case=ungated, answers=answers, by=here.officer, at=NOW)
    assert not GateCheck.objects.exists()


@pytest.mark.parametrize(
    ("yes", "allowed"),
    [
        ([], ["informal", "people"]),
        (["refused"], []),
        (["crime"], []),
        (["minor_without_guardian"], []),
        (["police_act"], ["people", "police"]),
        (["police_act", "refused"], []),
        (["already_handled"], []),
        (["police_act", "already_handled"], ["police"]),
        (["police_act", "serious"], ["people"]),
        (["police_act", "hired"], ["people"]),
        (["police_act", "gang"], ["people"]),
        (["police_act", "repeated"], ["people"]),
        (["police_act", "new_offence"], ["people"]),
        (["police_act", "fled"], ["people"]),
    ],
)
def test_the_answers_decide_what_is_allowed(ungated, here, yes, allowed):
    """Each rule once (data/gate_rules.csv); what is not allowed is refused by the service whoever asks for it."""
    check = answer(ungated, here, **dict.fromkeys(yes, True))
    assert [each for each in DisputeCase.Procedure.values if check.allows(each)] == allowed
    for procedure in {"people", "police"} - set(allowed):
        with pytest.raises(services.GateRefused):
            services.begin_mediation(case=ungated, procedure=procedure, mediator=here.officer, by=here.officer, at=NOW)


@pytest.mark.parametrize("code", ["family_violence", "minor_harmed"])
def test_what_must_be_reported_is_protected_in_the_same_breath_and_the_chief_hears_of_it(life, here, code):
    """反家庭暴力法 art. 14, 未成年人保护法 art. 11: also out of a mediation under way, and the message tells nothing."""
    case = life.mediating()
    check = answer(case, here, **{code: True})
    assert (check.must_report, [each for each in DisputeCase.Procedure.values if check.allows(each)]) == (True, [])
    assert (case.status, case.restricted, case.procedure) == ("accepted", True, "")
    assert list(case.steps.order_by("no").values_list("move", flat=True))[-3:] == ["gate", "break_off", "protect"]
    notice = Notice.objects.get(kind="case.protected")
    assert notice.to == here.station_chief
    assert [word for word in (case.no, case.story, "张三", case.place, case.village.name) if word in notice.text] == []
    with pytest.raises(services.CaseProtected):
        services.begin_mediation(case=case, mediator=here.officer, by=here.officer, at=NOW)


def test_an_auxiliary_never_leads_a_public_security_mediation(ungated, here):
    """公安机关办理行政案件程序规定 art. 52."""
    answer(ungated, here, police_act=True)
    for who in (here.aux_police, here.household_head):
        with pytest.raises(services.UnfitPerson):
            services.begin_mediation(case=ungated, procedure="police", mediator=who, by=here.officer, at=NOW)
    services.begin_mediation(case=ungated, procedure="police", mediator=here.officer, by=here.officer, at=NOW)
    assert (ungated.status, ungated.procedure) == ("mediating", "police")


def test_the_latest_answers_count(ungated, here):
    answer(ungated, here)
    answer(ungated, here, refused=True)
    with pytest.raises(services.GateRefused):
        services.begin_mediation(case=ungated, mediator=here.officer, by=here.officer, at=NOW)


@pytest.mark.parametrize("yes", [{}, {"refused": True}])
def test_the_database_refuses_what_the_gate_did_not_allow(ungated, here, yes):
    if yes:
        answer(ungated, here, **yes)
    with pytest.raises(IntegrityError, match="procedure gate"), transaction.atomic():
        DisputeCase.objects.filter(pk=ungated.pk).update(status="mediating", procedure="people", mediator=here.officer)


def test_what_must_be_reported_is_not_settled_on_the_spot_and_leaves_nothing(here, world):
    given = told(here, world.category) | {"terms": "握手", "by": here.household_head}
    for code in GateQuestion.objects.filter(on_the_spot=True).values_list("code", flat=True):
        with pytest.raises(services.GateRefused):
            services.settle_on_the_spot(**given, answers={code: True})
    assert not DisputeCase.objects.exists()


# -- what is kept --


def test_a_rule_changed_later_changes_no_answer_given_before(ungated, here):
    check = answer(ungated, here, refused=True)
    GateRule.objects.filter(code="refused_people").update(reason="改写")
    check.refresh_from_db()
    kept = next(each for each in check.reasons if each["rule"] == "refused_people")
    assert kept["reason"] == "人民调解以自愿为前提；告知当事人可走仲裁、行政、司法途径"
    assert (kept["law"], kept["text"][:16]) == ("《人民调解法》第二十六条", "人民调解员调解纠纷，调解不成的，")


def test_the_wording_is_the_one_in_force_on_that_day(ungated, here):
    old = LawText.objects.get(law="人民调解法", article="第二十六条")
    LawText.objects.filter(pk=old.pk).update(in_force_to=date(2026, 6, 30))
    LawText.objects.create(law=old.law, article=old.article, text="新的条文", in_force_from=date(2026, 7, 1))
    texts = []
    for at in (NOW, NOW + timedelta(days=200)):
        reasons = answer(ungated, here, refused=True, at=at).reasons
        texts.append(next(each["text"] for each in reasons if each["rule"] == "refused_people"))
    assert texts == [old.text, "新的条文"]


def test_a_text_we_do_not_have_is_blank_and_named(ungated, here, client):
    check = answer(ungated, here, already_handled=True)
    kept = next(each for each in check.reasons if each["rule"] == "already_handled_people")
    assert (kept["law"], kept["text"]) == ("《人民调解工作若干规定》第二十二条", "")
    client.force_login(here.officer)
    assert _("The wording is still to be entered.") in client.get(page_of(ungated)).content.decode()


# -- at the desk --


def test_the_form_asks_every_question_and_answers_none_beforehand(client, ungated, here):
    client.force_login(here.officer)
    form = client.get(verb_of(ungated, "gate")).context["form"]
    assert list(form.fields) == list(GateQuestion.objects.values_list("code", flat=True))
    assert {field.value() for field in form} == {None}
    silent = client.post(verb_of(ungated, "gate"), yes_or_no() | {"crime": ""})
    assert list(silent.context["form"].errors) == ["crime"]
    assert not GateCheck.objects.exists()


def test_the_mediation_button_comes_with_the_answers_that_allow_it(client, ungated, here):
    client.force_login(here.officer)
    assert "mediate" not in offered(client, ungated)
    client.post(verb_of(ungated, "gate"), yes_or_no(refused=True))
    assert "mediate" not in offered(client, ungated)
    assert client.post(verb_of(ungated, "gate"), yes_or_no()).url == page_of(ungated)
    assert "mediate" in offered(client, ungated)


def test_the_page_says_per_procedure_what_is_allowed_and_why(client, ungated, here):
    client.force_login(here.officer)
    assert client.get(page_of(ungated)).context["gate"] is None
    answer(ungated, here)
    gate = client.get(page_of(ungated)).context["gate"]
    assert [(each["label"], each["allowed"]) for each in gate["procedures"]] == [
        (label, value != "police") for value, label in DisputeCase.Procedure.choices
    ]
    [reason] = gate["procedures"][2]["reasons"]
    assert reason["law"] == "《公安机关办理行政案件程序规定》第一百七十八条"
    assert "违反治安管理行为，情节较轻" in client.get(page_of(ungated)).content.decode()


@pytest.mark.parametrize(
    ("yes", "procedures", "leaders"),
    [
        ([], ["people"], {"station_chief", "officer", "aux_police", "household_head", "post_liaison"}),
        (["police_act", "already_handled"], ["police"], {"station_chief", "officer"}),
    ],
)
def test_the_mediation_form_offers_only_what_is_allowed(client, ungated, here, yes, procedures, leaders):
    answer(ungated, here, **dict.fromkeys(yes, True))
    client.force_login(here.officer)
    form = client.get(verb_of(ungated, "mediate")).context["form"]
    assert [value for value, _label in form.fields["procedure"].choices] == procedures
    assert {role for user in form.fields["mediator"].queryset for role in user.roles} == leaders
    assert [str(party) for party in form.fields["applicant"].queryset] == ["张三", "李四"]


def test_who_asked_for_the_mediation_is_kept(client, ungated, here):
    answer(ungated, here, police_act=True)
    client.force_login(here.officer)
    applicant = ungated.parties.get(name="李四")
    fields = {"procedure": "police", "mediator": here.officer.pk, "applicant": applicant.pk, "wishes": "赔礼道歉"}
    assert client.post(verb_of(ungated, "mediate"), fields | {"mediator": here.aux_police.pk}).status_code == 409
    assert client.post(verb_of(ungated, "mediate"), fields).status_code == 302
    asked = ungated.applications.get()
    assert (asked.procedure, asked.party, asked.wishes) == ("police", applicant, "赔礼道歉")


def test_who_answers_yes_and_may_not_read_on_is_led_to_the_list(client, life, here):
    case = life.reported(by=here.aux_police)
    client.force_login(here.aux_police)
    assert client.post(verb_of(case, "gate"), yes_or_no(family_violence=True)).url == LIST
    case.refresh_from_db()
    assert case.restricted is True
    assert client.get(page_of(case)).status_code == 404


def test_settled_on_the_spot_at_the_desk_needs_the_tick(client, here, world):
    client.force_login(here.officer)
    told_here = {
        "key": "k1", "village": here.villages[0].pk, "category": world.category.pk, "channel": "visit",
        "story": "为一只鸡争吵", "terms": "各退一步",
    }  # fmt: skip
    page = client.post(LIST + "add/", told_here)
    assert list(page.context["form"].errors) == ["answers"]
    assert str(GateQuestion.objects.filter(on_the_spot=True).first()) in page.content.decode()
    client.post(LIST + "add/", told_here | {"answers": "on"})
    assert GateCheck.objects.get().answers == no_at_the_gate()


# -- for programs --


@pytest.fixture
def api(here):
    client = APIClient()
    client.force_authenticate(here.officer)
    return client


def test_a_program_that_leaves_a_question_out_is_told_which(api, ungated):
    answers = no_at_the_gate()
    del answers["crime"]
    for sent in (answers, answers | {"crime": False, "rumour": True}):
        refused = api.post(
            f"/api/v1/cases/{ungated.pk}/gate/", {"answers": sent}, format="json", headers={"Idempotency-Key": "g"}
        )
        assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["answers"])
    assert not GateCheck.objects.exists()


def test_a_program_reads_what_the_answers_allow(api, ungated, here):
    for _again in range(2):
        made = api.post(
            f"/api/v1/cases/{ungated.pk}/gate/",
            {"answers": no_at_the_gate(police_act=True)},
            format="json",
            headers={"Idempotency-Key": "g"},
        )
        assert made.json()["made"] == ungated.gate_checks.get().pk
    check = api.get(f"/api/v1/cases/{ungated.pk}/").json()["gate"]
    assert (check["allows_informal"], check["allows_people"], check["allows_police"]) == (False, True, True)
    assert [each["rule"] for each in check["reasons"]] == ["police_act_informal"]


def test_a_party_of_another_case_asks_for_nothing_here(api, ungated, here, life):
    answer(ungated, here)
    stranger = life.reported().parties.first()
    body = {"mediator": here.officer.pk, "applicant": stranger.pk}
    assert api.post(f"/api/v1/cases/{ungated.pk}/mediate/", body, format="json").status_code == 400


def test_who_settles_on_the_spot_by_program_answers_too(here, world):
    client = APIClient()
    client.force_authenticate(here.household_head)
    body = {"village": here.villages[0].pk, "category": "02", "channel": "head", "story": "x", "terms": "y"}
    for answers, code in ((None, 400), ({"crime": True}, 400), (no_at_the_gate(crime=True), 409), (no_at_the_gate(), 201)):
        sent = body | ({"answers": answers} if answers is not None else {})
        done = client.post(
            "/api/v1/cases/settle-on-the-spot/", sent, format="json", headers={"Idempotency-Key": f"{answers}"[:70]}
        )
        assert done.status_code == code, answers
    assert DisputeCase.objects.count() == 1


# -- the tables --


def test_the_chief_enters_a_missing_text_and_everybody_reads_it(client, here):
    missing = LawText.objects.filter(text="").first()
    url = f"/admin/cases/lawtext/{missing.pk}/change/"
    for who in (here.officer, here.aux_police):
        client.force_login(who)
        assert client.get(url).status_code == 200
        assert client.post(url, {"text": "x"}).status_code == 403
    client.force_login(here.station_chief)
    listed = client.get("/admin/cases/lawtext/", {"missing": "yes"}).context["cl"].result_list
    assert set(listed) == set(LawText.objects.filter(text=""))
    fields = {"law": missing.law, "article": missing.article, "in_force_from": "2002-11-01", "in_force_to": "", "source": "公报"}
    assert client.post(url, fields | {"text": "不得受理的纠纷……"}).status_code == 302
    missing.refresh_from_db()
    assert missing.text == "不得受理的纠纷……"
    new = fields | {"in_force_from": "2027-01-01", "text": "新的条文"}
    assert client.post("/admin/cases/lawtext/add/", new).status_code == 302
    deeds = AuditEntry.objects.filter(verb__in=["change_lawtext", "add_lawtext"]).order_by("pk")
    assert [deed.verb for deed in deeds] == ["change_lawtext", "add_lawtext"]


def test_the_tables_are_the_chiefs_to_edit_and_nobodys_to_break(client, here):
    rule, question = GateRule.objects.first(), GateQuestion.objects.first()
    pages = {f"/admin/cases/gaterule/{rule.pk}/": rule, f"/admin/cases/gatequestion/{question.pk}/": question}
    client.force_login(here.station_chief)
    for url in pages:
        assert client.get(url + "change/").status_code == 200
        assert client.post(url + "delete/", {"post": "yes"}).status_code == 403
    for url in ("/admin/cases/gaterule/add/", "/admin/cases/gatequestion/add/"):
        assert client.get(url).status_code == 403
    client.force_login(here.household_head)
    for url in pages:
        assert client.get(url + "change/").status_code == 404


def test_a_township_leader_reads_no_answers(here, ungated):
    answer(ungated, here)
    stranger = make_user(here.station, here.town, "officer", "外人", "19900018888")
    assert GateCheck.objects.visible_to(stranger).count() == 1
    assert GateCheck.objects.visible_to(here.township_leader).count() == 0
