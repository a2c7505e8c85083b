"""The desk: lists by what needs a hand, the case whole on one page, steps as buttons, registration."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from shengkang.attachments.models import Attachment
from shengkang.audit.models import AccessEntry
from shengkang.cases import services
from shengkang.cases.admin import listing
from shengkang.cases.models import DisputeCase
from shengkang.organization.desk_parts import OwnVillages
from tests.world import NOW, a_picture, no_at_the_gate

LIST = "/admin/cases/disputecase/"
# What is offered in every state in which somebody works on the case.


def page_of(case):
    return reverse("admin:cases_disputecase_change", args=[case.pk])


def verb_of(case, name):
    return reverse(f"admin:cases_disputecase_{name}", args=[case.pk])


def listed(client, **query):
    return [case.no for case in client.get(LIST, query).context["cl"].result_list]


def offered(client, case):
    return [verb["name"] for verb in client.get(page_of(case)).context["verbs"]]


# -- strangers --


@pytest.mark.parametrize("role", ["household_head", "shop_keeper", "township_leader", "volunteer"])
def test_for_whoever_does_not_work_at_the_desk_it_does_not_exist(client, life, here, role):
    client.force_login(getattr(here, role))
    for url in (LIST, page_of(life.reported()), LIST + "add/"):
        assert client.get(url).status_code == 404


def test_an_administrator_has_no_disputes(client, life, here):
    client.force_login(here.administrator)
    for url in (LIST, LIST + "add/", page_of(life.reported())):
        assert client.get(url).status_code == 404


def test_a_case_of_another_station_does_not_exist(client, life, world):
    case = life.reported()
    client.force_login(world.there.station_chief)
    assert listed(client) == []
    for url in (page_of(case), verb_of(case, "accept")):
        assert client.get(url).status_code == 404
    assert client.post(verb_of(case, "accept"), {"risk": "red", "grade": "simple"}).status_code == 404


def test_a_protected_case_does_not_exist_for_an_officer_who_is_not_involved(client, life, here):
    case = life.protected()
    client.force_login(here.colleague)
    assert listed(client) == []
    for word in ("施暴", "李四", "1234", case.no):
        assert listed(client, q=word) == [], word
    for url in (page_of(case), verb_of(case, "accept"), verb_of(case, "refer")):
        assert client.get(url).status_code == 404
    assert {panel["count"] for panel in client.get("/admin/").context["desk_panels"]} == {0}


def test_an_auxiliary_sees_the_cases_he_is_involved_in_and_grades_none(client, life, here):
    life.reported()
    mine = life.reported(by=here.aux_police)
    client.force_login(here.aux_police)
    assert listed(client) == [mine.no]
    assert offered(client, mine) == ["gate", "attach"]
    assert client.get(verb_of(mine, "accept")).status_code == 403


def test_an_officer_closes_only_cases_he_is_involved_in(client, life, here):
    case = life.signed()
    client.force_login(here.colleague)
    assert "settle" not in offered(client, case)
    assert client.post(verb_of(case, "settle"), {}).status_code == 403
    client.force_login(here.officer)
    assert client.post(verb_of(case, "settle"), {}).status_code == 302
    case.refresh_from_db()
    assert case.status == "settled"


def test_nobody_edits_or_deletes_a_case(client, life, here):
    case = life.reported()
    client.force_login(here.station_chief)
    assert client.post(page_of(case), {"status": "settled"}).status_code == 403
    assert client.post(reverse("admin:cases_disputecase_delete", args=[case.pk]), {"post": "yes"}).status_code == 403


# -- the list --


def test_an_officer_finds_a_case_by_what_he_remembers(client, life, here):
    case = life.reported(place="老油坊", story="为一只鸡争吵")
    client.force_login(here.officer)
    for words in (case.no, "0001", "老油坊", "一只鸡", "张三", "1234", "张三 油坊"):
        assert listed(client, q=words) == [case.no], words
    for words in ("王五", "9999", "张三 水塘"):
        assert listed(client, q=words) == [], words


def test_the_filters_answer_what_officers_ask(client, life, here, world):
    told, worked = life.reported(), life.accepted()
    elsewhere = life.reported(village=here.villages[1])
    client.force_login(here.officer)
    assert listed(client, hand="ungraded") == [elsewhere.no, told.no]
    assert listed(client, hand="overdue") == [elsewhere.no, worked.no, told.no]  # told of in March, and nobody moved
    assert listed(client, hand="unassigned") == []
    assert listed(client, hand="follow_up") == []
    assert listed(client, whose="mine") == [worked.no]
    assert listed(client, whose="told") == []
    assert listed(client, village=here.villages[1].pk) == [elsewhere.no]
    assert listed(client, village="x") == [elsewhere.no, worked.no, told.no]
    assert listed(client, status__exact="accepted") == [worked.no]
    villages = next(spec for spec in client.get(LIST).context["cl"].filter_specs if isinstance(spec, OwnVillages))
    assert [name for _pk, name in villages.lookup_choices] == [village.name for village in here.villages]


def test_the_list_counts_no_further_than_it_shows(monkeypatch, life, here):
    monkeypatch.setattr(listing, "DEEPEST", 2)
    for _ in range(3):
        life.reported()
    assert listing.BoundedPaginator(DisputeCase.objects.visible_to(here.officer), 50).count == 2


def test_the_list_costs_the_same_with_one_row_and_with_three(client, life, here, django_assert_num_queries):
    life.settled()
    client.force_login(here.officer)
    with django_assert_num_queries(11):
        client.get(LIST)
    life.mediating(), life.reported()
    with django_assert_num_queries(11):
        assert len(listed(client)) == 3


# -- the page --


def test_looking_at_a_case_is_written_down_once(client, life, here):
    case = life.reported()
    client.force_login(here.officer)
    client.get(page_of(case))
    assert [(entry.what, entry.object_ref, entry.by_ref) for entry in AccessEntry.objects.all()] == [
        ("case", f"cases.DisputeCase:{case.pk}", f"organization.User:{here.officer.pk}")
    ]


def test_the_page_tells_who_did_what_when_and_from_what_to_what(client, life, here):
    case = life.settled(obligations=[("装檐沟", NOW.date())])
    client.force_login(here.officer)
    context = client.get(page_of(case)).context
    steps = [entry for entry in context["steps"] if entry["no"]]
    assert [(step["who"], step["when"]) for step in steps] == [
        (here.household_head.name, NOW),
        *[(here.officer.name, NOW)] * 6,
    ]
    assert " → " in steps[1]["what"]
    texts = {str(cell["text"]) for section in context["sections"] for row in section["rows"] for cell in row["cells"]}
    assert {"张三", "李四", "装檐沟", case.story} <= texts


def test_the_page_costs_the_same_with_one_party_and_with_three(client, life, here, django_assert_max_num_queries):
    case = life.settled(obligations=[("装檐沟", NOW.date())] * 3)
    client.force_login(here.officer)
    with django_assert_max_num_queries(90):
        client.get(page_of(case))


ALWAYS = ("attach", "correct", "protect")
IN_WORK = ("attach", "file_paper", "correct", "protect")
CLOCK = ("assess", "pause", "offer")
WAYS_OUT = ("refer", "terminate")


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ("reported", ["accept", "gate", "assign", *ALWAYS, "merge", "add_party", "remove_party"]),
        ("accepted", ["gate", "mediate", "inquire", "assign", *CLOCK, *IN_WORK, "merge", "add_party", *WAYS_OUT]),
        ("mediating", ["gate", "agree", "session", "inquire", "break_off", "assign", *CLOCK, *IN_WORK, "add_party", *WAYS_OUT]),
        ("agreed", ["gate", "sign", "break_off", "assign", *CLOCK, *IN_WORK, "add_party", *WAYS_OUT]),
        ("signed", ["gate", "settle", "break_off", "assign", *CLOCK, *IN_WORK, "add_party", *WAYS_OUT]),
        ("settled", ["follow_up", "give_visit", "attach", "file_paper", "reopen"]),
        ("archived", ["follow_up", "give_visit", "attach", "reopen"]),
    ],
)
def test_the_officer_in_charge_gets_the_buttons_of_the_state(client, life, here, state, steps):
    client.force_login(here.officer)
    assert offered(client, getattr(life, state)()) == steps


def test_a_protected_case_has_no_mediation_button(client, life, here):
    case = services.accept_case(
        case=life.protected(), risk="red", grade="simple", officer=here.officer, by=here.station_chief, at=NOW
    )
    for user in (here.officer, here.station_chief):
        client.force_login(user)
        assert "mediate" not in offered(client, case)


# -- the steps --


def test_a_refusal_is_shown_on_the_form_with_what_was_typed(client, life, here):
    case = life.accepted()
    client.force_login(here.officer)
    answer = client.post(verb_of(case, "correct"), {"village": case.village_id, "category": case.category_id, "channel": case.channel,
        "place": case.place, "story": case.story, "risk": case.risk, "grade": case.grade, "reason": "无"})  # fmt: skip
    assert answer.status_code == 409
    assert "无" in answer.content.decode()


def test_a_dispute_is_led_from_the_first_word_to_the_archive_by_its_buttons(client, life, here, photo):
    case = life.reported()
    client.force_login(here.officer)
    today = timezone.localdate().isoformat()
    forms = {
        "accept": {"risk": "yellow", "grade": "ordinary", "officer": here.officer.pk, "reason": "激动"},
        "assign": {"officer": here.officer.pk},
        "gate": dict.fromkeys(no_at_the_gate(), "no"),
        "mediate": {"procedure": "people", "mediator": here.household_head.pk},
        "inquire": {"held_at": f"{today}T00:00", "place": "村委会", "whom": "邻居", "record": "屋檐确实滴水"},
        "session": {
            "held_at": f"{today}T00:00",
            "place": "村委会",
            "mediators": [here.household_head.pk],
            "parties": [party.pk for party in case.parties.all()],
            "impartial": "on",
            "record": "谈话",
            "outcome": "agreed",
        },
        "attach": {"upload": photo, "title": "屋檐"},
        "agree": {"facts": "滴水", "terms": "装檐沟", "effective_on": today, "what_1": "装檐沟", "due_on_1": today},
        "sign": {"picture": a_picture()},
        "perform": {"performed_on": today},
        "settle": {"note": ""},
        "follow_up": {"outcome": "holds", "note": "相安"},
        "archive": {},
    }
    for name, fields in forms.items():
        assert client.get(verb_of(case, name)).status_code == 200, name
        if name == "perform":
            fields["obligation"] = case.agreements.get().obligations.get().pk
        if name == "sign":
            fields["signers"] = [key for key, _name in client.get(verb_of(case, name)).context["form"].fields["signers"].choices]
        answer = client.post(verb_of(case, name), fields)
        assert answer.status_code == 302, (name, answer.context and answer.context["form"].errors)
    case.refresh_from_db()
    assert (case.status, case.mediator, case.officer) == ("archived", here.household_head, here.officer)
    assert Attachment.objects.of(case).get().title == "屋檐"
    assert case.agreements.get().obligations.get().performed_on == timezone.localdate()


@pytest.mark.parametrize(("state", "name", "fields", "becomes"), [
    ("settled", "reopen", {"reason": "又吵"}, "accepted"),
    ("accepted", "terminate", {"reason": "拒绝"}, "terminated"),
    ("accepted", "refer", {"office": "court", "reason": "产权"}, "referred"),
    ("referred", "take_back", {"reason": "退回"}, "accepted"),
])  # fmt: skip
def test_the_ways_out_and_back_are_buttons_too(client, life, here, state, name, fields, becomes):
    case = getattr(life, state)()
    client.force_login(here.station_chief)
    assert client.post(verb_of(case, name), fields).status_code == 302
    case.refresh_from_db()
    assert case.status == becomes


def test_half_an_obligation_is_asked_for_its_other_half(client, life, here):
    case = life.mediating()
    client.force_login(here.officer)
    answer = client.post(verb_of(case, "agree"), {"facts": "f", "terms": "t", "effective_on": "2026-03-11", "what_2": "付钱"})
    assert list(answer.context["form"].errors) == ["due_on_2"]


# -- registration --


@pytest.fixture
def registration(here, world):
    return {
        "key": "k1",
        "village": here.villages[0].pk,
        "category": world.category.pk,
        "channel": "visit",
        "story": "为一只鸡争吵",
        "first_name": "张三",
        "first_phone": "13800001234",
    }


def test_a_village_of_another_station_cannot_be_chosen(client, here, world, registration):
    client.force_login(here.officer)
    answer = client.post(LIST + "add/", registration | {"village": world.there.villages[0].pk})
    assert list(answer.context["form"].errors) == ["village"]


def test_a_spoilt_photo_registers_nothing_and_says_why(client, here, registration):
    client.force_login(here.officer)
    spoilt = SimpleUploadedFile("x.jpg", b"no picture", "image/jpeg")
    answer = client.post(LIST + "add/", registration | {"photos": [spoilt]})
    assert (answer.status_code, DisputeCase.objects.count()) == (409, 0)
    assert "为一只鸡争吵" in answer.content.decode()


def test_a_dispute_is_registered_once_with_parties_and_photo_however_often_the_form_is_sent(client, here, registration, photo):
    client.force_login(here.officer)
    for _ in range(2):
        photo.seek(0)
        answer = client.post(LIST + "add/", registration | {"photos": [photo]})
        case = DisputeCase.objects.get()
        assert answer.url == page_of(case)
    assert [(party.name, party.phone) for party in case.parties.all()] == [("张三", "13800001234")]
    assert (case.reports.get().by, Attachment.objects.of(case).count()) == (here.officer, 1)


def test_what_was_settled_at_once_is_registered_as_settled(client, here, registration):
    client.force_login(here.officer)
    client.post(LIST + "add/", registration | {"terms": "各退一步", "answers": "on"})
    assert DisputeCase.objects.get().status == "settled"


def test_who_registers_a_protected_case_without_a_right_to_read_it_is_led_to_the_list(client, here, registration):
    client.force_login(here.aux_police)
    assert client.post(LIST + "add/", registration | {"restricted": "on"}).url == LIST
    assert DisputeCase.objects.get().restricted is True


# -- the front page and the categories --


def test_the_front_page_shows_what_needs_a_hand(client, life, here):
    case = life.reported()
    client.force_login(here.officer)
    panels = client.get("/admin/").context["desk_panels"]
    assert [[row["url"] for row in panel["rows"]] for panel in panels if panel["count"]] == [
        [page_of(case)]
    ] * 2  # to be graded, and too late


def test_only_the_chief_renames_a_category(client, here, world):
    url = reverse("admin:cases_category_change", args=[world.category.pk])
    client.force_login(here.officer)
    assert client.get(url).status_code == 200
    assert client.post(url, {"name": "x", "examples": ""}).status_code == 403
    client.force_login(here.station_chief)
    assert client.post(url, {"name": "邻里", "examples": "滴水"}).status_code == 302
    world.category.refresh_from_db()
    assert (world.category.code, world.category.name) == ("02", "邻里")
