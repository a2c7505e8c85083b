"""My messages on the phone."""

import pytest
from django.urls import reverse

from shengkang.notices import services
from shengkang.notices.models import Notice
from tests.world import NOW

LIST = "/m/notices/"


@pytest.fixture
def tell(world):
    def write(user=world.here.household_head, key="1", **kwargs):
        return services.notify(to=user, kind="test", text="化解了", key=key, at=NOW, **kwargs)

    return write


def test_a_visitor_is_sent_to_the_door(client, db):
    assert client.get(LIST).status_code == 302


def test_the_message_of_another_does_not_exist(client, world, tell):
    notice = tell()
    for user in (world.here.station_chief, world.there.household_head):
        client.force_login(user)
        assert client.get(reverse("notices:open", args=[notice.pk])).status_code == 404
        assert client.get(LIST).context["rows"] == []
        client.post(reverse("notices:read-all"))
    notice.refresh_from_db()
    assert notice.read_at is None


def test_opening_a_message_reads_it_and_leads_to_what_it_is_about(client, world, tell):
    notice = tell(link="/m/cases/")
    client.force_login(world.here.household_head)
    assert client.get(LIST).context["rows"][0]["badge"]
    assert client.get(reverse("notices:open", args=[notice.pk])).url == "/m/cases/"
    assert client.get(LIST).context["rows"][0]["badge"] == ""


def test_a_message_without_a_link_leads_back_to_the_list(client, world, tell):
    client.force_login(world.here.household_head)
    assert client.get(reverse("notices:open", args=[tell().pk])).url == LIST


def test_all_are_marked_as_read_with_one_button(client, world, tell):
    tell(key="1"), tell(key="2")
    client.force_login(world.here.household_head)
    client.post(reverse("notices:read-all"))
    assert Notice.objects.unread().count() == 0


def test_the_list_costs_the_same_with_one_row_and_with_three(client, world, tell, django_assert_num_queries):
    tell()
    client.force_login(world.here.household_head)
    with django_assert_num_queries(5):
        client.get(LIST)
    tell(key="2"), tell(key="3")
    with django_assert_num_queries(5):
        assert len(client.get(LIST).context["rows"]) == 3


def test_older_messages_are_on_the_next_page(client, world, tell):
    for no in range(21):
        tell(key=str(no))
    client.force_login(world.here.household_head)
    first = client.get(LIST).context
    assert len(first["rows"]) == 20
    assert len(client.get(LIST + first["older_url"]).context["rows"]) == 1
