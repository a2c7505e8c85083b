"""A village's list of homes comes in as people send it: refused by cell, mended, looked at, agreed to, and taken out again."""

from datetime import datetime
from zoneinfo import ZoneInfo

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from households.models import Home
from shengkang.audit.models import AccessEntry, AuditEntry
from shengkang.organization.models import Approval, ImportRun
from tests.journeys.visitor import Visitor
from tests.organization.sheet_files import body, sheet_file, table

KEYS = ("village", "group", "door", "householder", "head")
NOON = datetime(2026, 3, 11, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def page(name, *args):
    return reverse(f"admin:organization_importrun_{name}", args=args)


def sent(visitor, rows) -> ImportRun:
    """The file goes in by the form; one is led to its picture."""
    file = SimpleUploadedFile("贾庙村住户.xlsx", sheet_file("homes", KEYS, rows))
    led_to = visitor.do(f"{page('add')}?sheet=homes", page("add"), sheet="homes", file=file)
    run = ImportRun.objects.latest("pk")
    assert led_to == page("change", run.pk)
    return run


def test_a_list_of_homes_comes_in_and_goes_out(town):
    here = town.here
    with time_machine.travel(NOON, tick=False):
        officer, chief = Visitor(here.officer), Visitor(here.station_chief)
        village, phone = here.villages[0].name, here.household_head.phone
        assert page("template", "homes") in officer.read(page("changelist"))
        template = table(body(officer.get(page("template", "homes"))))
        assert len(template) == 1

        # Mistakes are named by row and column, and nothing of the file is kept.
        bad = [[village, None, 21, "祁大海", float(phone)], ["别处村", None, 22, "祁二海", None], [village, None, 23, None, "无"]]
        run = sent(officer, bad)
        picture = officer.get(page("change", run.pk)).context
        assert [(row, letter) for row, letter, _header, _message in picture["faults"]] == [(3, "A"), (4, "D"), (4, "E")]
        assert (run.status, run.file_sealed, [verb["name"] for verb in picture["verbs"]]) == ("refused", None, ["drop"])

        # Mended: the picture shows what will change, and a second person opens the way.
        first = here.homes[0]
        good = [[village, None, 21, "祁大海", float(phone)], [village, None, "22 号", "'=HYPERLINK(1)", None]]
        run = sent(officer, [*good, [village, None, first.address.door, "祁满仓之子", None]])
        context = officer.get(page("change", run.pk)).context
        assert [(line["row"], line["kind"]) for line in context["lines"]] == [(2, "new"), (3, "new"), (4, "changed")]
        assert context["lines"][2]["changes"][0][1:] == [first.householder, "祁满仓之子"]
        assert officer.get(page("commit", run.pk)).status_code == 403
        officer.do(page("ask_commit", run.pk), reason="村里新登记")
        approval = Approval.objects.get()
        chief.do(reverse("admin:organization_approval_grant", args=[approval.pk]), hours=2)
        assert Home.objects.filter(station=here.station).count() == 3
        officer.do(page("commit", run.pk))
        assert Home.objects.filter(station=here.station).count() == 5
        run.refresh_from_db()
        assert (run.status, run.committed_by, run.file_sealed) == ("committed", here.officer, None)
        assert AuditEntry.objects.get(verb="commit_import").detail["new"] == 2

        # Her new home is on the head's phone.
        assert "祁大海" in Visitor(here.household_head).read(reverse("households:homes"))

        # The same file again has nothing to offer.
        again = sent(officer, [*good, [village, None, first.address.door, "祁满仓之子", None]])
        context = officer.get(page("change", again.pk)).context
        assert (again.status, again.same, [verb["name"] for verb in context["verbs"]]) == ("idle", 3, ["drop"])
        assert Home.objects.filter(station=here.station).count() == 5

        # Out: not without an approval; formulas are texts; who took it, and how much, is written down.
        assert officer.get(page("export", "homes")).status_code == 403
        officer.do(page("ask_export", "homes"), reason="与村委会核对")
        asked = Approval.objects.get(obj="export_personal")
        chief.do(reverse("admin:organization_approval_grant", args=[asked.pk]), hours=2)
        file = officer.send(page("export", "homes"))
        rows = table(body(file))
        assert len(rows) == 6
        assert "'=HYPERLINK(1)" in {row[3] for row in rows}
        look = AccessEntry.objects.get(what="export")
        assert (look.object_ref, look.reason) == ("sheet:homes rows:5", "与村委会核对")
        assert look.by_ref == f"organization.User:{here.officer.pk}"
