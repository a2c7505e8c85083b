"""What must never be is refused by the database, whoever writes it; and everyone sees only what is theirs."""

from datetime import timedelta

import pytest
from django.db import Error, IntegrityError, transaction

from shengkang.attachments.models import Attachment
from shengkang.hazards.models import Hazard, HazardGroup, HazardStep
from tests.hazards.conftest import photo
from tests.world import NOW


def refused(write, naming=None, error=IntegrityError):
    with pytest.raises(error, match=naming), transaction.atomic():
        write()


def change(hazard, **fields):
    return lambda: Hazard.objects.filter(pk=hazard.pk).update(**fields)


# the database


def test_put_right_says_when_and_by_whom(here, life):
    for hazard, fields in (
        (life.put_right(), {"put_right_at": None}),
        (life.put_right(), {"put_right_by": None}),
        (life.assigned(), {"put_right_at": NOW, "put_right_by": here.officer}),
    ):
        refused(change(hazard, **fields), "hazard_put_right_means_when_and_by_whom")


def test_closed_says_when_and_by_whom(here, life):
    for hazard, fields in (
        (life.closed(), {"closed_at": None}),
        (life.closed(), {"closed_by": None}),
        (life.put_right(), {"closed_at": NOW, "closed_by": here.officer}),
        (life.put_right(), {"status": "closed"}),
    ):
        refused(change(hazard, **fields), "hazard_closed_means_when_and_by_whom")


def test_nobody_closes_what_he_put_right_himself(here, life):
    refused(change(life.closed(), closed_by=here.aux_police), "hazard_is_looked_at_by_a_second_person")


def test_what_is_being_put_right_is_somebodys_task(here, life):
    refused(change(life.assigned(), assigned_to=None), "hazard_assigned_means_to_whom")


@pytest.mark.parametrize("point", [(31.9, None), (None, 111.2), (95.0, 111.2), (31.9, 181.0)])
def test_a_point_is_whole_and_on_earth(here, life, point):
    refused(change(life.found(), latitude=point[0], longitude=point[1]), "hazard_point_is_on_earth")


def test_a_step_has_its_number_once(here, life):
    step = life.assigned().steps.get(no=2)
    step.pk, step._state.adding = None, True
    refused(step.save, "hazard_step_numbered_once")


def test_a_step_is_neither_changed_nor_taken_away(here, life):
    step = life.found().steps.get()
    rows = HazardStep.objects.filter(pk=step.pk)
    refused(lambda: rows.update(note="anders"), error=Error)
    refused(lambda: rows.delete(), error=Error)


@pytest.mark.parametrize("key", ["found_by", "assigned_to", "put_right_by", "closed_by", "address", "station"])
def test_no_hazard_reaches_into_another_station(world, here, life, key):
    there = {"address": world.there.homes[0].address, "station": world.there.station}.get(key, world.there.officer)
    refused(change(life.closed(), **{key: there}), error=Error)


def test_a_step_keeps_to_the_station_of_its_hazard(world, here, life):
    hazard = life.found()
    given = {"hazard": hazard, "no": 9, "move": "assign", "from_status": "found", "to_status": "assigned", "at": NOW}
    refused(lambda: HazardStep.objects.create(by=world.there.officer, **given), error=Error)
    refused(lambda: HazardStep.objects.create(by=here.officer, credited=world.there.residents[0], **given), error=Error)


# who sees what


def test_the_stations_own_see_all_of_the_station_and_nothing_of_another(world, here, life):
    hazard = life.found(village=here.villages[1])
    for role in ("station_chief", "officer", "aux_police"):
        assert list(Hazard.objects.visible_to(getattr(here, role))) == [hazard]
        assert list(Hazard.objects.visible_to(getattr(world.there, role))) == []


@pytest.mark.parametrize("role", ["household_head", "post_liaison", "volunteer"])
def test_who_works_in_a_village_sees_what_he_found_and_what_he_shall_put_right(here, life, role):
    user = getattr(here, role)
    others = life.assigned(by=here.officer)
    mine = [life.found(by=user), life.assigned(to=user, by=here.officer)]
    assert set(Hazard.objects.visible_to(user)) == set(mine)
    assert set(HazardStep.objects.visible_to(user)) == {step for hazard in mine for step in hazard.steps.all()}
    assert others in Hazard.objects.visible_to(here.aux_police)


@pytest.mark.parametrize("role", ["resident", "shop_keeper", "township_leader", "administrator", "village_cadre", "device"])
def test_everyone_else_sees_no_hazard(here, life, role):
    life.closed()
    assert list(Hazard.objects.visible_to(getattr(here, role))) == []


def test_photos_are_seen_by_whoever_sees_the_hazard(world, here, life):
    life.found(photos=[photo()], by=here.household_head)
    for user, count in ((here.household_head, 1), (here.officer, 1), (here.volunteer, 0), (world.there.officer, 0)):
        assert Attachment.objects.visible_to(user).count() == count


def test_the_groups_are_nobodys_secret(here):
    assert HazardGroup.objects.visible_to(here.volunteer).count() == 16


# questions


def test_overdue_is_what_is_not_put_right_past_its_limit(here, life):
    late, _early = life.assigned(level="same_day"), life.assigned()
    life.put_right(level="same_day")
    assert list(Hazard.objects.overdue(NOW + timedelta(days=1))) == [late]


def test_open_is_what_nobody_has_closed_or_dismissed(here, life):
    still = [life.found(), life.assigned(), life.put_right()]
    life.closed(), life.dismissed()
    assert set(Hazard.objects.open()) == set(still)


def test_a_hazard_is_called_by_its_group_and_place(here, life):
    assert str(life.found()) == "涉水 · 三组水塘边"
