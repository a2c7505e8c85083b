"""What a head may do, and what the station does with homes and heads."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from households import services
from households.models import Assignment, Home, HouseholdHead, Sighting, Visit
from shengkang.attachments.models import Attachment
from shengkang.attachments.services import FileRefused
from shengkang.audit.models import AuditEntry
from shengkang.cases.models import DisputeCase, Party
from shengkang.organization.access import Role
from shengkang.organization.models import User
from shengkang.organization.services import UnitNotServed
from tests.world import NOW, make_home, make_user, make_world

TODAY = NOW.date()


def photo(name="a.jpg"):
    file = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "JPEG")
    return SimpleUploadedFile(name, file.getvalue(), content_type="image/jpeg")


def quarrel(world, **fields):
    given = {"home": world.here.homes[0], "category": world.category, "story": "为滴水争吵", "by": world.here.household_head}
    return services.report_quarrel(at=NOW, **given | fields)


def part_with(place):
    """The head's homes go back to nobody, and the term ends."""
    place.head.assignments.in_force().update(active_to=TODAY)
    return services.end_term(head=place.head, on=TODAY, parting="term", by=place.officer, at=NOW)


@pytest.fixture
def other_head(world):
    user = make_user(world.here.station, world.here.villages[0], Role.RESIDENT, "另一位", "17700001111")
    return services.appoint_head(
        user=user, village=world.here.villages[0], from_day=date(2026, 2, 1), by=world.here.officer, at=NOW
    )


# reporting a quarrel


@pytest.mark.parametrize("who", ["here.officer", "here.volunteer", "there.household_head"])
def test_only_the_head_of_the_home_reports_from_there(world, who):
    place, role = who.split(".")
    with pytest.raises(services.NotYourHome):
        quarrel(world, by=getattr(getattr(world, place), role))


def test_a_home_that_is_not_hers_is_refused(world):
    with pytest.raises(services.NotYourHome):
        quarrel(world, home=world.here.homes[2])


def test_a_head_whose_term_has_ended_reports_no_more(world):
    part_with(world.here)
    with pytest.raises(services.NotYourHome):
        quarrel(world, by=User.objects.get(pk=world.here.household_head.pk))


def test_a_home_handed_over_is_no_longer_hers(world, other_head):
    services.hand_over_homes(
        from_head=world.here.head, to_head=other_head, homes=world.here.homes[:1], on=TODAY, by=world.here.officer, at=NOW
    )
    with pytest.raises(services.NotYourHome):
        quarrel(world)
    assert quarrel(world, by=User.objects.get(pk=other_head.user_id)).case.pk


def test_a_photo_that_is_none_takes_the_whole_report_back(world):
    with pytest.raises(FileRefused):
        quarrel(world, photos=[photo(), SimpleUploadedFile("x.jpg", b"no picture")])
    assert (DisputeCase.objects.count(), Sighting.objects.count(), Attachment.objects.count()) == (0, 0, 0)


def test_a_quarrel_opens_a_case_with_parties_and_photos(world):
    home, head = world.here.homes[0], world.here.household_head
    sighting = quarrel(world, parties=services.parties_at(home, " 邻居甲 "), photos=[photo()])
    case = sighting.case
    assert (case.status, case.channel, case.restricted) == ("reported", DisputeCase.Channel.HEAD, False)
    assert (case.village, case.address, case.category) == (home.address.village, home.address, world.category)
    assert [(party.side, party.name, party.home) for party in case.parties.all()] == [
        (Party.Side.FIRST, home.householder, home.address),
        (Party.Side.SECOND, "邻居甲", None),
    ]
    assert [(report.by, report.person) for report in case.reports.all()] == [(head, head.person)]
    assert Attachment.objects.of(case).count() == 1
    assert (sighting.kind, sighting.by, sighting.home, sighting.text) == ("quarrel", head, home, "为滴水争吵")


def test_suspected_violence_is_protected_from_the_first_moment(world):
    sighting = quarrel(world, protected=True)
    assert sighting.case.restricted
    here = world.here
    assert [user.name for user in (here.station_chief, here.household_head) if sees(user, sighting)] == [
        here.station_chief.name,
        here.household_head.name,
    ]
    assert not [
        user for user in (here.officer, here.aux_police, here.volunteer, world.there.station_chief) if sees(user, sighting)
    ]


def sees(user, sighting):
    return Sighting.objects.visible_to(user).filter(pk=sighting.pk).exists()


# sightings and visits


def test_a_quarrel_is_not_reported_as_something_else(world):
    with pytest.raises(services.SightingRefused):
        services.report_sighting(kind="quarrel", text="x", village=world.here.villages[0], by=world.here.household_head, at=NOW)


def test_a_sighting_needs_a_place_in_the_own_station(world):
    by = world.here.volunteer
    with pytest.raises(services.SightingRefused):
        services.report_sighting(kind="stranger", text="x", by=by, at=NOW)
    with pytest.raises(UnitNotServed):
        services.report_sighting(kind="stranger", text="x", village=world.there.villages[0], by=by, at=NOW)
    with pytest.raises(services.NotYourHome):
        services.report_sighting(kind="stranger", text="x", home=world.here.homes[0], by=by, at=NOW)


def test_a_stranger_is_told_of_without_a_case(world):
    sighting = services.report_sighting(
        kind="stranger", text="生人", home=world.here.homes[0], by=world.here.household_head, at=NOW, photos=[photo()]
    )
    assert (sighting.case, sighting.village) == (None, world.here.villages[0])
    assert Attachment.objects.of(sighting).count() == 1
    assert [user for user in (world.here.officer, world.here.household_head) if sees(user, sighting)] == [
        world.here.officer,
        world.here.household_head,
    ]
    assert not sees(world.here.volunteer, sighting)
    assert not sees(world.there.officer, sighting)


def test_a_visit_is_logged_at_an_own_home_only(world):
    with pytest.raises(services.NotYourHome):
        services.log_visit(home=world.here.homes[2], kind="care", by=world.here.household_head, at=NOW)
    visit = services.log_visit(home=world.here.homes[0], kind="care", note=" 好 ", by=world.here.household_head, at=NOW)
    assert list(Visit.objects.visible_to(world.here.household_head).values_list("pk", "note")) == [(visit.pk, "好")]


# homes and residents


def test_a_door_has_one_home_in_a_village_of_the_station(world):
    given = {"station": world.here.station, "householder": "新户", "by": world.here.officer, "at": NOW}
    with pytest.raises(UnitNotServed):
        services.register_home(village=world.there.villages[0], door="9号", **given)
    with pytest.raises(services.HomeAlreadyRegistered):
        services.register_home(village=world.here.villages[0], door=" 1号 ", **given)
    assert services.register_home(village=world.here.villages[0], door="9号", **given).householder == "新户"


def test_somebody_moves_in_after_moving_out(world):
    here, officer = world.here, world.here.officer
    person, resident = here.residents[0], here.residents[0].residences.get()
    given = {"home": here.homes[2], "person": person, "by": officer, "at": NOW}
    with pytest.raises(services.LivesElsewhere):
        services.move_in(on=TODAY, **given)
    with pytest.raises(services.DayRefused):
        services.move_out(resident=resident, on=resident.moved_in_on - timedelta(days=1), by=officer, at=NOW)
    with pytest.raises(services.DayRefused):
        services.move_out(resident=resident, on=TODAY + timedelta(days=1), by=officer, at=NOW)
    services.move_out(resident=resident, on=TODAY, by=officer, at=NOW)
    assert services.move_in(on=TODAY, need="alone", **given).home == here.homes[2]


# heads


def test_who_may_not_be_appointed(world):
    here = world.here
    given = {"village": here.villages[0], "from_day": TODAY, "by": here.officer, "at": NOW}
    with pytest.raises(services.HeadRefused):
        services.appoint_head(user=here.household_head, **given)
    with pytest.raises(UnitNotServed):
        services.appoint_head(user=world.there.resident, **given)
    with pytest.raises(services.DayRefused):
        services.appoint_head(user=here.resident, **given | {"from_day": TODAY + timedelta(days=1)})
    here.resident.is_active = False
    here.resident.save()
    with pytest.raises(services.HeadRefused):
        services.appoint_head(user=here.resident, **given)


def test_the_role_comes_with_the_appointment_and_goes_with_the_term(world):
    here = world.here
    head = services.appoint_head(user=here.resident, village=here.villages[1], from_day=TODAY, by=here.officer, at=NOW)
    assert Role.HOUSEHOLD_HEAD in User.objects.get(pk=here.resident.pk).roles
    services.end_term(head=head, on=TODAY, parting="wish", by=here.officer, at=NOW)
    assert User.objects.get(pk=here.resident.pk).roles == {Role.RESIDENT}


def test_a_new_term_begins_after_the_earlier_one_which_stays_in_the_audit(world):
    here, head = world.here, world.here.head
    part_with(here)
    given = {"user": here.household_head, "village": here.villages[1], "by": here.officer, "at": NOW}
    with pytest.raises(services.DayRefused):
        services.appoint_head(from_day=TODAY - timedelta(days=1), **given)
    again = services.appoint_head(from_day=TODAY, **given)
    assert (again.pk, again.active_to, again.village) == (head.pk, None, here.villages[1])
    assert AuditEntry.objects.filter(verb="appoint_head").get().detail == {
        "earlier_term": ["2026-01-01", TODAY.isoformat(), "term"]
    }


def test_nobody_parts_with_a_head_whose_homes_nobody_has_taken_over(world, other_head):
    here = world.here
    given = {"head": here.head, "on": TODAY, "parting": "moved", "by": here.officer, "at": NOW}
    with pytest.raises(services.HomesStillEntrusted, match="2"):
        services.end_term(**given)
    services.hand_over_homes(from_head=here.head, to_head=other_head, homes=here.homes[:2], on=TODAY, by=here.officer, at=NOW)
    with pytest.raises(services.DayRefused):
        services.end_term(**given | {"on": TODAY - timedelta(days=1)})
    ended = services.end_term(**given)
    assert (ended.active_to, ended.parting) == (TODAY, "moved")
    with pytest.raises(services.HeadRefused):
        services.end_term(**given)
    with pytest.raises(services.HeadRefused):
        services.assign_homes(head=here.head, homes=here.homes, from_day=TODAY, by=here.officer, at=NOW)
    with pytest.raises(services.HeadRefused):
        services.renew_term(head=here.head, by=here.officer, at=NOW)


def test_a_term_lasts_three_years_unless_said_otherwise_and_is_renewed_from_its_end(world, other_head):
    assert other_head.term_ends_on == date(2029, 1, 31)
    assert services.renew_term(head=other_head, term_years=1, by=world.here.officer, at=NOW).term_ends_on == date(2030, 1, 31)
    assert services.end_of_term(date(2028, 2, 29), 3) == date(2031, 2, 28)


def test_a_home_with_a_head_is_refused_in_words(world, other_head):
    with pytest.raises(services.HomeHasAHead) as refusal:
        services.assign_homes(head=other_head, homes=world.here.homes, from_day=TODAY, by=world.here.officer, at=NOW)
    assert str(refusal.value)
    assert list(other_head.assignments.all()) == []


def test_homes_are_assigned_in_the_term_and_not_ahead(world, other_head):
    for day in (other_head.active_from - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(services.DayRefused):
            services.assign_homes(head=other_head, homes=world.here.homes[2:], from_day=day, by=world.here.officer, at=NOW)


def test_a_home_of_another_station_is_not_assigned(world, other_head):
    with pytest.raises(services.NotYourHome):
        services.assign_homes(head=other_head, homes=world.there.homes[2:], from_day=TODAY, by=world.here.officer, at=NOW)


def test_assigning_twice_changes_nothing(world, other_head):
    given = {"head": other_head, "homes": world.here.homes[2:], "by": world.here.officer, "at": NOW}
    assert len(services.assign_homes(from_day=TODAY, **given)) == 1
    assert services.assign_homes(from_day=TODAY, **given) == []


def test_what_cannot_be_handed_over(world, other_head):
    here = world.here
    given = {"from_head": here.head, "to_head": other_head, "homes": here.homes[:1], "on": TODAY, "by": here.officer, "at": NOW}
    for change, refusal in (
        ({"to_head": here.head}, services.HeadRefused),
        ({"homes": here.homes}, services.NotYourHome),
        ({"on": here.head.active_from - timedelta(days=1)}, services.DayRefused),
        ({"on": TODAY + timedelta(days=1)}, services.DayRefused),
        ({"on": date(2026, 1, 15)}, services.DayRefused),  # the other head was appointed in February
    ):
        with pytest.raises(refusal):
            services.hand_over_homes(**given | change)
    assert Assignment.objects.in_force().filter(head=here.head).count() == 2


def test_a_hand_over_leaves_no_day_without_a_head_and_none_with_two(world, other_head):
    here = world.here
    services.hand_over_homes(from_head=here.head, to_head=other_head, homes=here.homes[:2], on=TODAY, by=here.officer, at=NOW)
    assert list(
        Assignment.objects.filter(home=here.homes[0]).order_by("active_from").values_list("head", "active_from", "active_to")
    ) == [
        (here.head.pk, date(2026, 1, 1), TODAY),
        (other_head.pk, TODAY, None),
    ]
    assert list(Home.objects.visible_to(here.household_head)) == []
    assert HouseholdHead.objects.active().count() == 3


def test_two_officers_assigning_at_once_get_one_head(committed):
    world = make_world()
    here, home = world.here, make_home(world.here.station, world.here.villages[0], "77号", "新户")
    heads = [here.head]
    for number in range(3):
        user = make_user(here.station, here.villages[0], Role.RESIDENT, f"百户{number}", f"1770002{number:04}")
        heads.append(services.appoint_head(user=user, village=here.villages[0], from_day=TODAY, by=here.officer, at=NOW))
    together = Barrier(len(heads))

    def assign(head):
        try:
            together.wait(20)
            services.assign_homes(head=head, homes=[home], from_day=TODAY, by=here.officer, at=NOW)
            return "assigned"
        except services.HomeHasAHead:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(heads)) as officers:
        answers = sorted(officers.map(assign, heads))
    assert answers == ["assigned", "refused", "refused", "refused"]
    assert Assignment.objects.filter(home=home).count() == 1
