"""What a case is found by: its number, place, story and people as pairs of signs, kept by the database itself.

PostgreSQL cuts no Chinese sentence into words, so every two neighbouring signs are one entry of the index, with their place:
“檐滴” and “滴水” one after the other are found wherever “檐滴水” was written. Telephones and numbers are kept from their end, for
an officer asks for the last digits; the year stands beside, so that a search in the last years reads nothing of the others.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from shengkang.cases.models.case import DisputeCase, OfCaseQuerySet


class CaseWords(models.Model):
    """The words of one case. Only the database writes them: triggers on the case and its parties (models/wording.py)."""

    case = models.OneToOneField(
        DisputeCase, models.CASCADE, primary_key=True, related_name="words", verbose_name=_("dispute case")
    )
    found_by = SearchVectorField(_("found by"))

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("words of a case")
        verbose_name_plural = _("words of cases")
        # Without the list of pending entries: a search is never slow because somebody registered a hundred cases before it.
        indexes = [GinIndex(fields=["found_by"], name="case_found_by", fastupdate=False)]

    def __str__(self):
        return str(self.case)
