"""What can be done with a sheet: look at what a file would change, take it in as a whole, drop it, and give the rows out."""

import hashlib
from datetime import datetime
from typing import IO

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access, sealed
from shengkang.organization.models import Approval, ImportRun, Station, User
from shengkang.organization.services import approval_in_force, ask_approval
from shengkang.organization.sheets import workbook
from shengkang.organization.sheets.nails import Scene, Sheet, find
from shengkang.organization.sheets.plan import CHANGED, NEW, Plan, fingerprint, pack, unpack

COMMIT = ("import_excel", "commit")
EXPORT = ("export_personal", "create")
EXPORT_MINORS = ("minor_record", "export")


class ImportOver(RuleViolation):
    """The run was committed, refused or dropped already, or there is nothing in it to commit."""


class ImportCollided(RuleViolation):
    """Somebody wrote one of the same things in the same moment."""


class SheetNotYours(RuleViolation):
    """Such rows may not be written by this person, one by one or by the hundred."""


def _plan(sheet: Sheet, content: bytes, scene: Scene) -> Plan:
    """What the file would do now. Raises workbook.SheetRefused."""
    plan, rows = workbook.read(sheet, content)
    sheet.plan(plan, rows, scene)
    return plan


def _note_picture(run: ImportRun, plan: Plan, content: bytes, open_as: str) -> None:
    """Put the picture into the run; the file stays only where there is something to commit."""
    picture = plan.picture()
    counts = picture["counts"]
    run.new, run.changed, run.same, run.errors = counts["new"], counts["changed"], counts["same"], counts["errors"]
    run.fingerprint, run.picture_sealed = fingerprint(picture), pack(picture)
    if run.errors:
        run.status = ImportRun.Status.REFUSED
    else:
        run.status = open_as if run.new or run.changed else ImportRun.Status.IDLE
    run.file_sealed = sealed.seal_bytes(content) if run.is_open else None


@transaction.atomic
def plan_import(*, station: Station, sheet: Sheet, file_name: str, content: bytes, by: User, at: datetime) -> ImportRun:
    """Look at what a file would change; nothing is written but the run with its picture.

    `content`: an .xlsx file, at most 2 MB and `sheet.most_rows` rows. Raises workbook.SheetRefused for the file as a whole; mistakes in
    cells are in the picture, and a run with mistakes cannot be committed. Raises SheetNotYours.
    """
    _must_be_theirs(sheet, by)
    plan = _plan(sheet, content, Scene(station, by, at))
    run = ImportRun(
        station=station,
        sheet=sheet.key,
        file_name=file_name.rpartition("/")[2][-120:],
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=by,
        uploaded_at=at,
    )
    _note_picture(run, plan, content, ImportRun.Status.PLANNED)
    run.save()
    audit.note_deed(verb="plan_import", about=run, by=by, at=at, detail={"sheet": sheet.key, **plan.counts})
    return run


def _must_be_theirs(sheet: Sheet, by: User) -> None:
    if not access.may(by, *sheet.cell):
        raise SheetNotYours(_("Your role does not write such rows. Ask a chief of your station to send this file."))


@transaction.atomic
def commit_import(*, run: ImportRun, seen: str, by: User, at: datetime) -> ImportRun:
    """Take a file in, all of it or nothing. `seen`: the fingerprint of the picture that was agreed to.

    What it would do is worked out again; where that differs from what was seen, nothing is written and the run comes back as
    "stale" with the new picture. An officer needs an approval in force for this very run (cell import_excel.commit).
    Raises ApprovalNeeded, SheetNotYours, ImportOver, ImportCollided, and the refusals of the sheet's verbs.
    """
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    sheet = find(run.sheet)
    if not run.is_open or sheet is None:
        raise ImportOver(_("This file was already taken in or dropped. Send it again if it is still needed."))
    _must_be_theirs(sheet, by)
    if not access.may(by, *COMMIT):
        approval_in_force(obj=COMMIT[0], action=COMMIT[1], target_ref=audit.ref(run), by=by, at=at)
    with connection.cursor() as cursor:
        # Two files of one sheet queue here; the second one is then planned on what the first one wrote.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {run.station_id} {run.sheet}"])
    content = sealed.open_sealed_bytes(run.file_sealed)
    scene = Scene(run.station, by, at)
    plan = _plan(sheet, content, scene)
    if fingerprint(plan.picture()) != seen:
        _note_picture(run, plan, content, ImportRun.Status.STALE)
        run.save()
        return run
    try:
        with transaction.atomic():
            written = sheet.write(plan, scene)
    except IntegrityError as error:
        raise ImportCollided(
            _("Somebody wrote one of these rows in the same moment. Nothing was taken in; look at the picture again.")
        ) from error
    run.status, run.committed_by, run.committed_at, run.file_sealed = ImportRun.Status.COMMITTED, by, at, None
    run.save()
    detail = {"sheet": sheet.key, "sha256": run.sha256, NEW: run.new, CHANGED: run.changed, **written}
    audit.note_deed(verb="commit_import", about=run, by=by, at=at, detail=detail)
    return run


@transaction.atomic
def drop_import(*, run: ImportRun, by: User | None, at: datetime) -> ImportRun:
    """Throw the file and its picture away; what was committed stays. Twice is once."""
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.file_sealed is None and run.picture_sealed is None:
        return run
    if run.is_open:
        run.status = ImportRun.Status.DROPPED
    run.file_sealed = run.picture_sealed = None
    run.save()
    audit.note_deed(verb="drop_import", about=run, by=by, at=at)
    return run


def forget_imports(*, at: datetime) -> int:
    """Throw away every file and picture older than a day; returns how many runs were emptied."""
    old = ImportRun.objects.lying_around(at)
    for run in old:
        drop_import(run=run, by=None, at=at)
    return len(old)


def picture_of(run: ImportRun) -> dict | None:
    """The picture of a run, None when it was thrown away."""
    return unpack(run.picture_sealed) if run.picture_sealed else None


# Out


def export_ref(sheet: Sheet) -> str:
    """The text by which approvals and looks name the export of a sheet."""
    return f"sheet:{sheet.key}"


def approval_to_export(*, sheet: Sheet, by: User, at: datetime) -> Approval | None:
    """The approval that opens a personal sheet now, None for a sheet that needs none. Raises ApprovalNeeded."""
    if not sheet.personal:
        return None
    return approval_in_force(obj=EXPORT[0], action=EXPORT[1], target_ref=export_ref(sheet), by=by, at=at)


def ask_to_export(*, sheet: Sheet, reason: str, by: User, at: datetime) -> Approval:
    """Ask for an approval to export a personal sheet. Raises ApprovalRefused."""
    return ask_approval(obj=EXPORT[0], action=EXPORT[1], target_ref=export_ref(sheet), reason=reason, by=by, at=at)


def _with_minors(sheet: Sheet, by: User, at: datetime) -> bool:
    """Records of minors leave the house under an approval of their own (cell minor_record.export), never along with others."""
    obj, action = EXPORT_MINORS
    opened = Approval.objects.in_force(at).filter(asked_by=by, obj=obj, action=action, target_ref=export_ref(sheet))
    return opened.exists()


@transaction.atomic
def export_sheet(*, sheet: Sheet, station: Station, by: User, at: datetime) -> IO[bytes]:
    """The station's rows of a sheet as a workbook that can be taken in again; ID numbers are never in it.

    A personal sheet needs an approval in force; who took it out, how many rows and why is written down before the file leaves.
    Raises ApprovalNeeded.
    """
    approval = approval_to_export(sheet=sheet, by=by, at=at)
    scene = Scene(station, by, at, with_minors=_with_minors(sheet, by, at))
    file, count = workbook.write(sheet, sheet.rows(scene))
    reason = approval.reason if approval else ""
    audit.note_look(what="export", about=f"{export_ref(sheet)} rows:{count}", by=by, at=at, reason=reason)
    return file
