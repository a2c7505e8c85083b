"""The inventory at the desk."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from posts.models import AlarmPoint, Camera, Device, Installation, Liaison, MemberUnit, SecurityPost, Vehicle
from shengkang.audit.models import AuditEntry, Receipt
from shengkang.organization import sealed
from tests.posts.conftest import lay_ground
from tests.world import NOW

pytestmark = pytest.mark.django_db
PAGES = ["securitypost", "liaison", "memberunit", "alarmpoint", "installation", "device", "vehicle", "camera"]
TODAY = timezone.localdate


def url(model, page="changelist", *args):
    return reverse(f"admin:posts_{model}_{page}", args=args)


@pytest.fixture
def desk(client, world):
    def log_in(role):
        client.force_login(getattr(world.here, role), backend="shengkang.organization.backends.ByPhone")
        return client

    return log_in


def more(side, no):
    village = side.villages[0]
    Camera.objects.create(station=side.station, village=village, code=f"C密{side.station.pk}-{no}", place=f"路口{no}")
    MemberUnit.objects.create(station=side.station, village=village, name=f"便民店密{side.station.pk}-{no}", kind="shop")
    post = SecurityPost.objects.create(
        station=side.station,
        village=village,
        name=f"岗密{side.station.pk}-{no}",
        kind="shop",
        place="路口",
        active_from=NOW.date(),
    )
    Liaison.objects.create(post=post, user=side.volunteer, active_from=NOW.date())
    point = AlarmPoint.objects.create(station=side.station, kind="mobile", name=f"车密{side.station.pk}-{no}")
    device = Device.objects.create(
        station=side.station,
        kind="vehicle",
        serial=f"S密{side.station.pk}-{no}",
        secret_sealed=sealed.seal("x"),
        secret_since=NOW,
    )
    vehicle = Vehicle.objects.create(station=side.station, kind="taxi", plate=f"P密{side.station.pk}-{no}")
    Installation.objects.create(point=point, device=device, vehicle=vehicle, keeper=side.officer, active_from=NOW.date())


@pytest.mark.parametrize("page", PAGES)
def test_a_list_of_the_other_station_is_not_shown(world, desk, page):
    more(world.there, 1)
    shown = desk("station_chief").get(url(page)).text

    assert [text for text in (f"密{world.there.station.pk}-1", world.there.volunteer.name) if text in shown] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_list_asks_the_database_as_often_for_three_rows_as_for_one(
    world, desk, page, django_assert_max_num_queries, django_assert_num_queries
):
    client = desk("station_chief")
    more(world.here, 1)
    client.get(url(page))
    with django_assert_max_num_queries(20) as first:
        client.get(url(page))
    for no in (2, 3):
        more(world.here, no)
    with django_assert_num_queries(len(first.captured_queries)):
        client.get(url(page))


def test_an_auxiliary_reads_the_inventory_but_changes_nothing(world, desk, ground):
    client = desk("aux_police")

    assert client.get(url("securitypost", "change", ground.post.pk)).status_code == 200
    assert client.get(url("securitypost", "add")).status_code == 403
    assert client.get(url("alarmpoint", "install", ground.fixed.pk)).status_code == 403
    assert client.get(url("device")).status_code == 404


def test_an_officer_sees_devices_but_gives_no_secrets(desk, ground):
    client = desk("officer")

    assert client.get(url("device")).status_code == 200
    assert client.get(url("device", "add")).status_code == 403
    assert client.post(url("device", "rotate_secret", ground.terminal.pk)).status_code == 403


def test_a_secret_is_shown_once_and_kept_nowhere_readable(world, desk):
    client = desk("administrator")
    fields = {"kind": "button", "serial": "B-77", "idempotency_key": "k1"}
    page = client.post(url("device", "add"), fields)
    secret = sealed.open_sealed(Device.objects.get(serial="B-77").secret_sealed)

    assert secret in page.text
    assert "no-store" in page.headers["Cache-Control"]
    again = client.post(url("device", "add"), fields, follow=True)
    assert secret not in again.text
    kept = repr(
        [
            [str(message) for message in get_messages(page.wsgi_request)],
            [session.get_decoded() for session in Session.objects.all()],
            list(Receipt.objects.values()),
            list(AuditEntry.objects.values()),
        ]
    )
    assert secret not in kept
    assert Device.objects.filter(serial="B-77").count() == 1


def test_a_rotation_shows_the_new_secret_once(desk, ground):
    page = desk("station_chief").post(url("device", "rotate_secret", ground.terminal.pk), {"idempotency_key": "k2"})

    new = sealed.open_sealed(Device.objects.get(pk=ground.terminal.pk).secret_sealed)
    assert new != ground.terminal_secret
    assert new in page.text


def test_a_serial_number_that_is_taken_is_refused_on_the_form(desk, ground):
    page = desk("station_chief").post(url("device", "add"), {"kind": "button", "serial": ground.button.serial})

    assert page.status_code == 409


def test_a_post_is_opened_and_gets_its_liaison(world, desk):
    client = desk("officer")
    fields = {"name": "新岗", "kind": "shop", "village": world.here.villages[0].pk, "place": "街口", "radius": 100}
    client.post(url("securitypost", "add"), fields | {"active_from": TODAY()})
    post = SecurityPost.objects.get(name="新岗")
    client.post(url("securitypost", "appoint", post.pk), {"user": world.here.volunteer.pk, "from_day": TODAY()})

    assert [liaison.user for liaison in post.liaisons.in_force()] == [world.here.volunteer]
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"open_post", "appoint_liaison"}


@pytest.mark.parametrize(("latitude", "longitude"), [("32.13", ""), ("132", "111"), ("", "111.5")])
def test_a_position_that_cannot_be_is_refused_with_a_hint(world, desk, ground, latitude, longitude):
    fields = {
        "name": "一号岗",
        "kind": "hotel",
        "village": world.here.villages[0].pk,
        "place": "街口",
        "radius": 100,
        "latitude": latitude,
        "longitude": longitude,
        "liaisons-TOTAL_FORMS": 0,
        "liaisons-INITIAL_FORMS": 0,
    }
    page = desk("officer").post(url("securitypost", "change", ground.post.pk), fields)

    assert page.status_code == 200
    assert page.context["adminform"].errors["latitude"]


def test_a_name_that_the_station_has_already_is_refused_on_the_form(world, desk):
    MemberUnit.objects.create(station=world.here.station, village=world.here.villages[0], name="甲店", kind="shop")
    fields = {"name": "甲店", "kind": "shop", "village": world.here.villages[0].pk}

    assert desk("officer").post(url("memberunit", "add"), fields).status_code == 200
    assert MemberUnit.objects.count() == 1


def test_what_is_added_belongs_to_ones_own_station_and_is_written_down(world, desk):
    fields = {"name": "乙店", "kind": "shop", "village": world.here.villages[0].pk}
    desk("officer").post(url("memberunit", "add"), fields)
    unit = MemberUnit.objects.get()

    assert unit.station == world.here.station
    assert AuditEntry.objects.filter(verb="add_memberunit", object_ref=f"posts.MemberUnit:{unit.pk}").exists()


def test_a_village_or_post_of_the_other_station_is_no_choice(world, desk):
    there = lay_ground(world.there)
    fields = {"name": "丙店", "kind": "shop", "village": world.there.villages[0].pk, "post": there.post.pk}
    page = desk("officer").post(url("memberunit", "add"), fields)

    assert sorted(page.context["adminform"].errors) == ["post", "village"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "fixed"}, ["place", "village"]),
        ({"kind": "mobile", "latitude": "32.1", "longitude": "111.5"}, ["latitude"]),
    ],
)
def test_a_point_says_what_its_kind_needs(desk, fields, wrong):
    form = {"name": "某点", "installations-TOTAL_FORMS": 0, "installations-INITIAL_FORMS": 0} | fields
    page = desk("officer").post(url("alarmpoint", "add"), form)

    assert sorted(page.context["adminform"].errors) == wrong


def test_an_installation_ends_the_one_before_it(world, desk, ground):
    client = desk("officer")
    fields = {"device": ground.terminal.pk, "keeper": world.here.officer.pk, "from_day": TODAY()}
    Installation.objects.update(active_from=TODAY() - timedelta(days=9))
    client.post(url("alarmpoint", "install", ground.mobile.pk), fields)

    days = (
        Installation.objects.filter(point=ground.mobile).order_by("active_from").values_list("active_from", "active_to", "keeper")
    )
    assert list(days) == [
        (TODAY() - timedelta(days=9), TODAY(), ground.driver.pk),
        (TODAY(), None, world.here.officer.pk),
    ]


def test_a_device_that_hangs_elsewhere_is_no_choice(desk, ground):
    page = desk("officer").get(url("alarmpoint", "install", ground.fixed.pk))

    assert list(page.context["form"].fields["device"].queryset) == [ground.button]


def test_cameras_are_marked_as_looked_at(world, desk):
    for no in (1, 2, 3):
        more(world.here, no)
    chosen = Camera.objects.filter(code__endswith="-1")
    desk("officer").post(url("camera"), {"action": "mark_broken", "_selected_action": [camera.pk for camera in chosen]})

    assert list(Camera.objects.filter(state="broken", checked_on=TODAY()).values_list("pk")) == [(chosen[0].pk,)]
    assert AuditEntry.objects.get(verb="check_cameras").detail["state"] == "broken"


def test_an_auxiliary_has_no_such_action(world, desk):
    more(world.here, 1)
    desk("aux_police").post(url("camera"), {"action": "mark_broken", "_selected_action": [Camera.objects.get().pk]})

    assert not Camera.objects.filter(state="broken").exists()
