"""What the audit room wrote down, for whoever has an approval to read it; reading it is written down too."""

from django.contrib import admin
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shengkang.audit import services as audit
from shengkang.audit.models import AccessEntry, AuditEntry
from shengkang.organization.desk import ReadOnlyAdmin
from shengkang.organization.desk_lists import say_ref
from shengkang.organization.models import Approval, User


class RecordAdmin(ReadOnlyAdmin):
    access_object, view_action = "audit_log", "read"
    date_hierarchy = "at"
    search_fields = ["by_ref", "object_ref"]
    ordering = ["-at", "-id"]

    def _may(self, request, action):
        """The cell is P: an approval in force opens it, and nothing else."""
        user = request.user
        return (
            user.is_authenticated
            and Approval.objects.in_force(timezone.now())
            .filter(asked_by=user, obj=self.access_object, action=self.view_action)
            .exists()
        )

    @admin.display(description=_("by"), ordering="by_ref")
    def by_said(self, entry):
        return say_ref(entry.by_ref)

    @admin.display(description=_("about"), ordering="object_ref")
    def object_said(self, entry):
        return say_ref(entry.object_ref)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        """Rows name their author by text; those of one's own station's accounts."""
        label = Concat(Value(f"{User._meta.label}:"), Cast("pk", CharField()))
        colleagues = User.objects.filter(station_id=request.user.station_id).annotate(label=label)
        return self.model.objects.filter(by_ref__in=colleagues.values("label")).order_by(*self.ordering)

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise Http404
        audit.note_look(what="audit_log", about=self.opts.label, by=request.user, at=timezone.now())
        return super().changelist_view(request, extra_context)


@admin.register(AuditEntry)
class AuditEntryAdmin(RecordAdmin):
    list_display = ["at", "by_said", "verb", "object_said", "detail"]
    list_filter = ["verb"]


@admin.register(AccessEntry)
class AccessEntryAdmin(RecordAdmin):
    list_display = ["at", "by_said", "what", "object_said", "reason"]
    list_filter = ["what"]
