"""A hazard from a head's phone until her phone says that the danger is gone; nobody of another village hears of it."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from shengkang.hazards.models import Hazard
from tests.world import make_user

pytestmark = pytest.mark.django_db


def photo(colour):
    file = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def phone_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(client, url, **fields):
    """What a browser without JavaScript sends: the page's own key, and what was typed."""
    key = re.search(r'name="(key|idempotency_key)" value="([^"]+)"', client.get(url).content.decode())
    return client.post(url, {key[1]: key[2], **fields}, follow=True)


def test_a_hazard_is_found_given_away_put_right_looked_at_and_the_finder_hears_of_it(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    here = world.here
    neighbour = make_user(here.station, here.villages[1], "household_head", "邻村百户长", "19900017777")
    head, officer, auxiliary = (phone_of(user) for user in (here.household_head, here.officer, here.aux_police))
    stranger = phone_of(neighbour)

    told = send(head, "/m/hazards/new/", level="at_once", group="03", text="三组水塘护栏断了", photos=[photo("navy")])
    hazard = Hazard.objects.get()
    mine, desk = f"/m/hazards/{hazard.pk}/", f"/admin/hazards/hazard/{hazard.pk}/"
    assert told.redirect_chain[-1][0] == f"{mine}told/"

    # The officer hears of it, finds it on the front page, and gives it to the auxiliary.
    assert "/notices/" in officer.get("/m/").content.decode()
    waiting = [panel for panel in officer.get("/admin/").context["desk_panels"] if panel["url"].endswith("hand=unassigned")]
    assert desk in [row["url"].replace("change/", "") for panel in waiting for row in panel["rows"]]
    send(officer, f"{desk}assign/", to=here.aux_police.pk, note="先拉警戒线")

    # The auxiliary may not say so without a photo; with one, he may, and not look at it himself.
    send(auxiliary, f"{mine}put-right/", note="换了两根钢管")
    assert Hazard.objects.get().status == "assigned"
    send(auxiliary, f"{mine}put-right/", note="换了两根钢管", photos=[photo("red")])
    assert Hazard.objects.get().status == "put_right"
    send(auxiliary, f"{mine}look-again/", fine="yes")
    assert Hazard.objects.get().status == "put_right"

    send(officer, f"{desk}look-again/", note="到现场看过")
    closed = Hazard.objects.get()
    assert (closed.status, closed.put_right_by, closed.closed_by) == ("closed", here.aux_police, here.officer)
    assert closed.steps.get(move="look_again").credited == here.household_head.person

    # Her phone says so, and shows both photos.
    assert len(head.get("/m/").context["news"]) == 1
    shown = head.get(mine)
    assert (len(shown.context["before"]), len(shown.context["after"])) == (1, 1)
    pictures = [f"/files/{each.pk}/" for each in shown.context["before"] + shown.context["after"]]
    pictures = [re.search(rf'href="([^"]*{url.split("/")[2]}[^"]*)"', shown.content.decode())[1] for url in pictures]
    assert [head.get(url).status_code for url in pictures] == [200, 200]

    # Another village's head sees nothing of all this.
    assert [stranger.get(url).status_code for url in (mine, f"{mine}put-right/", *pictures)] == [404] * 4
    assert stranger.get("/m/hazards/found/").context["rows"] == stranger.get("/m/hazards/").context["rows"] == []
