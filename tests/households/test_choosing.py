"""How a head is chosen: the village proposes, the chief decides, and nobody speaks for somebody else's village."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from households import services
from households.models import HouseholdHead, Nomination
from shengkang.attachments.models import Attachment
from shengkang.notices.models import Notice
from shengkang.organization.access import Role
from shengkang.organization.models import User
from shengkang.organization.services import UnitNotServed
from tests.households.test_services import part_with, photo
from tests.world import NOW, PASSWORD, make_person

TODAY = NOW.date()


@pytest.fixture
def candidate(world):
    return make_person(world.here.station, world.here.villages[0], "孔令辉", birth_year=1975, phone="17811112222")


def propose(world, person, **fields):
    given = {"village": world.here.villages[0], "person": person, "reason": "公道热心", "by": world.here.village_cadre, "at": NOW}
    return services.nominate_head(**given | fields)


def test_who_cannot_be_proposed(world, candidate):
    here = world.here
    elsewhere = make_person(here.station, here.villages[1], "外村人")
    child = make_person(here.station, here.villages[0], "小学生", birth_year=2012)
    for person in (elsewhere, child, here.household_head.person):
        with pytest.raises(services.NominationRefused):
            propose(world, person)
    propose(world, candidate)
    with pytest.raises(services.NominationRefused):
        propose(world, candidate)


def test_a_cadre_speaks_for_his_own_village_only(world):
    far = world.here.villages[1]
    with pytest.raises(services.NominationRefused):
        propose(world, make_person(world.here.station, far, "外村人"), village=far)
    with pytest.raises(UnitNotServed):
        propose(world, world.there.residents[0], village=world.there.villages[0])


@pytest.mark.parametrize("missing", ["spoken_by", "photos"])
def test_an_officer_enters_only_what_was_signed_on_paper(world, candidate, missing):
    paper = {"by": world.here.officer, "spoken_by": "村支书", "photos": [photo()]}
    with pytest.raises(services.NominationRefused):
        propose(world, candidate, **{name: value for name, value in paper.items() if name != missing})
    nomination = propose(world, candidate, **paper)
    assert Attachment.objects.of(nomination).count() == 1
    assert Attachment.objects.visible_to(world.here.village_cadre).count() == 1
    assert Attachment.objects.visible_to(world.here.household_head).count() == 0


def test_the_database_keeps_one_open_proposal_per_person(world, candidate):
    first = propose(world, candidate)
    with pytest.raises(IntegrityError, match="waits_once"), transaction.atomic():
        Nomination.objects.create(
            station=first.station, village=first.village, person=candidate, reason="又一次", by=first.by, at=NOW
        )


def test_the_chief_hears_of_it_and_the_text_names_nobody(world, candidate):
    nomination = propose(world, candidate)
    told = Notice.objects.get(key=f"nomination:{nomination.pk}")
    assert told.to == world.here.station_chief
    assert candidate.name not in told.text


def test_an_appointment_opens_an_account_with_the_role_and_a_term(world, candidate):
    nomination = propose(world, candidate)
    head = services.appoint_nominated(
        nomination=nomination, from_day=TODAY, password=PASSWORD, answer="同意", by=world.here.station_chief, at=NOW
    )
    user = User.objects.get(person=candidate)
    assert (head.user, user.phone, user.roles) == (user, candidate.phone, {Role.HOUSEHOLD_HEAD})
    assert head.term_ends_on == services.end_of_term(TODAY, 3)
    nomination.refresh_from_db()
    assert (nomination.decision, nomination.answer, nomination.head) == ("appointed", "同意", head)
    assert Notice.objects.filter(to=world.here.village_cadre, kind="nomination.decided").count() == 1


def test_who_has_an_account_keeps_it_and_gets_the_role(world):
    here = world.here
    head = services.appoint_nominated(
        nomination=propose(world, here.volunteer.person), from_day=TODAY, by=here.station_chief, at=NOW
    )
    assert head.user == here.volunteer
    assert User.objects.get(pk=here.volunteer.pk).roles == {Role.VOLUNTEER, Role.HOUSEHOLD_HEAD}


def test_an_account_without_a_password_opens_for_nobody(world, candidate):
    services.appoint_nominated(nomination=propose(world, candidate), from_day=TODAY, by=world.here.station_chief, at=NOW)
    assert not User.objects.get(person=candidate).has_usable_password()


def test_somebody_without_a_telephone_is_asked_for_one(world):
    person = make_person(world.here.station, world.here.villages[0], "无电话", birth_year=1970)
    with pytest.raises(services.NominationRefused):
        services.appoint_nominated(
            nomination=propose(world, person), from_day=TODAY, password=PASSWORD, by=world.here.station_chief, at=NOW
        )


def test_what_is_decided_is_decided_once(world, candidate):
    nomination = propose(world, candidate)
    given = {"nomination": nomination, "by": world.here.station_chief, "at": NOW}
    with pytest.raises(services.NominationRefused):
        services.decline_nomination(answer=" ", **given)
    services.decline_nomination(answer="常年不在家", **given)
    for again in (
        lambda: services.decline_nomination(answer="再说一次", **given),
        lambda: services.appoint_nominated(from_day=TODAY, **given),
        lambda: services.withdraw_nomination(nomination=nomination, by=world.here.village_cadre, at=NOW),
    ):
        with pytest.raises(services.NominationDecided):
            again()
    assert propose(world, candidate).decision == "waiting"


def test_only_the_village_takes_its_proposal_back(world, candidate):
    nomination = propose(world, candidate)
    with pytest.raises(services.NominationRefused):
        services.withdraw_nomination(nomination=nomination, by=world.here.officer, at=NOW)
    assert services.withdraw_nomination(nomination=nomination, by=world.here.village_cadre, at=NOW).decision == "withdrawn"


def test_somebody_may_be_chosen_again_after_a_term(world):
    here = world.here
    part_with(here)
    nomination = propose(world, here.household_head.person)
    head = services.appoint_nominated(nomination=nomination, from_day=TODAY, by=here.station_chief, at=NOW)
    part_with(here)
    again = services.appoint_nominated(
        nomination=propose(world, here.household_head.person), from_day=TODAY, by=here.station_chief, at=NOW
    )
    assert again == head == here.head
    assert HouseholdHead.objects.get(pk=head.pk).nominations.count() == 2


# the cadre's phone


def page(name, *args):
    return reverse(f"households:{name}", args=args)


@pytest.fixture
def cadre(world, client):
    client.force_login(world.here.village_cadre)
    return client


def test_a_cadre_finds_people_of_his_village_alone(world, cadre, candidate):
    make_person(world.here.station, world.here.villages[1], "孔令外")
    make_person(world.there.station, world.there.villages[0], "孔令远")
    assert [row["title"] for row in cadre.get(page("propose-whom"), {"q": "孔令"}).context["rows"]] == ["孔令辉"]
    for text in ("孔", "角色10", ""):
        found = [row["title"] for row in cadre.get(page("propose-whom"), {"q": text}).context["rows"]]
        assert world.here.household_head.name not in found
    body = cadre.get(page("propose-whom"), {"q": "孔令"}).content.decode()
    assert "1975" in body
    assert candidate.phone not in body


def test_somebody_of_another_village_does_not_exist_for_a_cadre(world, cadre):
    for person in (make_person(world.here.station, world.here.villages[1], "外村人"), world.there.residents[0]):
        assert cadre.get(page("propose", person.pk)).status_code == 404


def test_a_proposal_of_another_village_does_not_exist_for_a_cadre(world, cadre):
    far = world.here.villages[1]
    nomination = propose(
        world,
        make_person(world.here.station, far, "外村人"),
        village=far,
        by=world.here.officer,
        spoken_by="支书",
        photos=[photo()],
    )
    assert cadre.get(page("nomination", nomination.pk)).status_code == 404
    assert cadre.post(page("withdraw", nomination.pk), {"key": "k"}).status_code == 404


def test_the_list_costs_the_same_with_one_row_and_three(world, cadre, candidate, django_assert_num_queries):
    propose(world, candidate)
    cadre.get(page("nominations"))
    with CaptureQueriesContext(connection) as one:
        cadre.get(page("nominations"))
    for name in ("甲人", "乙人"):
        propose(world, make_person(world.here.station, world.here.villages[0], name))
    with django_assert_num_queries(len(one)):
        assert len(cadre.get(page("nominations")).context["rows"]) == 3
