"""The ID number, sealed."""

import logging

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from shengkang.audit.models import AccessEntry
from shengkang.audit.services import ref
from shengkang.organization import sealed, services
from shengkang.organization.models import Person
from tests.world import NOW

# A made-up number with a true check character.
NUMBER = "42062519800101001"
NUMBER += "10X98765432"[sum(int(d) * (2 ** (17 - i) % 11) for i, d in enumerate(NUMBER)) % 11]


def register(place, **fields):
    return services.register_person(
        station=place.station, village=place.villages[0], name="测试人", id_number=NUMBER, by=place.officer, at=NOW, **fields
    )


def test_an_altered_seal_is_refused():
    altered = bytearray(sealed.seal(NUMBER))
    altered[-1] ^= 1
    with pytest.raises(InvalidTag):
        sealed.open_sealed(bytes(altered))


def test_a_seal_of_a_lost_key_is_refused(settings):
    kept = sealed.seal(NUMBER)
    settings.FIELD_KEYS = ["other:" + "22" * 32]
    with pytest.raises(KeyError):
        sealed.open_sealed(kept)


@pytest.mark.parametrize("number", [NUMBER[:-1] + "Y", NUMBER[:-1], "42062519801301001X", "", "一" * 18])
def test_a_mistyped_number_is_refused(number):
    with pytest.raises(services.IdNumberInvalid):
        services.check_id_number(number)


def test_the_same_number_twice_at_a_station_is_refused_and_another_station_may_have_it(world):
    register(world.here)
    with pytest.raises(services.AlreadyKnown):
        register(world.here)
    register(world.there)


def test_each_sealing_differs_and_the_blind_index_is_equal():
    first, second = sealed.seal(NUMBER), sealed.seal(NUMBER)
    assert first != second
    assert NUMBER.encode() not in first
    assert sealed.open_sealed(first) == sealed.open_sealed(second) == NUMBER
    assert sealed.blind_index(NUMBER) == sealed.blind_index(f" {NUMBER.lower()} ")
    assert NUMBER not in sealed.blind_index(NUMBER)


def test_a_rotation_opens_the_old_seals_the_new_key_and_finds_both(settings):
    before, index = sealed.seal(NUMBER), sealed.blind_index(NUMBER)
    settings.FIELD_KEYS = ["newer:" + "33" * 32, *settings.FIELD_KEYS]
    after = sealed.seal(NUMBER)
    assert after.startswith(b"newer:")
    assert sealed.open_sealed(before) == sealed.open_sealed(after) == NUMBER
    assert sealed.blind_index(NUMBER) == index


def test_the_database_holds_no_number_in_the_clear(world):
    person = register(world.here)
    with connection.cursor() as cursor:
        for table in ("organization_person", "organization_personevent", "audit_auditentry"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            assert not [row for (row,) in cursor.fetchall() if NUMBER in row]
    assert sealed.open_sealed(Person.objects.get(pk=person.pk).id_number_sealed) == NUMBER


def test_nobody_is_shown_the_number_without_an_approval(world):
    person = register(world.here)
    with pytest.raises(services.ApprovalNeeded):
        services.show_id_number(person=person, by=world.here.officer, at=NOW)
    assert AccessEntry.objects.count() == 0


def test_the_desk_shows_the_number_on_one_page_only_and_logs_the_look(world, client, caplog, capsys):
    person, officer, chief = register(world.here), world.here.officer, world.here.station_chief
    pages = [reverse("admin:organization_person_change", args=[person.pk]), reverse("admin:organization_person_changelist")]
    show = reverse("admin:organization_person_show_id_number", args=[person.pk])
    client.force_login(officer)
    with caplog.at_level(logging.DEBUG):
        assert client.post(show).status_code == 403
        ask = reverse("admin:organization_person_ask_id_number", args=[person.pk])
        assert client.post(ask, {"reason": "case 7"}).status_code == 302
        services.decide_approval(approval=officer.approvals_asked.get(), grant=True, by=chief, at=timezone.now())
        shown = client.post(show)
        bodies = [client.get(page).content.decode() for page in [*pages, show]]
    assert NUMBER in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert not [body for body in bodies if NUMBER in body]
    assert NUMBER not in caplog.text + capsys.readouterr().out
    looks = AccessEntry.objects.values_list("by_ref", "what", "object_ref", "reason")
    assert list(looks) == [(ref(officer), "id_number", ref(person), "case 7")]


def test_a_refused_registration_does_not_echo_into_the_log(world, client, caplog, capsys):
    client.force_login(world.here.officer)
    body = {"name": "测试人", "village": world.here.villages[0].pk, "phone": "", "birth_year": "", "id_number": NUMBER[:-1] + "0"}
    with caplog.at_level(logging.DEBUG):
        answer = client.post(reverse("admin:organization_person_add"), body)
    assert answer.status_code in (200, 409)
    assert NUMBER[:-1] not in caplog.text + capsys.readouterr().out
