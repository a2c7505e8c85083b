"""The desk's own lists: kept for oneself, worked on at once, and told in full on the case's page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from shengkang.cases import services
from shengkang.cases.models import DisputeCase, SavedFilter
from shengkang.cases.services import lists, many
from shengkang.cases.timeline import timeline
from tests.world import NOW

LIST = "/admin/cases/disputecase/"
KEEP = LIST + "keep-list/"


def said(answer):
    return [str(message) for message in answer.context["messages"]]


# -- lists one keeps --


@pytest.mark.parametrize(
    ("name", "query"), [("  ", "hand=overdue"), ("全部", ""), ("全部", "p=3"), ("长" * 41, "q=1"), ("长", "q=" + "长" * 99)]
)
def test_a_list_without_name_or_filter_or_end_is_not_kept(here, name, query):
    with pytest.raises(services.ListRefused):
        services.save_filter(name=name, query=query, by=here.officer)
    assert not SavedFilter.objects.exists()


def test_nobody_keeps_more_lists_than_he_can_remember(here, monkeypatch):
    monkeypatch.setattr(lists, "MOST", 1)
    services.save_filter(name="一", query="hand=today", by=here.officer)
    with pytest.raises(services.ListRefused):
        services.save_filter(name="二", query="hand=today", by=here.officer)
    services.save_filter(name="一", query="hand=overdue", by=here.officer)
    services.save_filter(name="一", query="hand=today", by=here.station_chief)
    assert SavedFilter.objects.get(user=here.officer).query == "hand=overdue"


def test_the_same_filters_are_the_same_list_in_any_order():
    assert lists.tidy("?q=鸡&hand=today&p=7&e=1&risk__exact=") == lists.tidy("hand=today&q=%E9%B8%A1")
    assert lists.tidy("risk__exact=red&risk__exact=yellow") == "risk__exact=red&risk__exact=yellow"


def test_a_list_is_kept_opened_and_forgotten(client, life, here):
    case = life.accepted()
    life.reported()
    client.force_login(here.officer)
    answer = client.post(KEEP, {"name": "我的超期", "query": "hand=overdue&whose=mine&p=2"}, follow=True)
    assert answer.redirect_chain[-1][0] == LIST + "?hand=overdue&whose=mine"
    assert [each.no for each in answer.context["cl"].result_list] == [case.no]
    assert [(each["name"], each["current"]) for each in answer.context["kept_lists"]] == [("我的超期", True)]
    assert "我的超期" in answer.content.decode()
    saved = SavedFilter.objects.get()
    assert (saved.user, str(saved)) == (here.officer, "我的超期")
    client.post(reverse("admin:cases_disputecase_forget_list", args=[saved.pk]))
    assert not SavedFilter.objects.exists()


def test_a_refusal_to_keep_a_list_is_said_over_the_list(client, here):
    client.force_login(here.officer)
    answer = client.post(KEEP, {"name": "", "query": "hand=overdue"}, follow=True)
    assert (len(said(answer)), answer.redirect_chain[-1][0]) == (1, LIST + "?hand=overdue")
    assert client.get(KEEP).status_code == 405


def test_the_list_of_another_does_not_exist(client, here, world):
    saved = services.save_filter(name="一", query="hand=today", by=here.officer)
    for user in (here.colleague, here.station_chief, world.there.officer):
        client.force_login(user)
        assert client.get(LIST).context["kept_lists"] == []
        assert client.post(reverse("admin:cases_disputecase_forget_list", args=[saved.pk])).status_code == 404
    assert not SavedFilter.objects.visible_to(here.colleague).exists()
    for user in (here.household_head, here.administrator):
        client.force_login(user)
        assert client.post(KEEP, {"name": "一", "query": "hand=today"}).status_code in (403, 404)


def test_a_search_says_how_far_back_it_looked_and_leads_further(client, life, here):
    old = life.reported(story="借道争执", at=timezone.now() - timedelta(days=5 * 365))
    client.force_login(here.officer)
    near = client.get(LIST, {"q": "借道", "whose": ""})
    assert (near.context["cl"].result_count, near.context["years"]["since"]) == (0, str(timezone.now().year - 2))
    far = client.get(f"{LIST}?{near.context['years']['wider']}")
    assert [each.no for each in far.context["cl"].result_list] == [old.no]
    assert far.context["years"]["since"] is None
    assert client.get(LIST).context["years"] is None


# -- many at once --


def assigned(client, cases, officer, hand="ungraded"):
    """What the browser sends when the form behind the list is sent."""
    ticked = {"_selected_action": [case.pk for case in cases], "action": "assign_selected", "idempotency_key": "k1"}
    return client.post(f"{LIST}?hand={hand}", ticked | {"officer": getattr(officer, "pk", ""), "apply": "1"}, follow=True)


def test_cases_are_assigned_at_once_and_each_refusal_is_told(client, life, here):
    told, worked, ended = life.reported(), life.accepted(), life.terminated()
    report = services.assign_cases(cases=[ended, told, worked], officer=here.colleague, by=here.station_chief, at=NOW)
    assert report.done == [told.no, worked.no]
    [(_why, numbers)] = report.refused.items()
    assert numbers == [ended.no]
    for case in (told, worked, ended):
        case.refresh_from_db()
    assert [told.officer, worked.officer, ended.officer] == [here.colleague, here.colleague, here.officer]
    assert told.steps.filter(move="assign").count() == 1


def test_more_than_two_pages_of_cases_are_not_moved_at_once(life, here, monkeypatch):
    monkeypatch.setattr(many, "MOST", 1)
    cases = [life.reported(), life.reported()]
    with pytest.raises(services.TooMany):
        services.assign_cases(cases=cases, officer=here.officer, by=here.station_chief, at=NOW)
    assert not DisputeCase.objects.exclude(officer=None).exists()


def test_ticked_cases_are_assigned_from_the_list_and_only_once(client, life, here):
    cases = [life.reported(), life.reported()]
    client.force_login(here.station_chief)
    asked = client.post(LIST, {"_selected_action": [case.pk for case in cases], "action": "assign_selected"})
    assert asked.status_code == 200
    assert asked.context["cases"] == cases
    for _ in range(2):
        answer = assigned(client, cases, here.colleague)
        assert answer.redirect_chain[-1][0] == LIST + "?hand=ungraded"
        assert len(said(answer)) == 1
    for case in cases:
        case.refresh_from_db()
        assert (case.officer, case.steps.filter(move="assign").count()) == (here.colleague, 1)


def test_the_list_tells_what_was_refused_and_why(client, life, here):
    told, ended = life.reported(), life.terminated()
    client.force_login(here.station_chief)
    _done, refused = said(assigned(client, [told, ended], here.colleague, hand=""))
    assert ended.no in refused
    assert told.no not in refused


def test_an_action_without_an_answer_is_asked_again(client, life, here):
    case = life.reported()
    client.force_login(here.station_chief)
    answer = assigned(client, [case], None)
    assert list(answer.context["form"].errors) == ["officer"]
    assert "_selected_action" in answer.content.decode()


def test_a_case_one_does_not_see_is_not_assigned_with_the_others(client, life, here, world):
    hidden = life.protected()
    client.force_login(here.colleague)
    assigned(client, [hidden], here.colleague)
    client.force_login(world.there.station_chief)
    assigned(client, [life.reported()], world.there.officer)
    assert not DisputeCase.objects.exclude(officer=None).exists()


def test_who_assigns_nothing_is_offered_nothing(client, life, here):
    mine = life.reported(by=here.aux_police)
    client.force_login(here.aux_police)
    assert "assign_selected" not in client.get(LIST).content.decode()
    assigned(client, [mine], here.aux_police)
    mine.refresh_from_db()
    assert mine.officer is None


# -- the timeline --


def test_the_timeline_tells_who_when_and_from_what_to_what(life, here):
    case = life.reported()
    services.accept_case(case=case, risk="yellow", grade="ordinary", officer=here.officer, by=here.officer, at=NOW)
    services.assign_case(case=case, officer=here.colleague, by=here.station_chief, at=NOW + timedelta(hours=1))
    services.correct_case(case=case, risk="red", reason="有刀", by=here.colleague, at=NOW + timedelta(hours=2))
    told = timeline(case)
    steps = [entry for entry in told if entry["no"]]
    assert [entry["who"] for entry in steps] == [
        here.household_head.name, here.officer.name, here.station_chief.name, here.colleague.name
    ]  # fmt: skip
    _opened, accepted, given, corrected = steps
    assert here.officer.name in {after for _field, _before, after in accepted["changes"]}
    assert [(before, after) for _field, before, after in given["changes"]] == [(here.officer.name, here.colleague.name)]
    assert len(corrected["changes"]) == 1
    assert [entry["when"] for entry in told] == sorted(entry["when"] for entry in told)
    assert [entry["current"] for entry in steps] == [False, False, False, True]


def test_the_timeline_tells_who_got_a_message(life, here):
    case = life.settled()
    messages = [entry for entry in timeline(case) if not entry["no"]]
    assert {here.household_head.name} <= {entry["who"] for entry in messages}


def test_the_messages_of_another_case_are_not_in_it(life):
    first = life.settled()
    count = len(timeline(first))
    for _ in range(2):
        life.settled()
    assert len(timeline(first)) == count


def test_the_timeline_costs_the_same_with_one_step_and_with_ten(life, here, django_assert_max_num_queries):
    case = life.accepted()
    for officer in [here.colleague, here.officer] * 4:
        services.assign_case(case=case, officer=officer, by=here.station_chief, at=NOW)
    with django_assert_max_num_queries(8):
        timeline(case)


# -- for programs --


@pytest.fixture
def program(here):
    caller = APIClient()
    caller.force_authenticate(here.officer)
    return caller


def test_programs_search_as_the_desk_does(program, life, here):
    eaves, _dog = life.reported(story="屋檐滴水"), life.reported(story="狗咬鸡")
    old = life.reported(story="屋檐滴水", at=timezone.now() - timedelta(days=5 * 365))
    for query, numbers in (("檐滴", [eaves.no]), ("檐滴&years=all", [old.no, eaves.no]), ("施暴", [])):
        assert [each["no"] for each in program.get(f"/api/v1/cases/?q={query}").data["results"]] == numbers, query


def test_programs_keep_and_forget_lists(program, here):
    answer = program.post(
        "/api/v1/saved-filters/", {"name": "超期", "query": "p=2&hand=overdue"}, headers={"Idempotency-Key": "k1"}
    )
    assert answer.status_code == 201
    [kept] = program.get("/api/v1/saved-filters/").data["results"]
    assert kept == {"id": answer.data["id"], "name": "超期", "query": "hand=overdue"}
    refused = program.post("/api/v1/saved-filters/", {"name": "全部", "query": "p=2"}, headers={"Idempotency-Key": "k2"})
    assert (refused.status_code, refused.data["error"]["code"]) == (409, "list_refused")
    assert program.post(f"/api/v1/saved-filters/{kept['id']}/forget/").status_code == 204
    assert program.get("/api/v1/saved-filters/").data["results"] == []
