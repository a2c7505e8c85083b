"""What a registration says, how it is put right, and whether it was told before."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import gettext as _

from shengkang.attachments.models import Attachment
from shengkang.audit.models import AccessEntry
from shengkang.cases import duplicates, services
from shengkang.cases.models import DisputeCase, Obligation, Party, PoliceClass
from shengkang.cases.services import PartyDetails
from shengkang.notices.models import Notice
from shengkang.organization import sealed
from shengkang.organization.services import IdNumberInvalid
from tests.cases.conftest import told
from tests.world import NOW, make_person, mediate

ADD = "/admin/cases/disputecase/add/"
ID_NUMBER = "11010519491231002X"
POINT = {"latitude": 31.9, "longitude": 111.26}


def first(case):
    return case.parties.get(side="first")


def home(world):
    return world.here.homes[0].address


# -- what is registered --


@pytest.mark.parametrize("half", ["latitude", "longitude"])
def test_half_a_point_is_refused(here, world, half):
    with pytest.raises(services.PointIncomplete):
        services.open_case(**told(here, world.category, **{half: 31.9}))
    assert DisputeCase.objects.count() == 0


def test_an_id_number_with_a_mistake_is_refused_and_nothing_is_written(here, world):
    with pytest.raises(IdNumberInvalid):
        services.open_case(**told(here, world.category, parties=[PartyDetails("first", "张三", id_number="110105194912310021")]))
    assert DisputeCase.objects.count() == 0


def test_a_home_of_another_station_is_refused(here, world):
    with pytest.raises(services.WrongStation):
        services.open_case(
            **told(here, world.category, parties=[PartyDetails("first", "张三", home=world.there.homes[0].address)])
        )


def test_a_case_carries_both_classes_its_scale_and_its_point(here, world):
    police = PoliceClass.objects.filter(is_dispute=True).first()
    case = services.open_case(**told(here, world.category, police_class=police, scale="50_to_100", **POINT))
    case.refresh_from_db()
    assert (case.police_class, case.scale, case.latitude, case.longitude) == (police, "50_to_100", 31.9, 111.26)


def test_an_id_number_is_sealed_and_found_again_by_its_keyed_hash(here, world):
    party = PartyDetails("first", "张三", id_number=ID_NUMBER.lower(), is_minor=True, guardian_name="张父", guardian_phone="1")
    written = first(services.open_case(**told(here, world.category, parties=[party])))
    assert sealed.open_sealed(written.id_number_sealed) == ID_NUMBER
    assert Party.objects.get(id_number_index=sealed.blind_index(ID_NUMBER)) == written
    assert (written.is_minor, written.guardian_name) == (True, "张父")
    assert ID_NUMBER not in repr(party)


# -- put right --


def test_a_correction_of_half_a_point_is_refused(life, here):
    case = life.reported(**POINT)
    with pytest.raises(services.PointIncomplete):
        services.correct_case(case=case, latitude=None, reason="错了", by=here.officer, at=NOW)


def test_scale_and_point_are_corrected_by_one_step(life, here):
    case = life.reported(**POINT)
    services.correct_case(case=case, scale="over_500", latitude=None, longitude=None, reason="看错了", by=here.officer, at=NOW)
    case.refresh_from_db()
    assert (case.scale, case.latitude, case.steps.last().move) == ("over_500", None, "correct")


def test_a_party_is_corrected_by_a_step_that_names_the_fields_and_the_history_keeps_what_was(life, here):
    case = life.accepted()
    services.correct_party(party=first(case), name="张山", phone="13900000000", reason="听错", by=here.officer, at=NOW)
    step = case.steps.last()
    assert (step.move, "张山" in step.note, "听错" in step.note) == ("correct", False, True)
    assert list(first(case).events.values_list("name", "phone")) == [("张三", "13800001234")]


def test_a_correction_of_a_party_that_changes_nothing_is_refused(life, here):
    with pytest.raises(services.NothingChanged):
        services.correct_party(party=first(life.reported()), name=" 张三 ", by=here.officer, at=NOW)


def test_an_empty_id_number_leaves_the_sealed_one(life, here):
    case = life.reported(parties=[PartyDetails("first", "张三", id_number=ID_NUMBER)])
    services.correct_party(party=first(case), id_number="", name="张山", by=here.officer, at=NOW)
    assert first(case).id_number_index == sealed.blind_index(ID_NUMBER)


def test_a_party_of_an_ended_case_is_not_corrected(life, here):
    with pytest.raises(services.MoveRefused):
        services.correct_party(party=first(life.settled()), name="张山", by=here.officer, at=NOW)


def test_a_party_is_added_by_one_step(life, here):
    case = life.accepted()
    before = case.steps_taken
    services.add_party(case=case, party=PartyDetails("other", "王五"), by=here.officer, at=NOW)
    assert [each.name for each in case.parties.all()] == ["张三", "李四", "王五"]
    assert case.steps.count() == before + 1


def test_a_party_is_removed_before_the_case_is_accepted_and_remembered(life, here):
    case = life.reported()
    party = first(case)
    services.remove_party(party=party, reason="写错", by=here.officer, at=NOW)
    assert [each.name for each in case.parties.all()] == ["李四"]
    assert Party.pgh_event_models["removed"].objects.get().name == "张三"


def test_a_party_is_not_removed_once_the_case_is_accepted(life, here):
    with pytest.raises(services.NotAllowedHere):
        services.remove_party(party=first(life.accepted()), by=here.officer, at=NOW)


def test_a_party_that_papers_speak_of_is_not_removed(life, here):
    case = life.reported()
    services.accept_case(case=case, risk="green", grade="simple", officer=here.officer, by=here.officer, at=NOW)
    mediate(case, here.household_head, by=here.officer)
    agreement = services.record_agreement(case=case, facts="f", terms="t", effective_on=NOW.date(), by=here.officer, at=NOW)
    Obligation.objects.create(agreement=agreement, party=first(case), what="w", due_on=NOW.date())
    with pytest.raises(services.NotAllowedHere):
        services.remove_party(party=first(case), by=here.officer, at=NOW)
    assert case.parties.count() == 2


# -- was it told before? --


def look(here, world, by=None, at=NOW, **kwargs):
    given = told(here, world.category, **{"story": "为鸡吃菜拌嘴", "place": "", "parties": (), "at": at, **kwargs})
    given.pop("by"), given.pop("channel"), given.pop("station")
    return duplicates.candidates(by or here.officer, duplicates.told_of(**given))


def found(here, world, **kwargs):
    return [each.case for each in look(here, world, **kwargs)]


@pytest.fixture
def odd(life):
    """A case that has nothing in common with the one that is told, but its village and category."""
    return life.reported(story="为一棵树的树枝伸进院子争执", place="村东头")


def test_a_case_of_the_same_village_category_and_day_alone_is_no_candidate(here, world, odd):
    assert look(here, world) == []


@pytest.mark.parametrize(
    "same",
    [
        {"parties": [PartyDetails("first", "张老三", "13800001234")]},
        {"story": "一棵树的树枝伸进了院子，两家争执"},
        {"place": "村东头", "story": "树枝伸进院子"},
    ],
)
def test_a_telephone_a_text_or_a_place_with_words_make_a_candidate(here, world, odd, same):
    assert found(here, world, **same) == [odd]


def test_the_same_home_or_person_makes_a_candidate_in_any_village(here, world, life):
    person = make_person(here.station, here.villages[0], "赵六")
    by_home = life.reported(story="甲", place="", parties=(), address=home(world), village=here.villages[1])
    by_person = life.reported(
        story="乙", place="", parties=[PartyDetails("first", "赵六", person=person)], village=here.villages[1]
    )
    assert found(here, world, parties=[PartyDetails("first", "x", home=home(world))]) == [by_home]
    assert found(here, world, parties=[PartyDetails("first", "x", person=person)]) == [by_person]


def test_the_same_id_number_makes_a_candidate(here, world, life):
    case = life.reported(story="甲", place="", parties=[PartyDetails("first", "某", id_number=ID_NUMBER)])
    assert found(here, world, parties=[PartyDetails("first", "另写", id_number=ID_NUMBER)]) == [case]


def test_near_points_make_a_candidate_far_ones_none(here, world, life):
    case = life.reported(story="甲", place="", parties=(), **POINT)
    assert found(here, world, latitude=31.9002, longitude=111.26) == [case]
    assert found(here, world, latitude=31.93, longitude=111.26) == []


def test_ended_ones_are_candidates_merged_ones_are_not(here, world, life):
    settled, merged, into = life.settled(), life.reported(), life.reported()
    services.merge_case(case=merged, into=into, by=here.officer, at=NOW)
    assert set(found(here, world, story="屋檐滴水起争执")) == {settled, into}


def test_what_ended_long_ago_is_no_candidate_what_is_still_open_is(here, world, life):
    long_ago = NOW - timedelta(days=90)
    services.settle_on_the_spot(**told(here, world.category, at=long_ago), terms="各让一步")
    still_open = life.reported(at=long_ago)
    assert found(here, world, story="屋檐滴水起争执") == [still_open]


def test_the_likeliest_stands_first_with_its_reasons(here, world, odd, life):
    likely = life.reported()
    mine = look(here, world, story="屋檐滴水起争执", parties=[PartyDetails("first", "张三", "13800001234")])
    assert [each.case for each in mine] == [likely, odd]
    assert (mine[0].weight > mine[1].weight, _("the same telephone") in mine[0].reasons) == (True, True)


def test_nobody_is_shown_a_case_he_does_not_see(here, world, life):
    life.protected()
    life.reported(by=here.post_liaison)
    same = {"story": "屋檐滴水起争执", "parties": [PartyDetails("first", "张三", "13800001234")]}
    assert look(here, world, by=here.household_head, **same) == []
    assert look(here, world, by=world.there.station_chief, **same) == []
    assert [each.case.restricted for each in look(here, world, by=here.colleague, **same)] == [False]
    assert sorted(each.case.restricted for each in look(here, world, by=here.station_chief, **same)) == [False, True]


def test_a_protected_matter_is_compared_with_protected_cases_only(here, world, life):
    life.reported()
    assert look(here, world, by=here.station_chief, story="屋檐滴水起争执", restricted=True) == []


def test_it_asks_no_more_the_more_there_is(here, world, life, django_assert_max_num_queries):
    for _each in range(3):
        life.reported()
    with django_assert_max_num_queries(9):
        assert len(look(here, world, story="屋檐滴水起争执", parties=[PartyDetails("first", "张三", "13800001234")])) == 3


# -- joining --


def outcomes(user):
    return list(Notice.objects.filter(to=user, kind="case.outcome").values_list("text", flat=True))


def test_who_joins_a_settled_case_hears_the_outcome_at_once(life, here):
    case = life.settled()
    services.join_case(case=case, text="我也听见", by=here.post_liaison, at=NOW)
    assert len(outcomes(here.post_liaison)) == 1
    assert "2026-03-11" in outcomes(here.post_liaison)[0]


def test_who_joins_a_case_in_work_hears_later(life, here):
    case = life.mediating()
    services.join_case(case=case, text="我也听见", by=here.post_liaison, at=NOW)
    assert outcomes(here.post_liaison) == []
    services.terminate_case(case=case, reason="一方拒绝", by=here.officer, at=NOW)
    assert len(outcomes(here.post_liaison)) == 1


def test_who_joins_a_reopened_case_is_not_told_that_it_ended(life, here):
    case = life.settled()
    services.reopen_case(case=case, reason="又吵", by=here.officer, at=NOW)
    services.join_case(case=case, text="我也听见", by=here.post_liaison, at=NOW)
    assert outcomes(here.post_liaison) == []


def test_a_protected_matter_does_not_join_an_ordinary_case(life, here):
    case = life.reported()
    with pytest.raises(services.CaseProtected):
        services.join_case(case=case, text="打孩子", restricted=True, by=here.post_liaison, at=NOW)
    assert case.reports.count() == 1


# -- the desk --


@pytest.fixture
def desk(client, here):
    client.force_login(here.officer)
    return client


def form_of(here, **more):
    return {
        "key": "k1", "village": here.villages[0].pk, "category": "02", "channel": "visit", "story": "屋檐滴水起争执", "place": "水塘边",
        "first_name": "张三", "first_phone": "13800001234",
    } | more  # fmt: skip


def test_the_desk_registers_everything_on_one_page(desk, here, world):
    sent = form_of(
        here, police_class=PoliceClass.objects.first().pk, scale="50_to_100", first_home=home(world).door, first_id_number=ID_NUMBER,
        second_name="李四", second_is_minor="on", second_guardian_name="李父", second_guardian_phone="13700000000", **POINT,
    )  # fmt: skip
    assert desk.post(ADD, sent).status_code == 302
    case = DisputeCase.objects.get()
    assert (case.scale, case.latitude, first(case).home) == ("50_to_100", 31.9, home(world))
    assert first(case).id_number_index == sealed.blind_index(ID_NUMBER)
    assert case.parties.get(side="second").guardian_name == "李父"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"latitude": "31.9"}, "latitude"),
        ({"first_id_number": "110105194912310021"}, "first_id_number"),
        ({"first_home": "天边1号"}, "first_home"),
        ({"second_phone": "13700000000"}, "second_name"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_written(desk, here, wrong, field):
    answer = desk.post(ADD, form_of(here, **wrong))
    assert set(answer.context["form"].errors) == {field}
    assert DisputeCase.objects.count() == 0


def test_a_likely_duplicate_is_asked_about_before_anything_is_written(desk, here, life, photo):
    case = life.reported()
    page = desk.post(ADD, form_of(here, photos=[photo]))
    assert ([card["case"] for card in page.context["candidates"]], DisputeCase.objects.count()) == ([case], 1)
    body = page.content.decode()
    assert 'name="story" value="屋檐滴水起争执"' in body
    assert 'name="answer" value="new"' in body
    assert 'type="file"' in body
    assert AccessEntry.objects.filter(object_ref=f"cases.DisputeCase:{case.pk}", what="case").count() == 1


def test_the_same_dispute_joins_the_case_with_its_photos(desk, here, life, photo):
    case = life.reported()
    answer = desk.post(ADD, form_of(here, answer=case.pk, photos=[photo]))
    assert answer.url == reverse("admin:cases_disputecase_change", args=[case.pk])
    assert (DisputeCase.objects.count(), case.reports.filter(by=here.officer).count()) == (1, 1)
    assert Attachment.objects.of(case).count() == 1


def test_no_a_new_one_opens_a_case_of_its_own_once(desk, here, life):
    life.reported()
    urls = {desk.post(ADD, form_of(here, answer="new")).url for _time in range(2)}
    assert (len(urls), DisputeCase.objects.count()) == (1, 2)


def test_the_same_form_sent_twice_is_not_taken_for_its_own_duplicate(desk, here):
    urls = {desk.post(ADD, form_of(here)).url for _time in range(2)}
    assert (len(urls), DisputeCase.objects.count()) == (1, 1)


def test_a_case_nobody_showed_is_not_joined_by_its_number_alone(desk, here, life, world):
    hidden = life.protected()
    assert desk.post(ADD, form_of(here, answer=hidden.pk)).status_code == 409
    assert hidden.reports.filter(by=here.officer).count() == 0
    assert desk.post(ADD, form_of(here, key="k2", answer="1 or 1")).context["form"].errors.keys() == {"answer"}


def tables(client, case):
    page = client.get(reverse("admin:cases_disputecase_change", args=[case.pk]))
    return {section["title"]: section["rows"] for section in page.context["sections"]}, [
        verb["name"] for verb in page.context["verbs"]
    ]


def test_the_page_of_a_reported_case_shows_its_duplicates_and_merges_them(desk, life, here):
    case, other = life.reported(), life.reported()
    shown, verbs = tables(desk, case)
    assert [row["cells"][0]["text"] for row in shown[_("Possible duplicates")]] == [other.no]
    assert ("merge" in verbs, "split" in verbs) == (True, False)
    url = reverse("admin:cases_disputecase_merge", args=[case.pk])
    assert list(desk.get(url).context["form"].fields["into"].queryset) == [other]
    assert set(desk.post(url, {}).context["form"].errors) == {"number"}
    assert desk.post(url, {"into": other.pk}).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.merged_into) == ("merged", other)
    assert "split" in tables(desk, case)[1]
    assert desk.post(reverse("admin:cases_disputecase_split", args=[case.pk]), {"reason": "两回事"}).status_code == 302


def test_a_case_is_merged_by_the_number_of_the_other_one_but_not_of_one_he_does_not_see(desk, life, here):
    case, other, hidden = (
        life.reported(),
        life.reported(story="另一件", place="别处", parties=()),
        life.protected(by=here.station_chief),
    )
    url = reverse("admin:cases_disputecase_merge", args=[case.pk])
    assert set(desk.post(url, {"number": hidden.no}).context["form"].errors) == {"number"}
    assert desk.post(url, {"number": other.no}).status_code == 302


def test_a_party_is_put_right_from_the_table_of_parties(desk, life, here):
    case = life.reported()
    link = tables(desk, case)[0][_("Parties")][1]["cells"][-1]["url"]
    form = desk.get(link).context["form"]
    assert (form.initial["name"], form.initial["side"]) == ("李四", "second")
    sent = {"party": form.initial["party"], "side": "second", "name": "李思", "is_minor": "on", "guardian_name": "李父"}
    assert desk.post(link, sent).status_code == 302
    party = case.parties.get(side="second")
    assert (party.name, party.is_minor, party.guardian_name) == ("李思", True, "李父")


def test_a_party_is_added_and_removed_at_the_desk(desk, life, here):
    case = life.reported()
    sent = {"side": "other", "name": "王五", "phone": "13600000000"}
    assert desk.post(reverse("admin:cases_disputecase_add_party", args=[case.pk]), sent).status_code == 302
    added = case.parties.get(side="other")
    url = reverse("admin:cases_disputecase_remove_party", args=[case.pk])
    assert desk.post(url, {"party": added.pk, "reason": "错"}).status_code == 302
    assert case.parties.count() == 2


def test_no_hash_of_an_id_number_is_kept_with_the_receipt_of_a_form(desk, life, here):
    """The same form with another number is the same form: the number is no part of what is compared."""
    case = life.reported()
    url = reverse("admin:cases_disputecase_add_party", args=[case.pk])
    sent = {"side": "other", "name": "王五", "idempotency_key": "k9"}
    for number in (ID_NUMBER, ""):
        assert desk.post(url, sent | {"id_number": number}).status_code == 302
    assert case.parties.filter(side="other").count() == 1
