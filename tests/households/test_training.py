"""The training log: who came, who may write it down, and who reads it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from households import services
from households.models import Training, TrainingRecord
from shengkang.attachments.models import Attachment
from tests.households.test_services import photo
from tests.world import NOW

TODAY = NOW.date()


def hold(place, **fields):
    given = {"title": "邻里纠纷怎么劝", "held_on": TODAY, "hours": 2, "heads": [place.head], "by": place.officer, "at": NOW}
    return services.hold_training(station=place.station, **given | fields)


def test_a_training_is_not_written_down_ahead_without_people_or_with_the_wrong_ones(world):
    with pytest.raises(services.DayRefused):
        hold(world.here, held_on=TODAY + timedelta(days=1))
    for wrong in ({"heads": []}, {"heads": [world.there.head]}, {"held_on": date(2025, 12, 31)}):
        with pytest.raises(services.TrainingRefused):
            hold(world.here, **wrong)


def test_the_sheet_that_was_signed_is_shown_to_the_desk_alone(world, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    training = hold(world.here, photos=[photo()])
    sheet = reverse("attachments:file", args=[Attachment.objects.of(training).get().pk])
    for user, status in (
        (world.there.officer, 404),
        (world.here.household_head, 404),
        (world.here.village_cadre, 404),
        (world.here.officer, 200),
    ):
        client.force_login(user)
        assert client.get(sheet).status_code == status
    page = client.get(reverse("admin:households_training_change", args=[training.pk]))
    assert sheet in page.text


def test_who_came_late_is_added_and_nobody_twice(world):
    training = hold(world.here)
    given = {"training": training, "heads": [world.here.head], "by": world.here.officer, "at": NOW}
    assert services.add_to_training(**given) == 0
    assert TrainingRecord.objects.count() == 1


def test_a_head_reads_her_own_trainings(world, client):
    hold(world.here)
    hold(world.there, title="别处的培训")
    client.force_login(world.here.household_head)
    page = client.get(reverse("households:trainings"))
    assert [row["title"] for row in page.context["rows"]] == ["邻里纠纷怎么劝"]
    client.force_login(world.here.volunteer)
    assert client.get(reverse("households:trainings")).status_code == 404


def test_an_officer_writes_down_who_came(world, client):
    client.force_login(world.here.officer)
    url = reverse("admin:households_training_add")
    sent = {"title": "冬季防火", "held_on": "2026-03-01", "hours": "1.5", "heads": [world.here.head.pk]}
    assert client.post(url, sent).status_code == 302
    training = Training.objects.get()
    assert [record.head for record in training.records.all()] == [world.here.head]
    page = client.get(reverse("admin:households_training_change", args=[training.pk]))
    assert page.context["sections"][0]["rows"][0]["cells"][0]["text"] == world.here.household_head.name
    client.force_login(world.here.aux_police)
    assert client.get(url).status_code == 403


def test_the_list_costs_the_same_with_one_row_and_three(world, client, django_assert_num_queries):
    client.force_login(world.here.officer)
    url = reverse("admin:households_training_changelist")
    hold(world.here)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for title in ("二", "三"):
        hold(world.here, title=title)
    with django_assert_num_queries(len(one)):
        assert client.get(url).context["cl"].result_count == 3


def test_the_chiefs_are_reminded_once_of_a_term_that_ends(world):
    head = world.here.head
    assert services.remind_of_terms(at=NOW) == 0
    head.term_ends_on = TODAY + timedelta(days=60)
    head.save()
    assert [services.remind_of_terms(at=NOW + timedelta(hours=hour)) for hour in (0, 24)] == [1, 1]
    assert world.here.station_chief.notices.filter(kind="head.term_ends").count() == 1
