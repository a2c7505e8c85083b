"""Excel in and out at the desk: templates, uploads with a picture of what they would change, exports, and what was sent before."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_parts import AskingForm
from shengkang.organization.models import Approval, ImportRun
from shengkang.organization.selectors import day_of
from shengkang.organization.services import ask_approval
from shengkang.organization.sheets import nails, services, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_OF_A_PAGE = 100
# The bar of a picture is this wide, in its own units.
BAR = 1000
KINDS = (
    ("new", pgettext_lazy("row", "new")),
    ("changed", pgettext_lazy("row", "changed")),
    ("same", pgettext_lazy("row", "the same")),
    ("errors", pgettext_lazy("row", "mistakes")),
)


def _sheets_of(user) -> list[nails.Sheet]:
    """The sheets whose rows the user may write."""
    return [sheet for sheet in nails.sheets() if access.may(user, *sheet.cell)]


class UploadForm(VerbForm):
    sheet = forms.ChoiceField(label=pgettext_lazy("Excel", "what is in it"))
    file = forms.FileField(
        label=gettext_lazy("Excel file"),
        help_text=gettext_lazy("A filled-in template (.xlsx), at most 2 MB and 20,000 rows. Nothing is written yet."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [(sheet.key, sheet.title) for sheet in _sheets_of(self.user)]


class CommitForm(VerbForm):
    seen = forms.CharField(label=gettext_lazy("the picture that was agreed to"), widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.thing.fingerprint


def _upload(*, by, at, sheet, file):
    # One byte more than may be is enough to be refused.
    content = file.read(workbook.MOST_BYTES + 1)
    return services.plan_import(station=by.station, sheet=nails.find(sheet), file_name=file.name, content=content, by=by, at=at)


def _holds_p(user, cell) -> bool:
    return not access.may(user, *cell) and "P" in access.scopes(user, *cell)


def _asked(user, cell, target_ref) -> bool:
    """Whether a request is waiting or granted and in force."""
    mine = Approval.objects.filter(asked_by=user, obj=cell[0], action=cell[1], target_ref=target_ref)
    return mine.filter(decision=Approval.Decision.WAITING).exists() or mine.in_force(timezone.now()).exists()


def bar_of(counts: dict[str, int]) -> list[dict]:
    """The counts as one bar: where each piece begins and how wide it is, as texts for SVG; a piece that is there can be seen."""
    total, pieces, begins = sum(counts.values()) or 1, [], 0.0
    for kind, word in KINDS:
        width = max(counts[kind] / total * BAR, 6.0) if counts[kind] else 0.0
        pieces.append({"kind": kind, "word": word, "count": counts[kind], "x": f"{begins:.1f}", "width": f"{width:.1f}"})
        begins += width
    return pieces


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    access_object = "import_excel"
    add_action = "create"
    list_display = ["file_name", "sheet_title", "status", "new", "changed", "same", "errors", "uploaded_by", "uploaded_at"]
    list_filter = ["status"]
    search_fields = ["file_name"]
    list_select_related = ["uploaded_by"]
    fields = ["sheet_title", "status", "uploaded_by", "uploaded_at"]
    ordering = ["-uploaded_at", "-id"]
    change_list_template = "admin/organization/importrun/change_list.html"
    change_form_template = "admin/organization/importrun/change_form.html"
    opening = Verb(
        "upload",
        gettext_lazy("Send an Excel file"),
        "create",
        _upload,
        form=UploadForm,
        hint=gettext_lazy("You will see what would change before anything is written."),
        done=gettext_lazy("The file was read. Look at what it would change."),
    )
    verbs = (
        Verb(
            "commit",
            gettext_lazy("Take it in"),
            "commit",
            lambda run, **kwargs: services.commit_import(run=run, **kwargs),
            form=CommitForm,
            offered=lambda run, user: run.is_open,
            tone="main",
            hint=gettext_lazy("All of it or nothing. Empty cells leave what is known as it is."),
        ),
        Verb(
            "ask_commit",
            gettext_lazy("Ask to take it in"),
            "create",
            lambda run, **kwargs: ask_approval(
                obj=services.COMMIT[0], action=services.COMMIT[1], target_ref=audit.ref(run), **kwargs
            ),
            form=AskingForm,
            offered=lambda run, user: (
                run.is_open and _holds_p(user, services.COMMIT) and not _asked(user, services.COMMIT, audit.ref(run))
            ),
            hint=gettext_lazy("A chief decides; then you take it in within the time given. The file is kept for a day."),
            done=gettext_lazy("Asked. A chief of your station decides."),
        ),
        Verb(
            "drop",
            gettext_lazy("Throw the file away"),
            "create",
            lambda run, **kwargs: services.drop_import(run=run, **kwargs),
            offered=lambda run, user: run.picture_sealed is not None or run.file_sealed is not None,
            tone="danger",
            hint=gettext_lazy("Otherwise it is thrown away after a day."),
            done=gettext_lazy("The file and its picture are gone."),
        ),
    )

    def get_fields(self, request, obj=None):
        return [*self.fields, *(["committed_by", "committed_at"] if obj and obj.committed_at else [])]

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj)

    def get_queryset(self, request):
        # The sealed file is no matter of lists.
        return super().get_queryset(request).defer("file_sealed", "picture_sealed")

    @admin.display(description=gettext_lazy("sheet"), ordering="sheet")
    def sheet_title(self, run):
        sheet = nails.find(run.sheet)
        return sheet.title if sheet else run.sheet

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            ("template/<slug:key>/", self.template_view, "template"),
            ("export/<slug:key>/", self.export_view, "export"),
            ("ask-export/<slug:key>/", self.ask_export_view, "ask_export"),
        ]
        return [
            path(route, self.admin_site.admin_view(view), name=f"{name}_{verb}") for route, view, verb in own
        ] + super().get_urls()

    def _url(self, verb, *args):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{verb}", args=args)

    def _sheet(self, request, key) -> nails.Sheet:
        access.require(request.user, "import_excel", "create")
        sheet = nails.find(key)
        if sheet is None:
            raise Http404
        return sheet

    def _context(self, request, **more):
        return {**self.admin_site.each_context(request), "opts": self.opts, "cancel_url": self.list_url(), **more}

    # In

    def changelist_view(self, request, extra_context=None):
        def row(sheet):
            writes = sheet in writable
            return {
                "title": sheet.title,
                "identity": sheet.identity,
                "personal": sheet.personal,
                "template_url": self._url("template", sheet.key),
                "upload_url": f"{self._url('add')}?sheet={sheet.key}" if writes else "",
                "export_url": self._url("export" if self._may_export(request.user, sheet) else "ask_export", sheet.key),
            }

        writable = _sheets_of(request.user) if request.user.is_active else []
        rows = [row(sheet) for sheet in nails.sheets()]
        return super().changelist_view(request, {"title": _("Excel in and out"), "sheets": rows, **(extra_context or {})})

    def answer_verb(self, request, verb, thing):
        response = super().answer_verb(request, verb, thing)
        if thing is None and request.method == "GET":
            response.context_data["form"].initial["sheet"] = request.GET.get("sheet")
        return response

    def say_done(self, request, verb, thing):
        """A file with mistakes was read, but that is no success; and a commit may find that the data has changed."""
        if verb.name == "upload" and thing.status == ImportRun.Status.REFUSED:
            messages.warning(
                request, _("The file has mistakes and nothing was taken in. Mend the cells named below, then send it again.")
            )
            return None
        if verb.name != "commit":
            return super().say_done(request, verb, thing)
        thing.refresh_from_db(fields=["status", "new", "changed"])
        if thing.status == ImportRun.Status.COMMITTED:
            counts = {"new": thing.new, "changed": thing.changed}
            messages.success(request, _("Taken in: %(new)s new rows, %(changed)s changed rows.") % counts)
        else:
            messages.warning(request, _("The data has changed since you looked. Nothing was written; look at the new picture."))
        return None

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self.get_object(request, object_id)
        picture = services.picture_of(run) if run else None
        context = {"picture": picture, "open": bool(run and run.is_open)}
        if picture:
            lines = Paginator(picture["lines"], ROWS_OF_A_PAGE).get_page(request.GET.get("page"))
            words = dict(KINDS)
            context |= {
                "bar": bar_of(picture["counts"]),
                "bar_width": str(BAR),
                "page_obj": lines,
                "lines": [
                    {"row": number, "kind": kind, "word": words[kind], "title": title, "changes": changes}
                    for number, kind, title, changes in lines
                ],
                "faults": picture["faults"],
                "more_faults": picture["counts"]["errors"] - len(picture["faults"]),
                "unread": picture["unread"],
            }
        # The page's parameter is ours, not a filter of the list.
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def note_look(self, request, thing):
        sheet = nails.find(thing.sheet)
        if sheet is None or sheet.personal:
            audit.note_look(what="import", about=thing, by=request.user, at=timezone.now())

    # Out

    def template_view(self, request, key):
        sheet = self._sheet(request, key)
        name = _("template %(sheet)s") % {"sheet": sheet.title}
        return FileResponse(workbook.template(sheet), as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)

    def _may_export(self, user, sheet) -> bool:
        try:
            services.approval_to_export(sheet=sheet, by=user, at=timezone.now())
        except RuleViolation:
            return False
        return True

    def export_view(self, request, key):
        """GET says what will be written down; POST gives the file."""
        sheet, at = self._sheet(request, key), timezone.now()
        if not self._may_export(request.user, sheet):
            raise PermissionDenied
        if request.method == "POST":
            file = services.export_sheet(sheet=sheet, station=request.user.station, by=request.user, at=at)
            return FileResponse(file, as_attachment=True, filename=f"{sheet.title} {day_of(at)}.xlsx", content_type=XLSX)
        title = _("Export: %(sheet)s") % {"sheet": sheet.title}
        explain = _("That you took the rows out, how many and why, is written down. ID numbers are not in the file.")
        form = VerbForm(thing=None, user=request.user)
        return TemplateResponse(request, "admin/verb_form.html", self._context(request, title=title, explain=explain, form=form))

    def ask_export_view(self, request, key):
        sheet = self._sheet(request, key)
        form = AskingForm(request.POST or None, thing=None, user=request.user)
        if request.method == "POST" and form.is_valid():
            try:
                services.ask_to_export(sheet=sheet, by=request.user, at=timezone.now(), **form.cleaned_data)
            except RuleViolation as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Asked. A chief of your station decides."))
                return redirect(self.list_url())
        title = _("Ask to export: %(sheet)s") % {"sheet": sheet.title}
        explain = _("This file names people. Say what it is needed for; a chief of your station decides, not you.")
        return TemplateResponse(
            request,
            "admin/verb_form.html",
            self._context(request, title=title, explain=explain, form=form),
            status=409 if form.is_bound and form.non_field_errors() else 200,
        )
