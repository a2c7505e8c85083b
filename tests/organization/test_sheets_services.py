"""A file is looked at, agreed to, and taken in as a whole; what lies around names people and does not lie around for long."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from points.models import Item
from shengkang.audit.models import AccessEntry, AuditEntry
from shengkang.organization import services as organization
from shengkang.organization.models import ImportRun
from shengkang.organization.models.sheets import KEPT
from shengkang.organization.services import ApprovalNeeded
from shengkang.organization.sheets import services
from shengkang.organization.sheets.nails import Scene, find
from shengkang.organization.sheets.services import ImportCollided, ImportOver, SheetNotYours
from shengkang.organization.tasks import forget_imports
from tests.organization.sheet_files import sheet_file, table
from tests.world import NOW

GOODS = ("name", "measure", "points")


def send(place, rows, by=None, key="items", keys=GOODS, at=NOW):
    content = sheet_file(key, keys, rows)
    return services.plan_import(
        station=place.station, sheet=find(key), file_name="货品.xlsx", content=content, by=by or place.station_chief, at=at
    )


def commit(run, by, at=NOW, seen=None):
    return services.commit_import(run=run, seen=seen or run.fingerprint, by=by, at=at)


def counts(run):
    return run.new, run.changed, run.same, run.errors


def test_who_may_not_write_such_rows_sends_no_file_of_them(world):
    here = world.here
    with pytest.raises(SheetNotYours):
        send(here, [["米", "袋", 3]], by=here.aux_police)
    with pytest.raises(SheetNotYours):
        send(here, [], by=here.officer, key="heads", keys=("village", "name", "phone", "from_day"))


def test_a_file_with_mistakes_is_not_committed_and_not_kept(world):
    chief = world.here.station_chief
    run = send(world.here, [["米", "袋", 0], ["面", "袋", 4]])
    assert (run.status, counts(run), run.file_sealed) == ("refused", (1, 0, 0, 1), None)
    assert [fault[:3] for fault in services.picture_of(run)["faults"]] == [[2, "C", str(find("items").column("points").header)]]
    with pytest.raises(ImportOver):
        commit(run, chief)
    assert not Item.objects.exists()


def test_an_officer_needs_an_approval_for_this_very_run(world):
    here = world.here
    run, other = send(here, [["米", "袋", 3]], by=here.officer), send(here, [["面", "袋", 3]], by=here.officer)
    with pytest.raises(ApprovalNeeded):
        commit(run, here.officer)
    approval = organization.ask_approval(
        obj="import_excel", action="commit", target_ref=f"organization.ImportRun:{run.pk}", reason="月初", by=here.officer, at=NOW
    )
    with pytest.raises(ApprovalNeeded):
        commit(run, here.officer)
    organization.decide_approval(approval=approval, grant=True, hours=2, by=here.station_chief, at=NOW)
    with pytest.raises(ApprovalNeeded):
        commit(other, here.officer)
    with pytest.raises(ApprovalNeeded):
        commit(run, here.officer, at=NOW + timedelta(hours=3))
    assert commit(run, here.officer).status == "committed"


def test_a_file_is_taken_in_once_and_then_says_that_all_is_the_same(world):
    chief = world.here.station_chief
    run = send(world.here, [["米", "袋", 3], ["面", "袋", 4]])
    assert (run.status, counts(run)) == ("planned", (2, 0, 0, 0))
    assert not Item.objects.exists()
    run = commit(run, chief)
    assert (run.status, run.committed_by, run.file_sealed) == ("committed", chief, None)
    assert sorted(Item.objects.values_list("name", flat=True)) == ["米", "面"]
    deed = AuditEntry.objects.get(verb="commit_import")
    assert (deed.detail["new"], deed.object_ref) == (2, f"organization.ImportRun:{run.pk}")
    assert "米" not in str(deed.detail)
    with pytest.raises(ImportOver):
        commit(run, chief)
    again = send(world.here, [["米", "袋", 3], ["面", "袋", 4]])
    assert (again.status, counts(again), again.file_sealed) == ("idle", (0, 0, 2, 0), None)
    with pytest.raises(ImportOver):
        commit(again, chief)


def test_what_changed_meanwhile_is_shown_instead_of_written(world):
    chief = world.here.station_chief
    run = send(world.here, [["米", "袋", 3], ["面", "袋", 4]])
    Item.objects.create(station=world.here.station, name="米", measure="包")
    stale = commit(run, chief)
    assert (stale.status, counts(stale)) == ("stale", (1, 1, 0, 0))
    assert not Item.objects.filter(name="面").exists()
    assert commit(stale, chief, seen=run.fingerprint).status == "stale"
    assert commit(stale, chief).status == "committed"
    assert Item.objects.get(name="米").measure == "袋"


def test_all_or_nothing(world, monkeypatch):
    sheet = find("items")

    def half(plan, scene):
        Item.objects.create(station=scene.station, name="米", measure="袋")
        Item.objects.create(station=scene.station, name="米", measure="袋")

    run = send(world.here, [["面", "袋", 4]])
    monkeypatch.setitem(vars(sheet), "write", half)
    with pytest.raises(ImportCollided):
        commit(run, world.here.station_chief)
    run.refresh_from_db()
    assert (run.status, Item.objects.count()) == ("planned", 0)


def test_the_database_keeps_no_file_of_a_run_that_is_over(world):
    run = send(world.here, [["米", "袋", 3]])
    for fields in ({"status": "committed"}, {"status": "dropped"}, {"file_sealed": None}, {"errors": 1, "status": "idle"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ImportRun.objects.filter(pk=run.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(uploaded_by=world.there.officer)


def test_file_and_picture_are_sealed_and_gone_after_a_day(world):
    run = send(world.here, [["米", "袋", 3]])
    assert "米".encode() not in bytes(run.picture_sealed)
    assert b"PK\x03\x04" not in bytes(run.file_sealed)[:40]
    assert services.forget_imports(at=NOW + KEPT - timedelta(minutes=1)) == 0
    assert services.forget_imports(at=NOW + KEPT) == 1
    run.refresh_from_db()
    assert (run.status, run.file_sealed, run.picture_sealed, services.picture_of(run)) == ("dropped", None, None, None)
    assert services.forget_imports(at=NOW + KEPT) == 0
    forget_imports()
    forget_imports()


def test_a_committed_run_keeps_its_state_when_its_picture_is_dropped(world):
    chief = world.here.station_chief
    run = commit(send(world.here, [["米", "袋", 3]]), chief)
    for _twice in range(2):
        run = services.drop_import(run=run, by=chief, at=NOW)
        assert (run.status, run.picture_sealed) == ("committed", None)


def test_each_sees_what_the_matrix_says(world):
    here = world.here
    mine, chiefs = send(here, [["米", "袋", 3]], by=here.officer), send(here, [["面", "袋", 3]])
    assert set(ImportRun.objects.visible_to(here.station_chief)) == {mine, chiefs}
    assert set(ImportRun.objects.visible_to(here.officer)) == {mine}
    for user in (here.aux_police, here.administrator, here.household_head, world.there.station_chief):
        assert not ImportRun.objects.visible_to(user).exists()


# Out


def test_nobody_takes_people_out_without_an_approval_of_this_sheet(world):
    here = world.here
    with pytest.raises(ApprovalNeeded):
        services.export_sheet(sheet=find("residents"), station=here.station, by=here.station_chief, at=NOW)
    approval = services.ask_to_export(sheet=find("homes"), reason="核对", by=here.officer, at=NOW)
    organization.decide_approval(approval=approval, grant=True, by=here.station_chief, at=NOW)
    with pytest.raises(ApprovalNeeded):
        services.export_sheet(sheet=find("residents"), station=here.station, by=here.officer, at=NOW)
    assert services.export_sheet(sheet=find("homes"), station=here.station, by=here.officer, at=NOW)
    look = AccessEntry.objects.get(what="export")
    assert (look.object_ref, look.reason, look.by_ref) == ("sheet:homes rows:3", "核对", f"organization.User:{here.officer.pk}")


def test_goods_go_out_neutralised_and_come_back_the_same(world):
    here = world.here
    commit(send(here, [["'=1+1", "袋", 3], ["'+米", "'@袋", 4]]), here.station_chief)
    assert set(Item.objects.values_list("name", "measure")) == {("=1+1", "袋"), ("+米", "@袋")}
    content = services.export_sheet(sheet=find("items"), station=here.station, by=here.officer, at=NOW).read()
    assert [row[:3] for row in table(content)[1:]] == [("'=1+1", "袋", 3), ("'+米", "'@袋", 4)]
    again = services.plan_import(
        station=here.station, sheet=find("items"), file_name="x.xlsx", content=content, by=here.officer, at=NOW
    )
    assert (again.status, counts(again)) == ("idle", (0, 0, 2, 0))


def test_an_export_holds_the_own_station_only(world):
    scene = Scene(world.here.station, world.here.officer, NOW)
    assert {row["householder"] for row in find("homes").rows(scene)} == {home.householder for home in world.here.homes}
