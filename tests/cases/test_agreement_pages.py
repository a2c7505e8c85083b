"""On the phone: who reads an agreement, who signs, who marks what was done, who tells of a visit; strangers find nothing there."""

import base64
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from shengkang.audit.models import AccessEntry
from shengkang.cases import services
from shengkang.cases.models import DisputeCase, FollowUp, Obligation, Signature
from shengkang.portal import nails
from tests.cases.conftest import told
from tests.journeys.town import drawn
from tests.world import NOW, a_picture


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def agreed(life):
    return life.agreed(obligations=[("装檐沟", NOW.date())])


def pages_of(case):
    return [
        reverse("cases:agreement", args=[case.pk]),
        reverse("cases:sign", args=[case.pk, "mediator"]),
        reverse("cases:perform", args=[case.agreements.get().obligations.get().pk]),
    ]


def sign_page(case, who="mediator"):
    return reverse("cases:sign", args=[case.pk, who])


# -- strangers --


def test_who_is_not_involved_finds_no_page_of_the_agreement(client, agreed, here, world):
    for user in (here.post_liaison, here.shop_keeper, here.resident, world.there.station_chief, world.there.household_head):
        client.force_login(user)
        for url in pages_of(agreed):
            assert client.get(url).status_code == 404, (user, url)
            assert client.post(url).status_code in (404, 405), (user, url)


def test_a_visit_of_somebody_else_does_not_exist(client, life, here, world):
    url = reverse("cases:visit", args=[life.settled().follow_ups.first().pk])
    for user in (here.post_liaison, here.volunteer, world.there.household_head):
        client.force_login(user)
        assert client.get(url).status_code == 404
        assert client.post(url, {"key": "k", "outcome": "holds"}).status_code == 404
    assert FollowUp.objects.exclude(done_at=None).count() == 0


def test_where_nothing_is_agreed_there_is_nothing_to_sign(client, life, here):
    case = life.mediating()
    client.force_login(here.household_head)
    for url in (reverse("cases:agreement", args=[case.pk]), sign_page(case)):
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("who", ["party-999999", "nobody", "party-x"])
def test_nobody_else_is_asked_to_sign(client, agreed, here, who):
    client.force_login(here.household_head)
    assert client.get(sign_page(agreed, who)).status_code == 404


# -- signing --


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"drawn": "data:image/png;base64,???"},
        {"drawn": "data:image/svg+xml;base64,PHN2Zy8+"},
        {"drawn": "data:image/png;base64," + base64.b64encode(b"no picture").decode()},
        {"drawn": "data:image/png;base64," + "A" * 600_001},
        {"photo": SimpleUploadedFile("x.jpg", b"no picture", "image/jpeg")},
    ],
    ids=["nothing", "no base64", "svg", "no png", "too much", "no photo"],
)
def test_what_is_no_signature_signs_nothing_and_says_so(client, agreed, here, sent):
    client.force_login(here.household_head)
    answer = client.post(sign_page(agreed), {"key": "k", **sent})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert 'role="alert"' in answer.content.decode()
    assert Signature.objects.count() == 0


def test_an_empty_canvas_is_no_signature(client, agreed, here):
    written = io.BytesIO()
    Image.new("RGBA", (600, 300)).save(written, "PNG")
    empty = "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()
    client.force_login(here.household_head)
    assert client.post(sign_page(agreed), {"key": "k", "drawn": empty}).context["form"].errors
    assert Signature.objects.count() == 0


def test_each_signs_once_however_often_the_page_is_sent(client, agreed, here):
    client.force_login(here.household_head)
    for _attempt in range(2):
        assert client.post(sign_page(agreed), {"key": "k", "drawn": drawn()}).status_code == 302
    signature = Signature.objects.get()
    assert (signature.mediator, signature.how, signature.by) == (here.household_head, "finger", here.household_head)
    again = client.post(sign_page(agreed), {"key": "other", "drawn": drawn()})
    assert here.household_head.name in str(again.context["form"].errors)


def test_a_photo_of_the_paper_does_as_well(client, agreed, here):
    client.force_login(here.household_head)
    party = agreed.parties.first()
    assert client.post(sign_page(agreed, f"party-{party.pk}"), {"key": "k", "photo": a_picture()}).status_code == 302
    assert (Signature.objects.get().party, Signature.objects.get().how) == (party, "paper")


def test_who_signs_reads_first_what_he_signs(client, agreed, here):
    client.force_login(here.household_head)
    page = client.get(sign_page(agreed)).content.decode()
    assert "装檐沟" in page
    assert here.household_head.name in page


# -- performing --


def test_what_was_done_is_marked_once(client, agreed, here):
    client.force_login(here.household_head)
    url = reverse("cases:perform", args=[Obligation.objects.get().pk])
    for _attempt in range(2):
        assert client.post(url, {"key": "k", "performed_on": "2026-03-11"}).status_code == 302
    assert agreed.steps.filter(move="perform").count() == 1


def test_nothing_is_done_tomorrow(client, agreed, here):
    client.force_login(here.household_head)
    url = reverse("cases:perform", args=[Obligation.objects.get().pk])
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert client.post(url, {"key": "k", "performed_on": tomorrow.isoformat()}).context["form"].errors
    assert Obligation.objects.get().performed_on is None


# -- visits --


def test_the_list_names_nobody_and_leads_to_the_visit(client, life, here):
    case = life.settled()
    client.force_login(here.household_head)
    page = client.get(reverse("cases:visits"))
    assert [row["url"] for row in page.context["rows"]] == [
        reverse("cases:visit", args=[visit.pk]) for visit in case.follow_ups.all()
    ]
    assert not [word for word in ("张三", "李四", "水塘") if word in page.content.decode()]
    tile = next(each for each in nails.tiles() if each.key == "visits")
    assert (tile.count(here.household_head), tile.count(here.post_liaison)) == (3, 0)


def test_a_visit_is_recorded_once_and_the_look_is_written_down(client, life, here):
    case = life.settled()
    client.force_login(here.household_head)
    url = reverse("cases:visit", args=[case.follow_ups.first().pk])
    assert "李四" in client.get(url).content.decode()
    assert AccessEntry.objects.filter(what="case", by_ref=f"organization.User:{here.household_head.pk}").count() == 1
    for _attempt in range(2):
        answer = client.post(url, {"key": "k", "outcome": "holds", "note": "和好了"})
        assert answer.url == reverse("cases:visits")
    assert case.steps.filter(move="follow_up").count() == 1
    assert case.follow_ups.first().by == here.household_head
    assert client.post(url, {"key": "other", "outcome": "holds"}).context["form"].errors


def test_a_visit_without_a_word_on_how_it_is_asks_for_it(client, life, here):
    client.force_login(here.household_head)
    url = reverse("cases:visit", args=[life.settled().follow_ups.first().pk])
    assert list(client.post(url, {"key": "k"}).context["form"].errors) == ["outcome"]


def test_a_quarrel_that_broke_out_again_comes_back_to_the_station(client, life, here):
    case = life.archived()
    client.force_login(here.household_head)
    visit = case.follow_ups.filter(done_at=None).first()
    client.post(reverse("cases:visit", args=[visit.pk]), {"key": "k", "outcome": "broken"})
    assert DisputeCase.objects.get().status == "accepted"


def test_the_list_costs_the_same_with_one_row_and_with_three(client, here, world, django_assert_num_queries):
    services.settle_on_the_spot(**told(here, world.category), terms="各退一步")
    client.force_login(here.household_head)
    with django_assert_num_queries(5):
        client.get(reverse("cases:visits"))
    for _ in range(2):
        services.settle_on_the_spot(**told(here, world.category), terms="各退一步")
    with django_assert_num_queries(5):
        assert len(client.get(reverse("cases:visits")).context["rows"]) == 3


def test_after_a_failed_mediation_the_page_tells_of_the_other_ways(client, life, here):
    case = life.mediating()
    client.force_login(here.officer)
    services.break_off_mediation(case=case, reason="一方拒绝", by=here.officer, at=NOW)
    for url in (case.get_absolute_url(), reverse("admin:cases_disputecase_change", args=[case.pk])):
        assert "第二十六条" in client.get(url).content.decode()
