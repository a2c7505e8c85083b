"""Who did and who looked. Rows here name others by text ("cases.DisputeCase:12"), so nothing above is imported and nothing is ever cascaded away."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Fact(models.Model):
    """A row that is never edited: a mistake is answered by another row.

    The trigger refuses UPDATE, DELETE and TRUNCATE to everyone; `manage.py grant` also takes the rights from the application's role.
    """

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Protect(name="is_a_fact", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="is_not_emptied",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'facts are not emptied: %', TG_TABLE_NAME;",
            ),
        ]


class AuditEntry(Fact):
    """Somebody did something that has no step row of its own."""

    at = models.DateTimeField(_("at"), db_index=True)
    by_ref = models.CharField(_("by"), max_length=80)
    verb = models.CharField(_("verb"), max_length=80)
    object_ref = models.CharField(_("about"), max_length=120, db_index=True)
    detail = models.JSONField(_("detail"), default=dict)

    class Meta(Fact.Meta):
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")

    def __str__(self):
        return f"{self.verb} {self.object_ref}"


class AccessEntry(Fact):
    """Somebody looked at a case, an ID number or an export (PIPL art. 51: who looked is logged)."""

    at = models.DateTimeField(_("at"), db_index=True)
    by_ref = models.CharField(_("by"), max_length=80, db_index=True)
    what = models.CharField(_("what was looked at"), max_length=80)
    object_ref = models.CharField(_("about"), max_length=120, db_index=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta(Fact.Meta):
        verbose_name = pgettext_lazy("audit", "look")
        verbose_name_plural = pgettext_lazy("audit", "looks")

    def __str__(self):
        return f"{self.what} {self.object_ref}"


class Receipt(Fact):
    """The answer once given to an idempotent call; the same key and body get it again."""

    by_ref = models.CharField(max_length=80)
    verb = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    body_hash = models.CharField(max_length=64)
    result = models.JSONField()
    at = models.DateTimeField()

    class Meta(Fact.Meta):
        verbose_name = _("receipt of a call")
        verbose_name_plural = _("receipts of calls")
        constraints = [models.UniqueConstraint(fields=["by_ref", "verb", "key"], name="receipt_once_per_key")]

    def __str__(self):
        return f"{self.verb} {self.key}"
