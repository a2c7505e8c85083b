"""The disputes of the same people or place as one history, and what settled others like the one at hand."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import gettext as _

from shengkang.audit.models import AccessEntry
from shengkang.cases import relapse, services
from shengkang.cases.services import PartyDetails
from tests.cases.conftest import told
from tests.world import NOW, make_person, mediate

POINT = {"latitude": 31.9, "longitude": 111.26}
MONTH = timedelta(days=30)


def history(user, case, at=NOW):
    return [each.case for each in relapse.history_of(user, case, at)]


@pytest.fixture
def case(life):
    """At hand; it shares nothing with the others but what a test gives it."""
    return lambda **kwargs: life.reported(**{"parties": (), "place": "", "story": "又吵起来了"} | kwargs)


def settled(here, world, terms="檐口装水槽，水引到自家阴沟", **kwargs):
    given = {"parties": (), "place": "", "at": NOW - MONTH, **kwargs}
    return services.settle_on_the_spot(**told(here, world.category, **given), terms=terms)


# -- one history --


def test_others_of_the_village_are_no_history(case, here):
    one, _other = case(), case()
    assert history(here.officer, one) == []


@pytest.mark.parametrize(
    "same",
    [
        {"parties": [PartyDetails("first", "张三", "13800001234")]},
        {"place": "老油坊门口"},
        POINT,
        {"parties": [PartyDetails("first", "张三"), PartyDetails("second", "李四")]},
    ],
)
def test_a_telephone_a_place_a_point_or_both_names_tie_disputes_together(case, here, world, same):
    before = settled(here, world, **same)
    assert history(here.officer, case(**same)) == [before]


def test_one_name_alone_ties_nothing(case, here, world):
    settled(here, world, parties=[PartyDetails("first", "张三")])
    assert history(here.officer, case(parties=[PartyDetails("first", "张三"), PartyDetails("second", "李四")])) == []


def test_the_same_two_homes_are_told_as_such(case, here, world):
    two = [PartyDetails(side, side, home=home.address) for side, home in zip(("first", "second"), world.here.homes, strict=False)]
    settled(here, world, parties=list(reversed(two)))
    assert [each.ties for each in relapse.history_of(here.officer, case(parties=two), NOW)] == [(_("the same two homes"),)]


def test_a_known_person_ties_disputes_of_two_villages(case, here, world):
    person = make_person(here.station, here.villages[0], "赵六")
    before = settled(here, world, village=here.villages[1], parties=[PartyDetails("second", "赵六", person=person)])
    assert history(here.officer, case(parties=[PartyDetails("first", "赵六", person=person)])) == [before]


def test_it_reaches_back_twelve_months_and_forward_to_today_oldest_first(case, here, world):
    settled(here, world, place="井边", at=NOW - timedelta(days=366))
    old = settled(here, world, place="井边", at=NOW - timedelta(days=364))
    at_hand = case(place="井边")
    later = case(place="井边", at=NOW + MONTH)
    assert history(here.officer, at_hand, at=NOW + MONTH) == [old, later]


def test_merged_ones_are_not_counted_twice(case, here, world, life):
    at_hand, twice, into = case(place="井边"), case(place="井边"), case(place="井边")
    services.merge_case(case=twice, into=into, by=here.officer, at=NOW)
    assert history(here.officer, at_hand) == [into]


def test_nobody_reads_there_what_he_does_not_see(case, here, world):
    hidden = case(place="井边", restricted=True)
    at_hand = case(place="井边")
    assert history(here.colleague, at_hand) == []
    assert history(here.station_chief, at_hand) == [hidden]
    assert history(here.post_liaison, at_hand) == []
    assert history(world.there.station_chief, at_hand) == []


def test_each_carries_what_settled_it(case, here, world):
    settled(here, world, terms="各让一步", place="井边")
    assert [each.terms for each in relapse.history_of(here.officer, case(place="井边"), NOW)] == ["各让一步"]


def test_a_long_history_asks_no_more(case, here, world, django_assert_max_num_queries):
    at_hand = case(place="井边", **POINT, parties=[PartyDetails("first", "张三", "13800001234"), PartyDetails("second", "李四")])
    for _each in range(3):
        settled(here, world, place="井边")
    with django_assert_max_num_queries(9):
        assert len(history(here.officer, at_hand)) == 3


# -- what settled others --


def like(user, case):
    return [each.case for each in relapse.settled_like(user, case, NOW)]


def test_settled_disputes_of_the_same_kind_and_words_are_offered_the_likest_first(case, here, world):
    near = settled(here, world, story="两家因屋檐滴水发生争执，已劝开")
    nearest = settled(here, world, story="因屋檐滴水到院墙发生争执")
    settled(here, world, story="为一只鸡吵架")
    assert like(here.officer, case(story="因屋檐滴水到院墙发生争执，双方互骂")) == [nearest, near]


def test_another_category_or_one_that_is_open_teaches_nothing(case, here, world, life):
    services.settle_on_the_spot(
        **told(here, type(world.category).objects.get(code="01"), parties=(), at=NOW - MONTH), terms="和好"
    )
    life.agreed()
    assert like(here.officer, case(story="屋檐滴水起争执")) == []


def test_a_mediator_learns_from_what_he_sees_and_nobody_from_protected_cases(case, here, world):
    settled(here, world, story="屋檐滴水起争执")
    at_hand = case(story="屋檐滴水起争执", restricted=True)
    assert like(here.station_chief, at_hand) == []
    assert like(here.post_liaison, case(story="屋檐滴水起争执")) == []
    assert len(like(here.household_head, case(story="屋檐滴水起争执"))) == 1


def test_terms_are_read_without_names_and_telephones(here, world):
    parties = [PartyDetails("first", "张三", "13800001234"), PartyDetails("second", "张三丰")]
    done = settled(here, world, parties=parties)
    told_as = relapse.without_names("张三丰赔张三（13800001234）三百元", done)
    assert told_as == f"{_('the other side')}赔{_('one side')}（）三百元" or "张三" not in told_as
    assert "1380000" not in told_as


# -- the pages --


def url(case):
    return reverse("admin:cases_disputecase_relapses", args=[case.pk])


def test_the_page_of_a_case_shows_what_was_before_and_what_settled_others(client, case, here, world):
    before = settled(here, world, story="屋檐滴水起争执", place="井边")
    at_hand = case(story="屋檐滴水起争执", place="井边")
    client.force_login(here.officer)
    page = client.get(reverse("admin:cases_disputecase_change", args=[at_hand.pk]))
    shown = {section["title"]: section for section in page.context["sections"]}
    assert shown[_("What settled others like it")]["rows"][0]["cells"][0]["text"] == before.no
    again = shown[_("The same people or place in 12 months: %(count)s more") % {"count": 1}]
    assert (again["rows"][0]["cells"][0]["text"], again["more_url"]) == (before.no, url(at_hand))


def test_the_whole_history_is_one_page_and_the_look_is_logged(client, case, here, world):
    settled(here, world, place="井边")
    at_hand = case(place="井边")
    client.force_login(here.officer)
    page = client.get(url(at_hand))
    assert [step["current"] for step in page.context["steps"]] == [False, True]
    assert AccessEntry.objects.filter(what="relapses", object_ref=f"cases.DisputeCase:{at_hand.pk}").count() == 1
    assert client.post(url(at_hand)).status_code == 405


def test_a_history_of_a_case_one_does_not_see_does_not_exist(client, case, here, world):
    hidden = case(restricted=True)
    client.force_login(here.colleague)
    assert client.get(url(hidden)).status_code == 404
    client.force_login(world.there.station_chief)
    assert client.get(url(case())).status_code == 404


def test_a_mediator_reads_on_the_phone_what_was_and_what_settled_others_without_names(client, case, here, world):
    two = [PartyDetails("first", "赵大"), PartyDetails("second", "钱二")]
    settled(here, world, story="屋檐滴水起争执", terms="赵大给钱二装檐沟", parties=two)
    at_hand = case(story="屋檐滴水起争执", parties=[PartyDetails("first", "赵大"), PartyDetails("second", "钱二", "13800005678")])
    services.accept_case(case=at_hand, risk="green", grade="simple", officer=here.officer, by=here.officer, at=NOW)
    mediate(at_hand, here.household_head, by=here.officer)
    client.force_login(here.household_head)
    page = client.get(at_hand.get_absolute_url())
    assert [step["who"] for step in page.context["before"]] == [_("both parties of the same name")]
    assert [("赵大" in terms, "檐沟" in terms) for terms in page.context["similar"]] == [(False, True)]
