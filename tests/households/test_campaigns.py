"""A checklist over every home: who is asked, what a look writes down, what becomes a hazard, and how far it is."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from households import services
from households.checklists import proposed_for
from households.models import Campaign, HomeCheck
from households.selectors import campaigns as selectors
from shengkang.audit.models import AuditEntry
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.notices.models import Notice
from shengkang.organization.services import UnitNotServed
from tests.households.test_services import part_with
from tests.world import NOW, make_home

TODAY = NOW.date()


def open_campaign(world, **fields):
    fire = HazardGroup.objects.get(code="01")
    given = {
        "station": world.here.station,
        "kind": "winter_fire",
        "name": "冬春防火",
        "villages": [world.here.villages[0]],
        "starts_on": TODAY,
        "ends_on": TODAY + timedelta(days=10),
        "lines": [
            services.Line("炭火取暖不通风", fire, "at_once"),
            services.Line("柴草堆在灶边", fire, "ordinary"),
            services.Line("没有听过宣传"),
        ],
        "by": world.here.officer,
        "at": NOW,
    }
    return services.open_campaign(**given | fields)


@pytest.fixture
def campaign(world):
    return open_campaign(world)


def check(world, campaign, home=0, /, **fields):
    given = {"home": world.here.homes[home], "result": "right", "by": world.here.household_head, "at": NOW}
    return services.check_home(campaign=campaign, **given | fields)


# opening and closing


def test_what_cannot_be_opened(world, campaign):
    for change in (
        {"villages": []},
        {"lines": []},
        {"lines": [services.Line("项目")] * 13},
        {"ends_on": TODAY - timedelta(days=1)},
        {"starts_on": TODAY + timedelta(days=11)},
        {},  # the name is taken
    ):
        with pytest.raises(services.CampaignRefused):
            open_campaign(world, **{"name": "冬春防火" if not change else "另一次"} | change)
    with pytest.raises(UnitNotServed):
        open_campaign(world, name="邻所", villages=[world.there.villages[0]])


def test_the_heads_of_the_villages_are_told_and_nobody_else(world, campaign):
    assert [told.to for told in Notice.objects.filter(kind="campaign.new")] == [world.here.household_head]


def test_closing_counts_what_was_left_and_twice_is_once(world, campaign):
    check(world, campaign)
    closed = services.close_campaign(campaign=campaign, by=world.here.officer, at=NOW)
    again = services.close_campaign(campaign=campaign, by=world.here.officer, at=NOW + timedelta(hours=1))
    assert closed.closed_at == again.closed_at == NOW
    assert AuditEntry.objects.get(verb="close_campaign").detail == {"homes_left": 2}
    with pytest.raises(services.CampaignRefused):
        check(world, campaign, 1)


# one home


def test_only_who_looks_after_a_home_checks_it(world, campaign):
    for home, by in ((2, world.here.household_head), (0, world.here.volunteer), (0, world.there.household_head)):
        with pytest.raises(services.NotYourHome):
            check(world, campaign, home, by=by)
    part_with(world.here)
    with pytest.raises(services.NotYourHome):
        check(world, campaign)


def test_a_home_of_a_village_that_is_not_asked_is_refused(world):
    far = open_campaign(world, name="只查远村", villages=[world.here.villages[1]])
    with pytest.raises(services.CampaignRefused):
        check(world, far)


def test_a_campaign_that_has_not_begun_takes_no_check(world):
    coming = open_campaign(world, name="下周开始", starts_on=TODAY + timedelta(days=2))
    with pytest.raises(services.CampaignRefused):
        check(world, coming)


@pytest.mark.parametrize(
    "found",
    [
        {"result": "problem"},
        {"result": "right", "problems": [1]},
        {"result": "nobody", "problems": [1]},
        {"result": "problem", "problems": [9]},
        {"result": "problem", "problems": [1], "hazards": [2]},
    ],
)
def test_a_result_and_its_ticks_must_agree(world, campaign, found):
    with pytest.raises(services.CheckIncomplete):
        check(world, campaign, **found)
    assert not HomeCheck.objects.exists()


def test_the_database_refuses_a_problem_that_says_not_which(world, campaign):
    with pytest.raises(IntegrityError, match="check_with_a_problem_says_which"), transaction.atomic():
        HomeCheck.objects.create(
            campaign=campaign, home=world.here.homes[0], result="problem", by=world.here.household_head, at=NOW
        )


def test_the_latest_look_counts(world, campaign):
    check(world, campaign, result="problem", problems=[3])
    check(world, campaign, at=NOW + timedelta(minutes=1))
    row = selectors.progress_by_village(campaign)[0]
    assert {name: row[name] for name in ("homes", "right", "problem", "nobody", "left")} == {
        "homes": 3,
        "right": 1,
        "problem": 0,
        "nobody": 0,
        "left": 2,
    }


def test_nobody_at_home_means_come_back(world, campaign):
    check(world, campaign, result="nobody")
    row = selectors.progress_by_village(campaign)[0]
    assert (row["nobody"], row["left"], row["percent"]) == (1, 3, 0)
    assert selectors.left_for_head(world.here.household_head, TODAY) == 2


# hazards


def test_what_is_dangerous_becomes_a_hazard_without_asking(world, campaign):
    check(world, campaign, result="problem", problems=[1, 3], note="已开窗")
    hazard = Hazard.objects.get()
    assert (hazard.channel, hazard.level, hazard.group_id) == ("campaign", "at_once", "01")
    assert (hazard.address, hazard.found_by) == (world.here.homes[0].address, world.here.household_head)
    assert "炭火取暖不通风" in hazard.text
    assert "没有听过宣传" not in hazard.text


def test_what_is_ordinary_becomes_one_when_the_head_says_so(world, campaign):
    check(world, campaign, result="problem", problems=[2])
    assert not Hazard.objects.exists()
    check(world, campaign, result="problem", problems=[2, 3], hazards=[2], at=NOW + timedelta(minutes=1))
    assert Hazard.objects.get().level == "ordinary"


def test_one_hazard_for_a_group_and_none_twice(world, campaign):
    check(world, campaign, result="problem", problems=[1, 2], hazards=[1, 2])
    check(world, campaign, result="problem", problems=[1], at=NOW + timedelta(minutes=1))
    assert Hazard.objects.get().level == "at_once"


# how far


def test_heads_are_named_with_what_they_have_left(world, campaign):
    check(world, campaign)
    assert selectors.left_by_head(campaign) == [(world.here.household_head, 1)]
    check(world, campaign, 1)
    assert selectors.left_by_head(campaign) == []


def test_a_line_says_in_how_many_homes_it_is_not_right(world, campaign):
    check(world, campaign, result="problem", problems=[2, 3])
    check(world, campaign, 1, result="problem", problems=[3])
    assert [(each["item"].no, each["homes"]) for each in selectors.lines_not_right(campaign)] == [(1, 0), (2, 1), (3, 2)]


def test_progress_costs_the_same_with_three_homes_and_thirty(world, campaign, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        selectors.progress_by_village(campaign)
    for no in range(27):
        make_home(world.here.station, world.here.villages[0], f"{100 + no}号", "户主")
    with django_assert_num_queries(len(few)):
        assert selectors.progress_by_village(campaign)[0]["homes"] == 30


def test_a_head_is_reminded_once_when_the_end_comes_near(world, campaign):
    assert services.remind_of_campaigns(at=NOW) == 0
    for _time in range(2):
        assert services.remind_of_campaigns(at=NOW + timedelta(days=8)) == 1
    told = Notice.objects.get(kind="campaign.ends")
    assert (told.to, "2" in told.text) == (world.here.household_head, True)


# the head's phone


def page(name, *args):
    return reverse(f"households:{name}", args=args)


@pytest.fixture
def head(world, client):
    client.force_login(world.here.household_head)
    return client


@pytest.fixture
def today(world):
    """A campaign that runs on the day the test runs on."""
    day = timezone.localdate()
    return open_campaign(world, name="今天", starts_on=day, ends_on=day + timedelta(days=9), at=timezone.now())


def test_a_campaign_of_others_does_not_exist(world, client, today):
    far = open_campaign(world, name="远村", villages=[world.here.villages[1]])
    for user, campaign in (
        (world.here.household_head, far),
        (world.here.village_cadre, far),
        (world.there.officer, today),
        (world.here.volunteer, today),
    ):
        client.force_login(user)
        assert client.get(page("campaign", campaign.pk)).status_code == 404


def test_a_home_of_somebody_else_is_not_checked(world, head, today):
    for home in (world.here.homes[2], world.there.homes[0]):
        assert head.get(page("check", today.pk, home.pk)).status_code == 404
        assert head.post(page("check", today.pk, home.pk), {"key": "k", "result": "right"}).status_code == 404


def test_one_press_when_everything_is_right(world, head, today):
    url = page("check", today.pk, world.here.homes[0].pk)
    assert head.post(url, {"key": "one", "result": "right"}).url == page("campaign", today.pk)
    assert head.post(url, {"key": "one", "result": "right"}).status_code == 302
    assert HomeCheck.objects.get().result == "right"
    rows = head.get(page("campaign", today.pk)).context["rows"]
    assert [bool(row["badge"]) for row in rows] == [False, True]


@pytest.mark.parametrize(
    "sent", [{"result": "problem"}, {"result": "right", "problems": ["1"]}, {"result": "nobody", "problems": ["1"]}, {}]
)
def test_a_press_that_contradicts_the_ticks_writes_nothing(world, head, today, sent):
    answer = head.post(page("check", today.pk, world.here.homes[0].pk), {"key": "k"} | sent)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not HomeCheck.objects.exists()


def test_the_list_finds_a_home_and_costs_the_same_however_many(world, head, today, django_assert_num_queries):
    found = head.get(page("campaign", today.pk), {"q": "户主12"}).context["rows"]
    assert [row["title"] for row in found] == ["2号 户主12"]
    with CaptureQueriesContext(connection) as two:
        head.get(page("campaign", today.pk))
    homes = [make_home(world.here.station, world.here.villages[0], f"{50 + no}号", "户主") for no in range(9)]
    services.assign_homes(head=world.here.head, homes=homes, from_day=TODAY, by=world.here.officer, at=NOW)
    with django_assert_num_queries(len(two)):
        assert len(head.get(page("campaign", today.pk)).context["rows"]) == 11


def test_a_cadre_sees_how_far_his_village_is_and_no_home(world, client, today):
    client.force_login(world.here.village_cadre)
    answer = client.get(page("campaign", today.pk))
    assert [row["village"] for row in answer.context["villages"]] == [world.here.villages[0]]
    assert world.here.homes[0].householder not in answer.content.decode()
    assert client.get(page("campaigns")).context["rows"][0]["badge"] == "0%"


# the desk


def desk_url(name, *args):
    return reverse(f"admin:households_campaign_{name}", args=args)


def test_an_officer_opens_one_with_the_lines_that_are_proposed(world, client):
    client.force_login(world.here.officer)
    assert len(client.get(desk_url("add")).context["rows"]) == len(Campaign.Kind.choices)
    form = client.get(desk_url("add"), {"kind": "flood"}).context["form"]
    assert [form[f"line_{no}"].initial for no in (1, 2)] == proposed_for("flood")[:2]
    sent = {"name": "汛期排查", "starts_on": "2099-06-01", "ends_on": "2099-06-30", "villages": [world.here.villages[0].pk]}
    sent |= {"line_1_0": "墙体有裂缝", "line_1_1": "08", "line_1_2": "same_day", "line_3_0": "不知道转移路线"}
    assert client.post(desk_url("add") + "?kind=flood", sent).status_code == 302
    campaign = Campaign.objects.get(name="汛期排查")
    assert campaign.kind == "flood"
    assert list(campaign.items.values_list("no", "text", "hazard_group", "level")) == [
        (1, "墙体有裂缝", "08", "same_day"),
        (2, "不知道转移路线", None, "ordinary"),
    ]


def test_the_desk_shows_how_far_it_is_and_closes_it_knowingly(world, client, campaign):
    check(world, campaign)
    client.force_login(world.here.officer)
    shown = client.get(desk_url("change", campaign.pk)).context
    assert (shown["whole"]["done"], shown["whole"]["left"]) == (1, 2)
    assert client.post(desk_url("close", campaign.pk), {}).status_code == 200
    assert client.post(desk_url("close", campaign.pk), {"sure": "on"}).status_code == 302
    campaign.refresh_from_db()
    assert campaign.closed_at is not None


@pytest.mark.parametrize("model", ["campaign", "homecheck"])
def test_desk_lists_cost_the_same_with_one_row_and_three(world, client, campaign, model, django_assert_num_queries):
    client.force_login(world.here.officer)
    url = reverse(f"admin:households_{model}_changelist")
    check(world, campaign)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for name in ("二", "三"):
        another = open_campaign(world, name=name)
        if model == "homecheck":
            check(world, another, result="problem", problems=[1, 3])
    with django_assert_num_queries(len(one)):
        assert client.get(url).context["cl"].result_count == 3


def test_homes_left_are_listed_at_the_desk(world, client, campaign):
    check(world, campaign)
    client.force_login(world.here.officer)
    left = client.get(reverse("admin:households_home_changelist"), {"campaign": campaign.pk}).context["cl"].result_list
    assert {home.pk for home in left} == {home.pk for home in world.here.homes[1:]}
