"""People, approvals, accounts: what the organization refuses, and what it does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from shengkang.audit.models import AuditEntry
from shengkang.organization import services
from shengkang.organization.access import Role
from shengkang.organization.models import Approval, Consent, User
from tests.world import NOW


def ask(user, **fields):
    given = {"obj": "resident", "action": "read_id_number", "target_ref": "x:1", "reason": "case 7"} | fields
    return services.ask_approval(by=user, at=NOW, **given)


def test_only_a_p_cell_can_be_asked_for(world):
    with pytest.raises(services.ApprovalRefused):
        ask(world.here.officer, obj="backup", action="download")
    with pytest.raises(services.ApprovalRefused):
        ask(world.here.household_head)


@pytest.mark.parametrize("decider", ["here.station_chief", "here.aux_police", "there.station_chief"])
def test_nobody_decides_his_own_request_nor_a_stranger(world, decider):
    approval = ask(world.here.station_chief)
    place, role = decider.split(".")
    with pytest.raises(services.ApprovalRefused):
        services.decide_approval(approval=approval, grant=True, by=getattr(getattr(world, place), role), at=NOW)


def test_a_request_is_decided_once(world):
    approval = ask(world.here.officer)
    services.decide_approval(approval=approval, grant=False, by=world.here.station_chief, at=NOW)
    with pytest.raises(services.ApprovalRefused):
        services.decide_approval(approval=approval, grant=True, by=world.here.station_chief, at=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"decision": "granted", "expires_at": NOW, "decided_by": "asker"},
        {"decision": "granted", "expires_at": NOW, "decided_by": None},
        {"decision": "granted", "expires_at": None, "decided_by": "chief"},
        {"decision": "waiting", "decided_by": "chief"},
    ],
)
def test_the_database_wants_a_second_person_and_an_end(world, change):
    approval = ask(world.here.officer)
    people = {"asker": world.here.officer, "chief": world.here.station_chief, None: None}
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(**change | {"decided_by": people[change["decided_by"]]})


def test_an_approval_opens_one_thing_for_one_asker_and_runs_out(world):
    approval = ask(world.here.officer)
    cell = {"obj": "resident", "action": "read_id_number"}
    services.decide_approval(approval=approval, grant=True, by=world.here.station_chief, at=NOW, hours=2)
    assert services.approval_in_force(**cell, target_ref="x:1", by=world.here.officer, at=NOW + timedelta(hours=1)) == approval
    for other in (
        {"target_ref": "x:2", "by": world.here.officer, "at": NOW},
        {"target_ref": "x:1", "by": world.here.station_chief, "at": NOW},
        {"target_ref": "x:1", "by": world.here.officer, "at": NOW + timedelta(hours=2)},
    ):
        with pytest.raises(services.ApprovalNeeded):
            services.approval_in_force(**cell, **other)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("单田芳", "shan tian fang"),
        ("曾国藩", "zeng guo fan"),
        ("仇英", "qiu ying"),
        ("查良镛", "zha liang yong"),
        ("解缙", "xie jin"),
        ("张三", "zhang san"),
    ],
)
def test_a_surname_is_read_as_a_surname(name, key):
    assert services.name_key(name) == key


def test_a_person_is_registered_in_a_village_of_the_own_station_only(world):
    with pytest.raises(services.UnitNotServed):
        services.register_person(
            station=world.here.station, village=world.there.villages[0], name="测试人", by=world.here.officer, at=NOW
        )


def test_a_correction_mends_the_pinyin_too(world):
    person = world.here.residents[0]
    services.mend_person(
        person=person, name="单田芳", village=world.here.villages[1], phone="", birth_year=1950, by=world.here.officer, at=NOW
    )
    person.refresh_from_db()
    assert (person.name_key, person.village, person.birth_year) == ("shan tian fang", world.here.villages[1], 1950)


def test_consenting_twice_is_one_consent_and_a_withdrawn_one_may_be_given_again(world):
    given = {"person": world.here.residents[0], "purpose": "points", "evidence": "paper 1", "by": world.here.officer, "at": NOW}
    first = services.give_consent(**given)
    assert services.give_consent(**given) == first
    services.withdraw_consent(consent=first, by=world.here.officer, at=NOW)
    assert services.give_consent(**given) != first
    assert Consent.objects.in_force().count() == 1


def account(place, **fields):
    given = {"role": Role.OFFICER, "unit": place.town, "name": "新人", "phone": "13311112222", "password": "plenty of apples"}
    return services.open_account(station=place.station, by=place.station_chief, at=NOW, **given | fields)


def test_a_number_has_one_account(world):
    with pytest.raises(services.AccountRefused):
        account(world.here, phone=world.there.officer.phone)


def test_a_role_is_held_inside_the_own_station(world):
    with pytest.raises(services.UnitNotServed):
        account(world.here, unit=world.there.villages[0])
    assert not User.objects.filter(phone="13311112222").exists()


def test_an_account_of_a_person_of_another_station_is_refused(world):
    with pytest.raises(services.AccountRefused):
        account(world.here, person=world.there.residents[0])


def test_nobody_closes_himself_out(world):
    chief = world.here.station_chief
    with pytest.raises(services.AccountRefused):
        services.close_account(user=chief, by=chief, at=NOW)
    with pytest.raises(services.AccountRefused):
        services.take_role(membership=chief.memberships.get(), by=chief, at=NOW)


def test_the_desk_opens_and_closes_with_the_role(world):
    user = account(world.here)
    assert user.is_staff
    services.take_role(membership=user.memberships.get(), by=world.here.station_chief, at=NOW)
    user.refresh_from_db()
    assert not user.is_staff
    services.give_role(user=user, role=Role.RESIDENT, unit=world.here.villages[0], by=world.here.station_chief, at=NOW)
    assert not user.is_staff


def test_what_was_done_to_an_account_is_written_down_without_names(world):
    user = account(world.here)
    services.set_password(user=user, password="plenty of pears", by=world.here.station_chief, at=NOW)
    assert user.check_password("plenty of pears")
    rows = AuditEntry.objects.order_by("id").values_list("verb", "object_ref")
    assert list(rows) == [
        ("open_account", f"organization.User:{user.pk}"),
        ("give_role", f"organization.User:{user.pk}"),
        ("set_password", f"organization.User:{user.pk}"),
    ]
    assert "13311112222" not in str(list(AuditEntry.objects.values()))
