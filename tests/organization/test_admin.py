"""People, accounts, approvals and the calendar at the desk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shengkang.audit import services as audit
from shengkang.audit.models import AccessEntry
from shengkang.organization import services
from shengkang.organization.access import Role
from shengkang.organization.models import Approval, Holiday, Person, User
from tests.world import NOW, make_person, make_user

PASSWORD = "plenty of apples"


def url(model, page, *args, app="organization"):
    return reverse(f"admin:{app}_{model}_{page}", args=args)


@pytest.fixture
def chief(world, client):
    client.force_login(world.here.station_chief)
    return client


@pytest.fixture
def desk(world, client):
    client.force_login(world.here.officer)
    return client


@pytest.mark.parametrize("model", ["person", "consent", "user", "approval", "unit", "station", "holiday"])
def test_who_does_not_work_at_the_desk_gets_no_page(world, client, model):
    client.force_login(world.here.household_head)
    assert client.get(url(model, "changelist")).status_code == 404


def test_another_stations_people_accounts_and_requests_do_not_exist(world, chief):
    there = world.there
    approval = services.ask_approval(
        obj="resident", action="read_id_number", target_ref="x", reason="x", by=there.officer, at=NOW
    )
    consent = services.give_consent(person=there.residents[0], purpose="points", evidence="x", by=there.officer, at=NOW)
    for model, thing in (
        ("person", there.residents[0]),
        ("user", there.officer),
        ("approval", approval),
        ("consent", consent),
        ("station", there.station),
        ("unit", there.villages[0]),
    ):
        assert chief.get(url(model, "change", thing.pk)).status_code == 404, model


@pytest.mark.parametrize("model", ["person", "user", "approval", "consent", "unit", "holiday"])
def test_lists_cost_the_same_with_one_row_and_three(world, chief, model, django_assert_num_queries):
    def one_more(no):
        here = world.here
        person = make_person(here.station, here.villages[0], f"新人{no}")
        user = make_user(here.station, here.town, Role.OFFICER, f"新人{no}", f"1330000000{no}", person=person)
        services.give_consent(person=person, purpose="points", evidence="x", by=user, at=NOW)
        services.ask_approval(obj="resident", action="read_id_number", target_ref="x", reason="x", by=user, at=NOW)
        Holiday.objects.create(day=NOW.date().replace(day=no), works=False, name="x")

    one_more(1)
    chief.get(url(model, "changelist"))
    with CaptureQueriesContext(connection) as one:
        assert chief.get(url(model, "changelist")).status_code == 200
    one_more(2)
    one_more(3)
    with django_assert_num_queries(len(one)):
        chief.get(url(model, "changelist"))


def test_a_person_is_registered_corrected_and_consents(world, desk):
    sent = {"name": "单田芳", "village": world.here.villages[0].pk, "phone": "+86 133-1111 2222", "birth_year": "1950"}
    assert desk.post(url("person", "add"), sent | {"id_number": "42"}).status_code == 409
    assert desk.post(url("person", "add"), sent | {"id_number": ""}).status_code == 302
    person = Person.objects.get(name="单田芳")
    assert (person.phone, person.name_key) == ("13311112222", "shan tian fang")
    assert 'value="单田芳"' in desk.get(url("person", "mend", person.pk)).content.decode()
    assert desk.post(url("person", "mend", person.pk), sent | {"birth_year": "1951"}).status_code == 302
    assert desk.post(url("person", "give_consent", person.pk), {"purpose": "points", "evidence": "纸1"}).status_code == 302
    consent = person.consents.get()
    assert desk.post(url("consent", "withdraw", consent.pk)).status_code == 302
    person.refresh_from_db()
    assert (person.birth_year, person.consents.in_force().count()) == (1951, 0)


def test_an_officer_opens_no_account(world, desk):
    assert desk.get(url("user", "add")).status_code == 404
    own = url("user", "set_password", world.here.officer.pk)
    assert desk.post(own, {"password": PASSWORD}).status_code == 404


def test_the_life_of_an_account(world, chief):
    sent = {
        "name": "新警员",
        "phone": "13311112222",
        "role": "officer",
        "unit": world.here.town.pk,
        "person": "",
        "password": PASSWORD,
    }
    assert chief.post(url("user", "add"), sent | {"password": "12345678"}).status_code == 200
    assert chief.post(url("user", "add"), sent | {"unit": world.there.town.pk}).status_code == 200
    assert chief.post(url("user", "add"), sent | {"phone": world.here.officer.phone}).status_code == 409
    assert chief.post(url("user", "add"), sent).status_code == 302
    user = User.objects.get(phone="13311112222")
    page = chief.get(url("user", "change", user.pk)).content.decode()
    assert user.password not in page
    assert "argon2" not in page

    assert (
        chief.post(url("user", "give_role", user.pk), {"role": "volunteer", "unit": world.here.villages[0].pk}).status_code == 302
    )
    membership = user.memberships.get(role="officer")
    assert chief.post(url("user", "take_role", user.pk), {"membership": membership.pk}).status_code == 302
    assert chief.post(url("user", "set_password", user.pk), {"password": "plenty of pears"}).status_code == 302
    assert chief.post(url("user", "close", user.pk)).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert (user.is_active, user.is_staff, user.check_password("plenty of pears")) == (False, False, True)
    assert chief.post(url("user", "reopen", user.pk)).status_code == 302


def test_a_chief_closes_not_himself(world, chief):
    assert chief.post(url("user", "close", world.here.station_chief.pk)).status_code == 409


def test_a_request_is_asked_by_one_and_granted_by_another(world, client):
    here = world.here
    client.force_login(here.station_chief)
    sent = {"cell": "audit_log.read", "target_ref": "", "reason": "季度检查"}
    assert client.post(url("approval", "add"), sent).status_code == 302
    approval = Approval.objects.get()
    assert client.post(url("approval", "grant", approval.pk), {"hours": 2}).status_code == 409
    second = make_user(here.station, here.town, Role.STATION_CHIEF, "副所长", "13300001111")
    client.force_login(here.officer)
    assert client.post(url("approval", "grant", approval.pk), {"hours": 2}).status_code == 404
    client.force_login(second)
    assert client.post(url("approval", "grant", approval.pk), {"hours": 2}).status_code == 302
    approval.refresh_from_db()
    assert (approval.decision, approval.decided_by) == ("granted", second)


def test_the_audit_is_closed_without_an_approval_and_reading_it_is_logged(world, chief):
    pages = [url("auditentry", "changelist", app="audit"), url("accessentry", "changelist", app="audit")]
    here = world.here
    audit.note_deed(verb="x", about=here.station, by=here.officer, at=NOW)
    audit.note_deed(verb="foreign", about=world.there.station, by=world.there.officer, at=NOW)
    assert [chief.get(page).status_code for page in pages] == [404, 404]
    approval = services.ask_approval(
        obj="audit_log", action="read", target_ref="", reason="检查", by=here.station_chief, at=timezone.now()
    )
    second = make_user(here.station, here.town, Role.STATION_CHIEF, "副所长", "13300001111")
    services.decide_approval(approval=approval, grant=True, by=second, at=timezone.now())
    answers = [chief.get(page) for page in pages]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "foreign" not in {entry.verb for entry in answers[0].context["cl"].result_list}
    assert AccessEntry.objects.filter(what="audit_log").count() == 2
    entry = answers[0].context["cl"].result_list[0]
    page = url("auditentry", "change", entry.pk, app="audit")
    assert (chief.get(page).status_code, chief.post(page, {"verb": "y"}).status_code) == (200, 403)
    assert chief.post(url("auditentry", "delete", entry.pk, app="audit")).status_code == 403


def test_a_holiday_is_typed_in_by_the_chief(world, chief, client):
    sent = {"day": "2027-10-01", "name": "国庆节"}
    assert chief.post(url("holiday", "add"), sent).status_code == 302
    assert Holiday.objects.filter(day="2027-10-01", works=False).exists()
    client.force_login(world.here.officer)
    assert client.post(url("holiday", "add"), sent | {"day": "2027-10-02"}).status_code == 403


def test_a_form_sent_twice_acts_once_and_another_one_is_refused_the_same_key(world, desk):
    page = url("approval", "add")
    key = desk.get(page).context["idempotency_key"]
    person = world.here.residents[0]
    sent = {"cell": "resident.read_id_number", "target_ref": audit.ref(person), "reason": "核对协议", "idempotency_key": key}
    first, again = desk.post(page, sent), desk.post(page, sent)
    assert (first.status_code, again.url, Approval.objects.count()) == (302, first.url, 1)
    assert desk.post(page, sent | {"reason": "另一件事"}).status_code == 409
    assert Approval.objects.count() == 1
