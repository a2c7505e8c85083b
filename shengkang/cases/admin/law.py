"""The law as data: its texts, the questions of the procedure gate, and what the answers mean. Everybody at the desk reads, the chief keeps."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shengkang.audit import services as audit
from shengkang.cases.models import GateQuestion, GateRule, LawText
from shengkang.organization.desk import StationAdmin
from shengkang.organization.desk_parts import badge
from shengkang.organization.selectors import day_of


class RuleAdmin(StationAdmin):
    """What is changed here changes nothing that was decided before: each check keeps the wording of its day."""

    access_object = "case_rules"
    change_action = "update"

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        verb = f"{'change' if change else 'add'}_{obj._meta.model_name}"
        audit.note_deed(verb=verb, about=obj, by=request.user, at=timezone.now(), detail={"fields": form.changed_data})


class MissingFilter(admin.SimpleListFilter):
    title = _("wording")
    parameter_name = "missing"

    def lookups(self, request, model_admin):
        return [("yes", _("still to be entered")), ("no", _("entered"))]

    def queryset(self, request, queryset):
        if self.value() == "yes":
            return queryset.filter(text="")
        return queryset.exclude(text="") if self.value() == "no" else queryset


class InForceFilter(admin.SimpleListFilter):
    title = _("in force")
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("today", _("today"))]

    def queryset(self, request, queryset):
        return queryset.in_force(day_of(timezone.now())) if self.value() == "today" else queryset


@admin.register(LawText)
class LawTextAdmin(RuleAdmin):
    add_action = "update"
    list_display = ("__str__", "wording", "in_force_from", "in_force_to", "source")
    list_filter = (MissingFilter, InForceFilter, "law")
    search_fields = ("law", "article", "text")
    fields = ("law", "article", "in_force_from", "in_force_to", "source", "text")

    @admin.display(description=_("wording"))
    def wording(self, law_text):
        return badge(_("still to be entered"), "warn", "") if law_text.is_missing else badge(_("entered"))


@admin.register(GateQuestion)
class GateQuestionAdmin(RuleAdmin):
    list_display = ("text", "hint", "on_the_spot", "place")
    fields = ("text", "hint", "on_the_spot", "place")


@admin.register(GateRule)
class GateRuleAdmin(RuleAdmin):
    list_display = ("reason", "question", "if_answered", "procedure_or_all", "effect", "law")
    list_select_related = ("question", "law_text")
    list_filter = ("effect", "procedure")
    fields = ("question", "answer", "procedure", "effect", "reason", "law_text")
    # What must be reported at once stays so, whoever keeps the table.
    readonly_fields = ("question", "answer", "procedure", "effect")

    @admin.display(description=_("if the answer is"))
    def if_answered(self, rule):
        return _("yes") if rule.answer else _("no")

    @admin.display(description=_("procedure"))
    def procedure_or_all(self, rule):
        return rule.get_procedure_display() or _("every procedure")

    @admin.display(description=_("law text"))
    def law(self, rule):
        if rule.law_text is None:
            return ""
        return badge(f"{rule.law_text} · {_('still to be entered')}", "warn", "") if rule.law_text.is_missing else rule.law_text
