"""From the first word until a second person has seen that the danger is gone."""

from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shengkang.attachments.models import Attachment
from shengkang.attachments.services import FileRefused
from shengkang.hazards import services
from shengkang.hazards.models import Hazard
from shengkang.notices.models import Notice
from shengkang.organization.access import Role
from tests.hazards.conftest import photo, seen
from tests.world import NOW, SHANGHAI, make_user

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


def told(user) -> list[str]:
    return list(Notice.objects.filter(to=user, kind__startswith="hazard.").order_by("id").values_list("kind", flat=True))


def moves(hazard) -> list[str]:
    return list(hazard.steps.order_by("no").values_list("move", flat=True))


# refusals


def test_a_stranger_of_another_station_finds_nothing_here(world, here):
    with pytest.raises(services.WrongStation):
        services.find_hazard(**seen(here, by=world.there.household_head))
    assert Hazard.objects.count() == 0


def test_a_village_of_another_station_is_not_ours_to_look_after(world, here):
    with pytest.raises(services.UnitNotServed):
        services.find_hazard(**seen(here, village=world.there.villages[0]))


def test_an_address_lies_in_the_village_that_is_named(world, here):
    for address in (world.there.homes[0].address, here.homes[0].address):
        with pytest.raises(services.WrongStation):
            services.find_hazard(**seen(here, address=address, village=here.villages[1]))


@pytest.mark.parametrize("left_out", [{"text": " "}, {"place": ""}])
def test_nobody_can_act_on_a_hazard_without_a_place_or_a_word(here, left_out):
    with pytest.raises(services.HazardIncomplete):
        services.find_hazard(**seen(here, **left_out))


def test_a_broken_photo_leaves_no_hazard_behind(here):
    with pytest.raises(FileRefused):
        services.find_hazard(**seen(here, photos=[SimpleUploadedFile("a.jpg", b"nonsense")]))
    assert Hazard.objects.count() == 0


def test_another_station_takes_no_step(world, here, life):
    there = world.there.officer
    calls = {
        "assign": lambda: services.assign_hazard(hazard=life.found(), to=here.aux_police, by=there, at=NOW),
        "put_right": lambda: services.put_right(hazard=life.assigned(), note="", photos=[photo()], by=there, at=NOW),
        "look_again": lambda: services.look_again(hazard=life.put_right(), fine=True, by=there, at=NOW),
        "send_back": lambda: services.look_again(hazard=life.put_right(), fine=False, note="没好", by=there, at=NOW),
        "dismiss": lambda: services.dismiss_hazard(hazard=life.found(), reason="没有", by=there, at=NOW),
        "reopen": lambda: services.reopen_hazard(hazard=life.closed(), reason="又坏了", by=there, at=NOW),
    }
    for call in calls.values():
        with pytest.raises(services.WrongStation):
            call()


def test_a_hazard_is_not_given_to_another_station(world, here, life):
    with pytest.raises(services.WrongStation):
        services.assign_hazard(hazard=life.found(), to=world.there.officer, by=here.officer, at=NOW)


@pytest.mark.parametrize("role", ["resident", "shop_keeper", "village_cadre", "township_leader", "administrator"])
def test_a_hazard_is_not_given_to_a_role_that_puts_nothing_right(here, life, role):
    with pytest.raises(services.UnfitPerson):
        services.assign_hazard(hazard=life.found(), to=getattr(here, role), by=here.officer, at=NOW)


def test_a_hazard_is_not_given_to_an_account_that_is_closed(here, life):
    here.volunteer.is_active = False
    here.volunteer.save()
    with pytest.raises(services.UnfitPerson):
        services.assign_hazard(hazard=life.found(), to=here.volunteer, by=here.officer, at=NOW)


@pytest.mark.parametrize("photos", [[], [SimpleUploadedFile("a.pdf", PDF)]])
def test_nothing_is_put_right_without_a_photo_from_afterwards(here, life, photos):
    hazard = life.assigned()
    with pytest.raises(services.AfterPhotoMissing):
        services.put_right(hazard=hazard, note="好了", photos=photos, by=here.aux_police, at=NOW)
    hazard.refresh_from_db()
    assert (hazard.status, moves(hazard)) == ("assigned", ["find", "assign"])


def test_the_photo_from_before_is_no_photo_from_afterwards(here, life):
    hazard = life.assigned(photos=[photo("navy")])
    with pytest.raises(services.AfterPhotoMissing):
        services.put_right(hazard=hazard, note="", photos=[photo("red"), photo("navy")], by=here.aux_police, at=NOW)


@pytest.mark.parametrize("fine", [True, False])
def test_nobody_looks_at_his_own_work(here, life, fine):
    with pytest.raises(services.SecondPersonNeeded):
        services.look_again(hazard=life.put_right(), fine=fine, note="看过", by=here.aux_police, at=NOW)


def test_what_is_sent_back_dismissed_or_reopened_needs_a_word(here, life):
    with pytest.raises(services.ReasonMissing):
        services.look_again(hazard=life.put_right(), fine=False, note=" ", by=here.officer, at=NOW)
    with pytest.raises(services.ReasonMissing):
        services.dismiss_hazard(hazard=life.found(), reason="", by=here.officer, at=NOW)
    with pytest.raises(services.ReasonMissing):
        services.reopen_hazard(hazard=life.closed(), reason=" ", by=here.officer, at=NOW)


# limits


@pytest.mark.parametrize(
    ("level", "limit"),
    [
        ("at_once", NOW + timedelta(hours=2)),
        ("same_day", datetime(2026, 3, 11, 23, 59, 59, tzinfo=SHANGHAI)),
        # Wednesday and seven working days: Thursday and Friday, five days of the next week.
        ("ordinary", datetime(2026, 3, 20, 23, 59, 59, tzinfo=SHANGHAI)),
    ],
)
def test_the_level_sets_the_limit(here, level, limit):
    assert services.find_hazard(**seen(here, level=level)).due_at == limit


def test_holidays_do_not_count_towards_the_limit(here):
    before_may = datetime(2026, 4, 29, 9, tzinfo=SHANGHAI)
    due = services.due_at("ordinary", before_may).astimezone(SHANGHAI).date()
    assert due > date(2026, 5, 10)


# the way there and back


def test_what_was_found_carries_its_finder_its_photos_and_its_first_step(here):
    hazard = services.find_hazard(**seen(here, photos=[photo(), photo("navy")], answers_for_it=" 村委会 "))
    step = hazard.steps.get()
    assert (hazard.status, hazard.found_by, hazard.found_at, hazard.steps_taken) == ("found", here.household_head, NOW, 1)
    assert hazard.answers_for_it == "村委会"
    assert (step.move, step.from_status, step.to_status, step.by) == ("find", "", "found", here.household_head)
    assert Attachment.objects.of(step).count() == 2


def test_without_a_place_the_address_is_the_place(here):
    hazard = services.find_hazard(**seen(here, place="", address=here.homes[0].address))
    assert hazard.place == str(here.homes[0].address)


def test_a_hazard_put_right_and_seen_by_a_second_person_is_closed_to_the_credit_of_its_finder(here, life):
    hazard = life.closed()
    step = hazard.steps.get(move="look_again")
    assert moves(hazard) == ["find", "assign", "put_right", "look_again"]
    assert (hazard.status, hazard.put_right_by, hazard.closed_by) == ("closed", here.aux_police, here.officer)
    assert step.credited == here.household_head.person


def test_whoever_found_it_may_put_it_right_himself(here, life):
    hazard = services.put_right(hazard=life.found(), note="扶正了", photos=[photo()], by=here.household_head, at=NOW)
    assert (hazard.status, hazard.assigned_to, hazard.put_right_by) == ("put_right", None, here.household_head)


def test_what_is_not_gone_goes_back_with_a_new_limit(here, life):
    later = NOW + timedelta(days=2)
    hazard = services.look_again(
        hazard=life.put_right(level="at_once"), fine=False, note="还是松的", photos=[photo("navy")], by=here.officer, at=later
    )
    assert (hazard.status, hazard.assigned_to, hazard.put_right_by) == ("assigned", here.aux_police, None)
    assert hazard.due_at == later + timedelta(hours=2)
    assert Attachment.objects.of(hazard.steps.get(move="send_back")).count() == 1


def test_what_nobody_was_given_goes_back_to_the_one_who_put_it_right(here, life):
    hazard = services.put_right(hazard=life.found(), note="", photos=[photo()], by=here.household_head, at=NOW)
    services.look_again(hazard=hazard, fine=False, note="没好", by=here.officer, at=NOW)
    assert hazard.assigned_to == here.household_head


@pytest.mark.parametrize("state", ["closed", "dismissed"])
def test_what_came_back_is_found_anew_and_nobodys_task(here, life, state):
    later = NOW + timedelta(days=40)
    hazard = services.reopen_hazard(hazard=getattr(life, state)(level="at_once"), reason="又倒了", by=here.officer, at=later)
    assert (hazard.status, hazard.assigned_to, hazard.put_right_at, hazard.closed_by) == ("found", None, None, None)
    assert (hazard.found_at, hazard.due_at) == (NOW, later + timedelta(hours=2))


# who is told


def test_what_is_dangerous_at_once_is_told_to_the_chief_and_the_officers(world, here):
    services.find_hazard(**seen(here, level="at_once"))
    for user in (here.station_chief, here.officer, here.colleague):
        assert told(user) == ["hazard.at_once"]
    for user in (here.aux_police, here.household_head, here.administrator, world.there.officer):
        assert told(user) == []


@pytest.mark.parametrize("level", ["same_day", "ordinary"])
def test_what_can_wait_rings_nobody(here, level):
    services.find_hazard(**seen(here, level=level))
    assert Notice.objects.filter(kind__startswith="hazard.").count() == 0


def test_the_one_who_shall_put_it_right_is_told_and_whoever_had_it_before_too(here, life):
    hazard = life.assigned(to=here.volunteer)
    assert told(here.volunteer) == ["hazard.task"]
    services.assign_hazard(hazard=hazard, to=here.aux_police, by=here.officer, at=NOW)
    assert told(here.volunteer) == ["hazard.task", "hazard.relieved"]
    assert told(here.aux_police) == ["hazard.task"]


def test_whoever_takes_it_on_himself_is_not_told(here, life):
    life.assigned(to=here.officer)
    assert told(here.officer) == []


def test_the_one_who_gave_it_away_is_asked_to_look_again(here, life):
    life.put_right()
    assert told(here.officer) == ["hazard.look_again"]


def test_what_is_sent_back_is_told_to_the_one_who_has_it(here, life):
    services.look_again(hazard=life.put_right(), fine=False, note="没好", by=here.officer, at=NOW)
    assert told(here.aux_police) == ["hazard.task", "hazard.task"]


@pytest.mark.parametrize("state", ["closed", "dismissed"])
def test_the_finder_is_told_what_became_of_it(here, life, state):
    getattr(life, state)()
    assert told(here.household_head) == ["hazard.outcome"]


def test_no_message_names_a_person_a_place_or_what_was_seen(here, life):
    for state in ("closed", "dismissed"):
        getattr(life, state)(level="at_once", by=here.household_head)
    for text in Notice.objects.filter(kind__startswith="hazard.").values_list("text", flat=True):
        assert not [word for word in ("水塘", "护栏", here.villages[0].name, here.household_head.name) if word in text]


def test_every_role_that_the_matrix_lets_put_right_may_be_given_one(here, life):
    for role in (Role.STATION_CHIEF, Role.OFFICER, Role.AUX_POLICE, Role.HOUSEHOLD_HEAD, Role.POST_LIAISON, Role.VOLUNTEER):
        user = make_user(here.station, here.villages[0], role, "可派", f"1990008{list(Role).index(role):04}")
        assert life.assigned(to=user).assigned_to == user
