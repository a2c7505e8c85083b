"""The 110 feed at the desk: calls are found, looked at, made a dispute, or tied to one."""

import pytest
from django.urls import reverse

from shengkang.audit.models import AccessEntry
from shengkang.cases import services
from shengkang.cases.models import Call, Category, DisputeCase
from tests.world import NOW

LIST = "/admin/cases/call/"


@pytest.fixture
def here(world):
    return world.here


def a_call(here, no="JJ1", police_class="11", **given):
    told = {"received_at": NOW, "village": here.villages[0], "place": "晒场", "text": "两家吵架", "phone": "13800000001"}
    return Call.objects.create(station=here.station, no=no, police_class_id=police_class, **{**told, **given})


def page_of(call, verb="change"):
    return reverse(f"admin:cases_call_{verb}", args=[call.pk])


def listed(client, **query):
    return [call.no for call in client.get(LIST, query).context["cl"].result_list]


def offered(client, call):
    return [verb["name"] for verb in client.get(page_of(call)).context["verbs"]]


@pytest.mark.parametrize("role", ["household_head", "post_liaison", "township_leader", "administrator"])
def test_for_whoever_does_not_work_at_the_desk_calls_do_not_exist(client, here, role):
    client.force_login(getattr(here, role))
    for url in (LIST, page_of(a_call(here))):
        assert client.get(url).status_code == 404


def test_another_stations_call_does_not_exist(client, world):
    client.force_login(world.here.station_chief)
    call = a_call(world.there)
    assert listed(client) == []
    for verb in ("change", "open_case", "tie"):
        assert client.get(page_of(call, verb)).status_code == 404


def test_a_call_about_domestic_violence_does_not_exist_for_an_officer(client, here):
    call = a_call(here, police_class="07")
    client.force_login(here.officer)
    assert listed(client) == []
    assert listed(client, q="JJ1") == []
    assert client.get(page_of(call)).status_code == 404
    assert client.get(page_of(call, "open_case")).status_code == 404
    client.force_login(here.station_chief)
    assert listed(client) == ["JJ1"]


def test_nobody_edits_a_call(client, here):
    client.force_login(here.station_chief)
    assert client.post(page_of(a_call(here)), {"text": "x"}).status_code == 403
    assert client.get(LIST + "add/").status_code == 403


def test_calls_are_found_by_number_words_and_the_last_digits_of_the_telephone(client, here):
    a_call(here)
    a_call(here, "JJ2", place="塘边", text="车祸", phone="13900000077", police_class="03")
    client.force_login(here.officer)
    found = [listed(client, q=words) for words in ("JJ2", "塘边", "0077", "车祸")]
    assert found == [["JJ2"]] * 4
    assert listed(client, became="open") == ["JJ1"]
    assert listed(client, police_class__code__exact="03") == ["JJ2"]


def test_who_looked_at_a_call_is_written_down(client, here):
    client.force_login(here.officer)
    client.get(page_of(a_call(here)))
    assert AccessEntry.objects.filter(what="call").count() == 1


def test_a_call_becomes_a_dispute_in_one_form(client, here):
    call = a_call(here)
    client.force_login(here.officer)
    form = client.get(page_of(call, "open_case")).context["form"]
    assert (form.initial["village"], form.initial["story"]) == (here.villages[0].pk, "两家吵架")
    told = {"village": here.villages[0].pk, "category": "02", "story": "两家吵架", "first": "张三", "second": "李四"}
    answer = client.post(page_of(call, "open_case"), told)
    assert answer.url == page_of(call)
    case = DisputeCase.objects.get()
    assert (case.channel, case.police_class_id, list(case.calls.all())) == ("call_110", "11", [call])
    assert [(party.name, party.phone) for party in case.parties.all()] == [("张三", "13800000001"), ("李四", "")]
    assert offered(client, call) == []
    assert listed(client, became="case") == ["JJ1"]


def test_the_chief_makes_a_protected_case_and_nobody_else_sees_call_or_case(client, here):
    call = a_call(here, police_class="07")
    client.force_login(here.station_chief)
    client.post(page_of(call, "open_case"), {"village": here.villages[0].pk, "category": "01", "story": "丈夫动手"})
    assert DisputeCase.objects.get().restricted
    client.force_login(here.officer)
    assert client.get(page_of(call)).status_code == 404


def test_a_call_again_belongs_to_the_case_whose_number_is_typed(client, here, world):
    case = services.open_case(
        station=here.station,
        village=here.villages[0],
        category=world.category,
        channel="visit",
        story="x",
        by=here.officer,
        at=NOW,
    )
    call = a_call(here)
    client.force_login(here.officer)
    assert "number" in client.post(page_of(call, "tie"), {"number": "1-2-3"}).context["form"].errors
    client.post(page_of(call, "tie"), {"number": case.no})
    assert list(case.calls.all()) == [call]


def test_an_auxiliary_reads_no_number_of_a_case_he_is_not_involved_in(client, here):
    call = a_call(here)
    case = services.dispute_from_call(
        call=call,
        category=Category.objects.get(code="02"),
        village=here.villages[0],
        story="x",
        by=here.officer,
        at=NOW,
    )
    client.force_login(here.aux_police)
    assert case.no not in client.get(LIST).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_few_questions_for_one_call_and_for_three(client, here, count, django_assert_num_queries):
    for no in range(count):
        a_call(here, f"JJ{no}")
    client.force_login(here.officer)
    client.get(LIST)
    with django_assert_num_queries(10):
        client.get(LIST)


# For programs


def test_programs_list_and_read_calls_and_make_them_disputes(client, here):
    call = a_call(here)
    client.force_login(here.officer)
    assert [each["no"] for each in client.get("/api/v1/calls/").json()["results"]] == ["JJ1"]
    assert client.get(f"/api/v1/calls/{call.pk}/").json()["text"] == "两家吵架"
    told = {"village": here.villages[0].pk, "category": "02", "story": "两家吵架"}
    sent = {"content_type": "application/json", "headers": {"Idempotency-Key": "k1"}}
    answers = [client.post(f"/api/v1/calls/{call.pk}/open-case/", told, **sent) for _again in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["id"] for answer in answers] == [DisputeCase.objects.get().pk] * 2


def test_programs_tie_a_call_to_a_case_they_see(client, here):
    case = services.dispute_from_call(
        call=a_call(here), category=Category.objects.get(code="02"), village=here.villages[0], story="x", by=here.officer, at=NOW
    )
    again = a_call(here, "JJ2")
    client.force_login(here.aux_police)
    told = {"content_type": "application/json"}
    assert client.post(f"/api/v1/calls/{again.pk}/tie/", {"case": case.pk}, **told).status_code == 400
    client.force_login(here.officer)
    assert client.post(f"/api/v1/calls/{again.pk}/tie/", {"case": case.pk}, **told).status_code == 200
    assert case.calls.count() == 2
    assert client.post(f"/api/v1/calls/{again.pk}/tie/", {"case": case.pk}, **told).status_code == 409
