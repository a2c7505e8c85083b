"""Papers at the desk: each as Word or PDF, the whole file as one PDF, and the station's own templates."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from shengkang.cases import selectors, services
from shengkang.cases.admin.forms.papers import TemplateForm
from shengkang.cases.models import PaperTemplate
from shengkang.cases.papers import word
from shengkang.cases.papers.content import ORDER, names_of
from shengkang.cases.papers.leaving import download
from shengkang.cases.services.papers import PDF, SUFFIXES, WORD
from shengkang.organization import access
from shengkang.organization.desk import ReadOnlyAdmin, Verb

FORMS = {SUFFIXES[form]: form for form in (WORD, PDF)}


class PaperPages:
    """The papers of a case, for the admin of cases."""

    def get_urls(self):
        wrapped = self.admin_site.admin_view
        own = [
            path("<int:pk>/papers/<slug:name>.<slug:suffix>", wrapped(require_safe(self.paper_view)), name="cases_disputecase_paper"),
            path("<int:pk>/papers/", wrapped(require_safe(self.whole_file_view)), name="cases_disputecase_whole_file"),
        ]  # fmt: skip
        return [*own, *super().get_urls()]

    def paper_view(self, request, pk, name, suffix):
        """404 for a paper that is not there, as for a case one does not see."""
        case = self._case_for_papers(request, pk)
        if suffix not in FORMS:
            raise Http404
        try:
            written = services.write_paper(case=case, name=name, form=FORMS[suffix], by=request.user, at=timezone.now())
        except services.PaperNotReady as refusal:
            raise Http404 from refusal
        return download(written.content, written.file_name, written.media_type)

    def whole_file_view(self, request, pk):
        case = self._case_for_papers(request, pk)
        written = services.write_file(case=case, by=request.user, at=timezone.now())
        return download(written.content, written.file_name, written.media_type)

    def _case_for_papers(self, request, pk):
        case = self.get_object(request, str(pk))
        if case is None:
            raise Http404
        if not selectors.may_take_step(request.user, case, "create", "paper"):
            raise PermissionDenied
        return case


def _keep(*, kind, upload, by, at):
    return services.keep_template(station=by.station, kind=kind, upload=upload, by=by, at=at)


@admin.register(PaperTemplate)
class PaperTemplateAdmin(ReadOnlyAdmin):
    """Which form each paper is written on; the chief puts the station's own in its place."""

    access_object = "paper_template"
    add_action = "update"
    list_display = ("kind", "by", "at")
    list_select_related = ("by",)
    fields = ("kind", "by", "at")
    readonly_fields = fields
    change_list_template = "admin/cases/papertemplate/change_list.html"
    opening = Verb(
        name="keep",
        label=_("Upload a Word template"),
        action="update",
        call=_keep,
        form=TemplateForm,
        hint=_("Papers of this kind are written on it from now on. The PDF stays on the house's form."),
        done=_("The template is in use from now on."),
    )
    verbs = (
        Verb(
            name="drop",
            label=_("Back to the house's form"),
            action="update",
            call=lambda template, **given: services.drop_template(template=template, **given),
            tone="danger",
            hint=_("The station's own template is thrown away."),
            done=_("Papers of this kind are written on the house's form again."),
        ),
    )

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def get_urls(self):
        own = path(
            "<slug:kind>.docx", self.admin_site.admin_view(require_safe(self.template_view)), name="cases_papertemplate_current"
        )
        return [own, *super().get_urls()]

    def template_view(self, request, kind):
        """The template in use, to be edited in Word; `?house=1`: the house's own."""
        access.require(request.user, self.access_object, "list")
        if kind not in PaperTemplate.Kind.values:
            raise Http404
        own = None if request.GET.get("house") else PaperTemplate.objects.visible_to(request.user).filter(kind=kind).first()
        if own is None:
            content = word.house_template(kind)
        else:
            with own.file.open("rb") as file:
                content = file.read()
        return download(content, f"{kind}.docx", word.MEDIA_TYPE)

    def changelist_view(self, request, extra_context=None):
        own = {}
        if self.has_view_permission(request):
            own = {each.kind: each for each in self.get_queryset(request).select_related("by")}
        return super().changelist_view(request, {**(extra_context or {}), "kinds": [_of(kind, own.get(kind)) for kind in ORDER]})

    def after_verb(self, request, thing):
        return self.list_url()


def _of(kind, own) -> dict:
    names = names_of(kind)
    current = reverse("admin:cases_papertemplate_current", args=[kind])
    return {
        "label": kind.label,
        "own": own,
        "url": current,
        "house_url": f"{current}?house=1",
        "change_url": reverse("admin:cases_papertemplate_change", args=[own.pk]) if own else "",
        "values": [f"{{{{ {name} }}}}" for name, inside in names.items() if inside is None and not name.startswith("text_")],
        "lists": [(name, sorted(inside)) for name, inside in names.items() if inside is not None],
        "sentences": [f"{{{{ {name} }}}}" for name in names if name.startswith("text_")],
    }
