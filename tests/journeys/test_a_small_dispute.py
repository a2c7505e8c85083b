"""A quarrel in front of a post: settled there in one verb, followed up a week later, counted, and credited to the liaison."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from posts import services
from shengkang.attachments.models import Attachment
from shengkang.cases.models import CaseStep, DisputeCase
from shengkang.cases.services import UnfitPerson, record_follow_up
from tests.journeys.town import photo
from tests.posts.conftest import lay_ground


@pytest.fixture
def post(town):
    return lay_ground(town.here).post


@pytest.fixture
def settle(town, post):
    def settle(by, **fields):
        taken = photo()
        return services.settle_small_dispute(
            post=post,
            category=town.category,
            story="两家摊位争一米地方",
            terms="各退半米，互相道歉",
            first="卖菜的老赵",
            by=by,
            at=town.now,
            photos=[SimpleUploadedFile(taken.name, taken.bytes, "image/jpeg")],
            **fields,
        )

    return settle


def test_only_who_serves_there_or_the_desk_settles_at_a_post(town, settle):
    for user in (town.here.volunteer, town.here.household_head, town.there.post_liaison, town.there.officer):
        with pytest.raises(services.NotYourPost):
            settle(user)
    assert not DisputeCase.objects.exists()


def test_who_served_there_once_settles_there_no_more(town, settle, post):
    services.end_liaison(liaison=post.liaisons.get(), on=town.now.date(), by=town.here.officer, at=town.now)
    with pytest.raises(services.NotYourPost):
        settle(town.here.post_liaison)


def test_settled_on_the_spot_and_followed_up(town, settle, post):
    liaison, officer = town.here.post_liaison, APIClient()
    case = settle(liaison)
    officer.force_authenticate(town.here.officer)

    seen = officer.get(f"/api/v1/cases/{case.pk}/").json()
    assert (seen["status"], seen["channel"]) == ("settled", "post")
    assert list(CaseStep.objects.filter(case=case).values_list("move", "credited")) == [
        ("open", None),
        ("settle_on_the_spot", liaison.person_id),
    ]
    assert [party.name for party in case.parties.all()] == ["卖菜的老赵"]
    assert Attachment.objects.of(case).count() == 1
    visit = case.follow_ups.get()
    assert visit.due_on == town.now.date() + timedelta(days=7)
    record_follow_up(follow_up=visit, outcome="broken", note="又吵起来了", by=town.here.officer, at=town.now + timedelta(days=7))
    case.refresh_from_db()
    assert case.status not in ("settled", "archived")


def test_the_desk_may_settle_at_a_post_too(town, settle):
    assert settle(town.here.officer).mediator == town.here.officer


def test_nobody_without_the_role_mediates(town, post, settle):
    services.appoint_liaison(post=post, user=town.here.shop_keeper, from_day=town.now.date(), by=town.here.officer, at=town.now)
    town.here.shop_keeper.memberships.filter(role="post_liaison").delete()
    with pytest.raises(UnfitPerson):
        settle(town.here.shop_keeper)
