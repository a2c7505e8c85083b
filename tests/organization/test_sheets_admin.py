"""Excel at the desk: the centre, the picture, and who gets which button."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from points.models import Item
from shengkang.audit.models import AccessEntry
from shengkang.organization.admin.sheets import BAR, bar_of
from shengkang.organization.models import Approval, ImportRun
from shengkang.organization.sheets import workbook
from shengkang.organization.sheets.nails import sheets
from tests.organization.sheet_files import body, sheet_file, table
from tests.organization.test_sheets_services import send

GOODS = ("name", "measure", "points")


def url(page, *args):
    return reverse(f"admin:organization_importrun_{page}", args=args)


@pytest.fixture
def chief(world, client):
    client.force_login(world.here.station_chief)
    return client


@pytest.fixture
def desk(world, client):
    client.force_login(world.here.officer)
    return client


def upload(client, content, key="items", name="货品.xlsx"):
    return client.post(url("add"), {"sheet": key, "file": SimpleUploadedFile(name, content)})


def test_who_has_no_business_with_excel_finds_nothing(world, client):
    for user in (world.here.aux_police, world.here.administrator, world.here.household_head):
        client.force_login(user)
        for page in (url("changelist"), url("add"), url("template", "items"), url("export", "items"), url("ask_export", "homes")):
            assert client.get(page).status_code == 404, (user, page)


def test_a_run_of_another_or_of_the_other_station_does_not_exist(world, desk):
    for run in (send(world.here, [["米", "袋", 3]]), send(world.there, [["米", "袋", 3]])):
        for page in ("change", "commit", "drop", "ask_commit"):
            assert desk.get(url(page, run.pk)).status_code == 404


@pytest.mark.parametrize("content", [b"", b"name,pieces", b"\x00" * (workbook.MOST_BYTES + 1)], ids=["empty", "csv", "large"])
def test_a_file_that_is_refused_is_said_on_the_form(chief, content):
    answer = upload(chief, content)
    assert answer.status_code in (200, 409)
    assert answer.context["form"].errors
    assert not ImportRun.objects.exists()


def test_a_file_with_mistakes_is_no_success(chief):
    upload(chief, sheet_file("items", GOODS, [["米", "", 3]]))
    run = ImportRun.objects.get()
    assert run.status == ImportRun.Status.REFUSED
    told = list(chief.get(url("change", run.pk)).context["messages"])
    assert [message.level_tag for message in told] == ["warning"]


def test_an_officer_is_not_offered_sheets_he_may_not_write(desk):
    page = desk.get(url("changelist"))
    rows = {row["template_url"]: row["upload_url"] for row in page.context["sheets"]}
    assert not rows[url("template", "heads")]
    assert rows[url("template", "items")] == f"{url('add')}?sheet=items"
    assert len(rows) == len(sheets())
    form = desk.get(f"{url('add')}?sheet=items").context["form"]
    assert form.initial["sheet"] == "items"
    assert "heads" not in dict(form.fields["sheet"].choices)


def test_an_officer_without_approval_sees_the_picture_and_may_only_ask(world, desk):
    upload(desk, sheet_file("items", GOODS, [["米", "袋", 3]]))
    run = ImportRun.objects.get()
    names = [verb["name"] for verb in desk.get(url("change", run.pk)).context["verbs"]]
    assert names == ["ask_commit", "drop"]
    assert desk.post(url("commit", run.pk), {"seen": run.fingerprint}).status_code == 403
    assert desk.post(url("ask_commit", run.pk), {"reason": "月初进货"}).status_code == 302
    assert Approval.objects.get().target_ref == f"organization.ImportRun:{run.pk}"
    names = [verb["name"] for verb in desk.get(url("change", run.pk)).context["verbs"]]
    assert names == ["drop"]
    assert not Item.objects.exists()


def test_the_picture_says_what_will_change_and_says_so_once_it_changed(world, chief):
    Item.objects.create(station=world.here.station, name="米", measure="包")
    answer = upload(chief, sheet_file("items", GOODS, [["米", "袋", 3], ["面", "袋", 4]]))
    run = ImportRun.objects.get()
    assert answer.headers["Location"] == url("change", run.pk)
    page = chief.get(url("change", run.pk))
    assert [(line["row"], line["kind"]) for line in page.context["lines"]] == [(2, "changed"), (3, "new")]
    assert [verb["name"] for verb in page.context["verbs"]] == ["commit", "drop"]
    assert "style=" not in page.content.decode().partition("import-bar")[2]
    Item.objects.filter(name="米").update(measure="袋")
    again = chief.post(url("commit", run.pk), {"seen": run.fingerprint}, follow=True)
    assert [message.level_tag for message in again.context["messages"]] == ["warning"]
    run.refresh_from_db()
    assert (run.status, Item.objects.count()) == ("stale", 1)
    done = chief.post(url("commit", run.pk), {"seen": run.fingerprint}, follow=True)
    assert [message.level_tag for message in done.context["messages"]] == ["success"]
    assert Item.objects.count() == 2


def test_a_long_picture_has_pages(chief):
    upload(chief, sheet_file("items", GOODS, [[f"货{no}", "袋", 3] for no in range(230)]))
    run = ImportRun.objects.get()
    page = chief.get(url("change", run.pk), {"page": 3})
    assert (page.status_code, len(page.context["lines"]), page.context["page_obj"].paginator.num_pages) == (200, 30, 3)


def test_a_dropped_run_has_no_picture_and_no_verbs(chief):
    upload(chief, sheet_file("items", GOODS, [["米", "袋", 3]]))
    run = ImportRun.objects.get()
    assert chief.post(url("drop", run.pk)).status_code == 302
    page = chief.get(url("change", run.pk))
    assert (page.context["picture"], page.context["verbs"]) == (None, [])


def test_looking_at_a_picture_of_people_is_written_down(world, chief):
    upload(chief, sheet_file("homes", ("village", "door", "householder"), [["试1村1", "9号", "张三"]]), key="homes")
    chief.get(url("change", ImportRun.objects.get().pk))
    assert AccessEntry.objects.filter(what="import").count() == 1


def test_goods_are_exported_without_an_approval_people_are_not(world, desk):
    Item.objects.create(station=world.here.station, name="=米", measure="袋")
    assert table(body(desk.post(url("export", "items"))))[1][:2] == ("'=米", "袋")
    assert desk.get(url("export", "homes")).status_code == 403
    assert desk.post(url("export", "homes")).status_code == 403
    assert desk.get(url("export", "nothing")).status_code == 404
    assert desk.post(url("ask_export", "homes"), {"reason": ""}).status_code == 200
    assert desk.post(url("ask_export", "homes"), {"reason": "核对"}).status_code == 302
    assert Approval.objects.get().target_ref == "sheet:homes"
    assert desk.post(url("ask_export", "homes"), {"reason": "核对"}).status_code == 302


@pytest.mark.parametrize("sheet", sheets(), ids=lambda sheet: sheet.key)
def test_every_template_has_its_headers(desk, sheet):
    answer = desk.get(url("template", sheet.key))
    assert "attachment" in answer.headers["Content-Disposition"]
    headers = [str(cell).rstrip("*") for cell in table(body(answer))[0]]
    assert headers == [str(column.header) for column in sheet.columns]
    assert len(set(headers)) == len(headers)


def test_the_list_costs_the_same_with_one_run_and_three(world, chief, django_assert_num_queries):
    send(world.here, [["米", "袋", 3]])
    chief.get(url("changelist"))
    with CaptureQueriesContext(connection) as one:
        assert chief.get(url("changelist")).status_code == 200
    send(world.here, [["面", "袋", 3]], by=world.here.officer)
    send(world.here, [["油", "袋", 3]])
    with django_assert_num_queries(len(one)):
        chief.get(url("changelist"))
    assert "file_sealed" not in str(one.captured_queries)


def test_a_piece_of_the_bar_that_is_there_can_be_seen():
    pieces = bar_of({"new": 1, "changed": 0, "same": 99_999, "errors": 0})
    assert [piece["kind"] for piece in pieces] == ["new", "changed", "same", "errors"]
    assert (pieces[0]["width"], pieces[1]["width"], pieces[2]["x"]) == ("6.0", "0.0", "6.0")
    assert bar_of({"new": 0, "changed": 0, "same": 0, "errors": 0})[0]["width"] == "0.0"
    assert sum(float(piece["width"]) for piece in bar_of({"new": 5, "changed": 5, "same": 5, "errors": 5})) == BAR
