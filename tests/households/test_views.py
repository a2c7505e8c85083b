"""The head's phone: one thumb, few questions, no JavaScript, and nothing of anybody else's."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from households import services
from households.models import Assignment, Resident, Sighting, Visit
from shengkang.attachments.models import Attachment
from shengkang.cases import services as cases
from shengkang.cases.models import DisputeCase
from tests.households.test_services import photo
from tests.world import NOW, make_home, make_person, mediate


def page(name, *args):
    return reverse(f"households:{name}", args=args)


@pytest.fixture
def head(world, client):
    client.force_login(world.here.household_head)
    return client


def form_of(client, url):
    """What a browser without JavaScript would send back: the hidden fields of the page."""
    body = client.get(url).content.decode()
    return dict(re.findall(r'<input type="hidden" name="(key)" value="([^"]+)"', body))


# strangers


@pytest.mark.parametrize("name", ["home", "quarrel", "visit"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_home_of_somebody_else_does_not_exist(world, head, name, method):
    for home in (world.here.homes[2], world.there.homes[0]):
        assert getattr(head, method)(page(name, home.pk)).status_code == 404
    assert head.get(page(name, 10**9)).status_code == 404


@pytest.mark.parametrize("name", ["homes", "quarrel-where", "visit-where", "sightings", "visits", "report-sighting"])
def test_who_is_not_logged_in_goes_to_the_log_in_page(client, db, name):
    assert client.get(page(name)).url == f"/login/?next={page(name)}"


@pytest.mark.parametrize("name", ["homes", "quarrel-where", "visit-where", "sightings", "visits", "report-sighting"])
@pytest.mark.parametrize("role", ["resident", "shop_keeper", "township_leader"])
def test_pages_of_heads_do_not_exist_for_others(world, client, name, role):
    client.force_login(getattr(world.here, role))
    assert client.get(page(name)).status_code == 404


@pytest.mark.parametrize("name", ["sighting", "told"])
def test_what_another_told_does_not_exist(world, client, name):
    sighting = services.report_sighting(
        kind="other", text="x", village=world.here.villages[0], by=world.here.household_head, at=NOW
    )
    for stranger in (world.here.volunteer, world.there.household_head, world.there.officer):
        client.force_login(stranger)
        assert client.get(page(name, sighting.pk)).status_code == 404
    client.force_login(world.here.household_head)
    assert client.get(page(name, sighting.pk)).status_code == 200


# my homes


def names(answer):
    return [row["title"] for row in answer.context["rows"]]


def test_a_head_sees_her_homes_and_no_others(world, head):
    assert names(head.get(page("homes"))) == ["1号 户主11", "2号 户主12"]


def test_homes_are_searched_by_door_name_and_pinyin(world, head):
    for text in ("1号", "户主11", "居民11", "jumin 11", "ju min 11"):
        found = names(head.get(page("homes"), {"q": text}))
        assert found == (["1号 户主11"] if text != "jumin 11" else []), text
    assert "3号" not in head.get(page("homes"), {"q": "3号"}).content.decode().replace('value="3号"', "")


def test_a_need_is_a_word_and_the_last_visit_a_day(world, head):
    Resident.objects.filter(home=world.here.homes[0]).update(need="alone")
    services.log_visit(home=world.here.homes[0], kind="care", by=world.here.household_head, at=NOW)
    first, second = head.get(page("homes")).context["rows"]
    assert first["badge"] == str(Resident.Need.ALONE.label)
    assert "2026-03-11" in first["meta"]
    assert second["badge"] == ""


def more_homes(world, count):
    for number in range(count):
        home = make_home(world.here.station, world.here.villages[0], f"{number + 10}号", f"新户{number}")
        Assignment.objects.create(head=world.here.head, home=home, active_from=NOW.date())
        person = make_person(world.here.station, world.here.villages[0], f"新居民{number}")
        Resident.objects.create(home=home, person=person, moved_in_on=NOW.date(), need="alone")
        visit = services.log_visit(home=home, kind="care", by=world.here.household_head, at=NOW)
        services.report_quarrel(home=home, category=world.category, story=f"争吵{number}", by=world.here.household_head, at=NOW)
        assert visit.pk


def test_a_long_list_turns_pages_door_after_door(world, head):
    more_homes(world, 25)
    assert len(names(head.get(page("homes")))) == 20
    assert names(head.get(page("homes"), {"page": 2}))[-1] == "34号 新户24"
    assert head.get(page("homes"), {"page": "x"}).status_code == 200


@pytest.mark.parametrize("name", ["homes", "quarrel-where", "visit-where", "sightings", "visits"])
def test_one_row_and_three_rows_cost_the_same_questions(world, head, name, django_assert_num_queries):
    more_homes(world, 1)
    head.get(page(name))
    with CaptureQueriesContext(connection) as one:
        head.get(page(name))
    more_homes_again(world)
    with django_assert_num_queries(len(one)):
        head.get(page(name))


def more_homes_again(world):
    for number in (50, 51):
        home = make_home(world.here.station, world.here.villages[0], f"{number}号", f"再户{number}")
        Assignment.objects.create(head=world.here.head, home=home, active_from=NOW.date())
        person = make_person(world.here.station, world.here.villages[0], f"再居民{number}")
        Resident.objects.create(home=home, person=person, moved_in_on=NOW.date(), need="elder")
        services.log_visit(home=home, kind="check", by=world.here.household_head, at=NOW)
        services.report_quarrel(home=home, category=world.category, story="又吵", by=world.here.household_head, at=NOW)


def test_a_home_page_calls_its_residents_and_leads_to_the_forms(world, head):
    body = head.get(page("home", world.here.homes[0].pk)).content.decode()
    assert f'href="tel:{world.here.residents[0].phone}"' in body
    assert page("quarrel", world.here.homes[0].pk) in body
    assert page("visit", world.here.homes[0].pk) in body


# a quarrel


def test_a_form_half_filled_comes_back_with_everything_typed(world, head):
    url = page("quarrel", world.here.homes[0].pk)
    answer = head.post(url, form_of(head, url) | {"story": "为滴水争吵", "other": "邻居甲"})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"category"}
    assert "为滴水争吵" in answer.content.decode()
    assert DisputeCase.objects.count() == 0


def test_a_quarrel_asks_no_more_than_three_things(world, head):
    fields = head.get(page("quarrel", world.here.homes[0].pk)).context["form"].visible_fields()
    assert [field.name for field in fields if field.field.required] == ["category", "story"]


def test_the_common_kinds_stand_first_by_frequency(world, head):
    choices = head.get(page("quarrel", world.here.homes[0].pk)).context["form"].fields["category"].choices
    codes = [code for code, _label in choices]
    assert (codes[:2], codes[-1]) == (["02", "01"], "99")


def test_a_page_without_javascript_reports_a_quarrel_with_a_photo(world, head):
    url = page("quarrel", world.here.homes[0].pk)
    sent = form_of(head, url) | {"category": "02", "story": "为滴水争吵", "photos": [photo("a.jpg"), photo("b.png")]}
    answer = head.post(url, sent)
    sighting = Sighting.objects.get()
    assert answer.url == page("told", sighting.pk)
    told = head.get(answer.url).content.decode()
    assert sighting.case.no in told
    assert Attachment.objects.of(sighting.case).count() == 1  # the same picture twice is one


def test_the_same_form_sent_twice_is_one_case(world, head):
    url = page("quarrel", world.here.homes[0].pk)
    sent = form_of(head, url) | {"category": "02", "story": "为滴水争吵"}
    first = head.post(url, sent | {"photos": [photo()]})
    second = head.post(url, sent | {"photos": [photo()]})
    assert first.url == second.url
    assert (DisputeCase.objects.count(), Sighting.objects.count()) == (1, 1)


def test_the_same_key_with_another_story_is_refused_in_words(world, head):
    url = page("quarrel", world.here.homes[0].pk)
    sent = form_of(head, url) | {"category": "02", "story": "为滴水争吵"}
    head.post(url, sent)
    answer = head.post(url, sent | {"story": "为通道争吵"})
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert DisputeCase.objects.count() == 1


def test_a_refused_photo_leaves_the_form_standing_and_nothing_behind(world, head):
    url = page("quarrel", world.here.homes[0].pk)
    sent = form_of(head, url) | {"category": "02", "story": "为滴水争吵"}
    answer = head.post(url, sent | {"photos": [SimpleUploadedFile("a.jpg", b"none", content_type="image/jpeg")]})
    assert answer.status_code == 200
    assert DisputeCase.objects.count() == 0
    assert head.post(url, sent | {"photos": [photo()]}).status_code == 302


def test_too_many_photos_are_refused(world, head):
    url = page("quarrel", world.here.homes[0].pk)
    sent = form_of(head, url) | {"category": "02", "story": "x", "photos": [photo(f"{n}.jpg") for n in range(7)]}
    assert set(head.post(url, sent).context["form"].errors) == {"photos"}


def test_a_protected_report_tells_its_reporter_little(world, head):
    url = page("quarrel", world.here.homes[0].pk)
    head.post(url, form_of(head, url) | {"category": "01", "story": "听到哭声", "protected": "on"})
    sighting = Sighting.objects.get()
    assert sighting.case.restricted
    assert head.get(page("sighting", sighting.pk)).context["case"] is None
    assert str(sighting.case.get_status_display()) not in [row["badge"] for row in head.get(page("sightings")).context["rows"]]


# visits and other sightings


def test_a_visit_is_logged_once(world, head):
    url = page("visit", world.here.homes[0].pk)
    sent = form_of(head, url) | {"kind": "care", "note": "老人安好"}
    for _time in range(2):
        assert head.post(url, sent).url == page("home", world.here.homes[0].pk)
    assert Visit.objects.get().note == "老人安好"
    assert "老人安好" in head.get(page("visits")).content.decode()


def test_a_volunteer_tells_of_a_stranger_in_a_village_of_the_station(world, client):
    client.force_login(world.here.volunteer)
    url = page("report-sighting")
    sent = form_of(client, url) | {"kind": "stranger", "text": "生人"}
    assert set(client.post(url, sent | {"village": world.there.villages[0].pk}).context["form"].errors) == {"village"}
    answer = client.post(url, sent | {"village": world.here.villages[0].pk})
    assert answer.url == page("told", Sighting.objects.get().pk)
    assert client.get(answer.url).status_code == 200


def test_a_long_history_is_paged_from_the_newest(world, head):
    for number in range(25):
        services.log_visit(home=world.here.homes[0], kind="care", note=f"第{number}次", by=world.here.household_head, at=NOW)
    first = head.get(page("visits"))
    assert [row["text"] for row in first.context["rows"]][:2] == ["第24次", "第23次"]
    assert [row["text"] for row in head.get(first.context["older_url"]).context["rows"]] == [f"第{n}次" for n in range(4, -1, -1)]
    assert head.get(page("visits"), {"before": "x"}).status_code == 302


def test_the_list_of_what_i_told_says_no_word_of_a_protected_report(world, head):
    services.report_quarrel(
        home=world.here.homes[0], category=world.category, story="听到哭声", by=world.here.household_head, at=NOW, protected=True
    )
    assert "听到哭声" not in head.get(page("sightings")).content.decode()


# a quarrel told before


def told_before(world, **kwargs):
    here = world.here
    given = {
        "home": here.homes[0],
        "category": world.category,
        "story": "为滴水争吵",
        "by": here.household_head,
        "at": NOW,
    } | kwargs
    return services.report_quarrel(**given).case


def ask(head, world, **more):
    url = page("quarrel", world.here.homes[0].pk)
    return head.post(url, form_of(head, url) | {"category": "02", "story": "滴水又吵起来", "other_phone": "13700000001"} | more)


@pytest.fixture
def today(world):
    return timezone.now()


def test_a_quarrel_she_told_before_is_asked_about_and_nothing_is_written(world, head, today):
    case = told_before(world, at=today)
    answer = ask(head, world, photos=[photo()])
    body = answer.content.decode()
    assert [(each["case"], each["mine"]) for each in answer.context["candidates"]] == [(case, True)]
    assert 'name="other_phone" value="13700000001"' in body
    assert answer.context["photos_again"]
    assert (DisputeCase.objects.count(), Sighting.objects.count()) == (1, 1)


def test_no_a_new_one_opens_a_second_case(world, head, today):
    told_before(world, at=today)
    assert ask(head, world, answer="new").status_code == 302
    case = DisputeCase.objects.latest("pk")
    assert DisputeCase.objects.count() == 2
    assert list(case.parties.values_list("side", "phone")) == [("first", ""), ("second", "13700000001")]


def test_what_she_mediates_and_others_told_is_joined(world, head, today):
    here = world.here
    case = cases.open_case(
        station=here.station, village=here.villages[0], category=world.category, channel="visit", story="为滴水争吵",
        address=here.homes[0].address, by=here.officer, at=today,
    )  # fmt: skip
    cases.accept_case(case=case, risk="green", grade="simple", officer=here.officer, by=here.officer, at=today)
    mediate(case, here.household_head, by=here.officer, at=today)
    shown = ask(head, world).context["candidates"]
    assert [(each["case"], each["mine"]) for each in shown] == [(case, False)]
    answer = ask(head, world, answer=case.pk)
    sighting = Sighting.objects.latest("pk")
    assert (sighting.case, answer.url) == (case, page("told", sighting.pk))
    assert case.reports.filter(by=here.household_head).count() == 1
    assert head.get(answer.url).status_code == 200


def test_what_others_told_of_a_home_is_not_shown_to_her(world, head, today):
    here = world.here
    cases.open_case(
        station=here.station, village=here.villages[0], category=world.category, channel="visit", story="为滴水争吵",
        address=here.homes[0].address, by=here.officer, at=today,
    )  # fmt: skip
    assert ask(head, world).status_code == 302
    assert DisputeCase.objects.count() == 2


def test_a_case_she_does_not_see_is_not_joined(world, head, today):
    here = world.here
    hidden = cases.open_case(
        station=here.station, village=here.villages[0], category=world.category, channel="visit", story="为滴水争吵",
        by=here.officer, at=today, restricted=True,
    )  # fmt: skip
    assert ask(head, world, answer=hidden.pk).status_code == 404
    assert Sighting.objects.count() == 0


def test_what_may_be_a_crime_at_home_is_never_asked_about(world, head, today):
    told_before(world, at=today)
    assert ask(head, world, protected="on").status_code == 302


def test_what_is_folded_away_reaches_the_case(world, head):
    assert (
        ask(head, world, place="井边", scale="50_to_100", latitude="31.9", longitude="x", other_is_minor="on").status_code == 302
    )
    case = DisputeCase.objects.get()
    assert (case.place, case.scale, case.latitude, case.parties.get(side="second").is_minor) == ("井边", "50_to_100", None, True)
