"""A backup is taken for the day it is needed: what comes back is counted, and what is not whole is refused."""

import json
import stat
import tarfile
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connections

from points.models import Seal, Transfer
from points.services import seal_ledger
from shengkang.attachments.services import attach
from shengkang.audit.models import AuditEntry
from shengkang.organization import backups, services
from shengkang.organization.backups import nails
from shengkang.organization.backups.folder import SUMS, sum_of
from shengkang.organization.models import Person
from tests import station
from tests.attachments.test_services import PDF
from tests.conftest import _point_at
from tests.points.makers import make_wallet
from tests.world import NOW, make_world

NUMBER = "11010519491231002X"


@pytest.fixture
def place(committed, settings, tmp_path):
    """A station with people, a sealed ledger, an ID number and a picture; yields its world and the folder of backups."""
    settings.MEDIA_ROOT = tmp_path / "media"
    world = make_world()
    make_wallet(world.here, points=120)
    seal_ledger(at=NOW)
    person = services.register_person(
        station=world.here.station, village=world.here.villages[0], name="高某", by=world.here.officer, at=NOW, id_number=NUMBER
    )
    attach(owner=person, station=world.here.station, upload=SimpleUploadedFile("agreed.pdf", PDF), by=world.here.officer, at=NOW)
    world.folder, world.person = tmp_path / "backups", person
    return world


@pytest.fixture
def empty(place, worker_database, settings, tmp_path):
    """A function that moves the station to a database without a table and a folder without a file."""
    name = f"{worker_database}_empty"
    back = connections["owner"].settings_dict["NAME"]

    def move():
        with station._owner() as cursor:
            station._patiently(cursor, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            station._patiently(cursor, f'CREATE DATABASE "{name}" TEMPLATE template0')
        _point_at(name)
        settings.MEDIA_ROOT = tmp_path / "new" / "media"

    yield move
    _point_at(back)
    station.drop(name)


def take(place, at=NOW, kept=14) -> Path:
    return backups.take(into=place.folder, kept=kept, at=at)


def manifest_of(folder) -> dict:
    return json.loads((folder / "manifest.json").read_text())


def restored(folder, **options) -> str:
    told = StringIO()
    call_command("restore", folder, into_empty=True, stdout=told, **options)
    return told.getvalue()


def test_a_database_that_has_tables_is_not_written_over(place):
    folder = take(place)
    before = Person.objects.count()
    with pytest.raises(CommandError, match="is not empty"):
        restored(folder)
    assert Person.objects.count() == before


def test_a_folder_that_has_files_is_not_written_over(place, empty, settings):
    folder = take(place)
    empty()
    settings.MEDIA_ROOT.mkdir(parents=True)
    (settings.MEDIA_ROOT / "kept.txt").write_text("kept")
    with pytest.raises(CommandError, match="has files already"):
        restored(folder)
    assert backups.database.tables() == []


@pytest.mark.parametrize("name", ["database.dump", "media.tar", "manifest.json"])
def test_one_flipped_byte_is_enough_to_refuse(place, empty, name):
    folder = take(place)
    empty()
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(CommandError, match=f"damaged: {name}"):
        restored(folder)
    assert backups.database.tables() == []


def test_a_folder_without_sums_is_no_backup(place, tmp_path):
    with pytest.raises(CommandError, match="no whole backup"):
        restored(tmp_path)


def test_without_the_keys_of_that_station_nothing_is_restored(place, empty, settings):
    folder = take(place)
    empty()
    settings.FIELD_KEYS = ["test:" + "22" * 32]
    with pytest.raises(CommandError, match="FIELD_KEYS lacks the key test"):
        restored(folder)
    assert backups.database.tables() == []
    restored(folder, without_keys=True)
    assert Person.objects.get(pk=place.person.pk).name == "高某"


def test_a_backup_of_a_younger_program_is_refused(place, empty):
    folder = take(place)
    empty()
    manifest = manifest_of(folder) | {"migrations": ["points.0999_from_tomorrow"]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    sums = (folder / SUMS).read_text().splitlines()
    sums = [line if "manifest" not in line else f"{sum_of(folder / 'manifest.json')}  manifest.json" for line in sums]
    (folder / SUMS).write_text("\n".join(sums) + "\n")
    with pytest.raises(CommandError, match=r"points\.0999_from_tomorrow"):
        restored(folder)


def test_a_count_that_differs_is_not_passed_over(place, empty):
    folder = take(place)
    empty()
    manifest = manifest_of(folder)
    manifest["rows"]["organization_person"] += 1
    (folder / "manifest.json").write_text(json.dumps(manifest))
    sums = (folder / SUMS).read_text().splitlines()
    sums = [line if "manifest" not in line else f"{sum_of(folder / 'manifest.json')}  manifest.json" for line in sums]
    (folder / SUMS).write_text("\n".join(sums) + "\n")
    with pytest.raises(CommandError, match="organization_person"):
        restored(folder)


def test_what_comes_back_is_what_was_there(place, empty, settings):
    folder = take(place)
    rows, mark = manifest_of(folder)["rows"], nails.marks("owner")["points"]
    names = list(Person.objects.order_by("pk").values_list("name", "phone"))
    sealed = list(Seal.objects.order_by("pk").values_list("root", "last_id"))
    files = {path.name: path.read_bytes() for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()}
    assert mark["sealed_up_to"] == Transfer.objects.latest("pk").pk
    assert files
    empty()
    told = restored(folder)
    assert "every table, file and seal as it was" in told
    # One row more: that the restoring itself was noted.
    assert backups.database.rows() == rows | {"audit_auditentry": rows["audit_auditentry"] + 1}
    assert list(Person.objects.order_by("pk").values_list("name", "phone")) == names
    assert list(Seal.objects.order_by("pk").values_list("root", "last_id")) == sealed
    assert {path.name: path.read_bytes() for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()} == files
    assert services.sealed.open_sealed(Person.objects.get(pk=place.person.pk).id_number_sealed) == NUMBER
    call_command("verify_ledger", stdout=StringIO())


def test_the_restored_station_is_guarded_and_works_on(place, empty):
    folder = take(place)
    empty()
    restored(folder)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('points_transfer', 'INSERT'), has_table_privilege('audit_auditentry', 'DELETE')"
        )
        assert cursor.fetchone() == (False, False)
        cursor.execute(
            "SELECT count(*) FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
            " AND EXISTS (SELECT 1 FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0)"
        )
        assert cursor.fetchone() == (0,)
    before = Transfer.objects.latest("pk").pk
    make_wallet(place.there, points=30)
    assert Transfer.objects.latest("pk").pk > before
    seal_ledger(at=NOW + timedelta(days=1))
    call_command("verify_ledger", stdout=StringIO())


def test_only_the_newest_stay_and_the_newest_always_does(place):
    nights = [take(place, at=NOW + timedelta(days=day), kept=2) for day in range(3)]
    assert backups.good_ones(place.folder) == nights[1:]
    with pytest.raises(backups.BackupRefused, match="at least 1"):
        take(place, kept=0)


def test_a_backup_that_fails_leaves_the_older_ones_and_no_half_one(place):
    night = take(place)
    owner = connections["owner"]
    kept, owner.settings_dict["PASSWORD"] = owner.settings_dict["PASSWORD"], "wrong"
    try:
        with pytest.raises(backups.BackupRefused, match="pg_dump failed"):
            take(place, at=NOW + timedelta(days=1))
    finally:
        owner.settings_dict["PASSWORD"] = kept
    assert [path.name for path in place.folder.glob("shengkang-*")] == [night.name]


def test_the_files_are_for_their_owner_only_and_no_password_is_in_them(place):
    folder = take(place)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    for secret in (connections["owner"].settings_dict["PASSWORD"], "11" * 32):
        assert all(secret.encode() not in path.read_bytes() for path in folder.iterdir())


def test_a_backup_is_noted_so_that_a_check_can_miss_it(place):
    told = StringIO()
    call_command("backup", place.folder, stdout=told)
    assert "1 backup is kept here" in told.getvalue()
    noted = AuditEntry.objects.get(verb="backup")
    (folder,) = backups.good_ones(place.folder)
    assert noted.detail["name"] == folder.name
    assert noted.detail["rows"] == sum(manifest_of(folder)["rows"].values())


def test_an_archive_that_points_outside_is_refused(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "inside.txt").write_text("x")
    with tarfile.open(tmp_path / "bad.tar", "w") as archive:
        archive.add(tmp_path / "a" / "inside.txt", arcname="../outside.txt")
    with pytest.raises(backups.BackupRefused, match="outside"):
        backups.folder.unpack(tmp_path / "bad.tar", tmp_path / "into")
    assert not (tmp_path / "outside.txt").exists()
