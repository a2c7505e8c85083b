"""Filters and columns of the desk's lists in an officer's words."""

import re

from django.apps import apps
from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

COUNTED = re.compile(r" \(\d+\)$")


def still(runs, ended, title=None) -> type[admin.EmptyFieldListFilter]:
    """A filter for a field that is empty as long as something lasts ("served until"), with a word for each instead of empty and not empty.

    Args: `runs` and `ended` are the words; `title` stands above them ("state" unless told).
    """

    class Still(admin.EmptyFieldListFilter):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.title = title or _("state")

        def choices(self, changelist):
            for choice, word in zip(super().choices(changelist), (None, runs, ended), strict=True):
                if word is not None:
                    counted = COUNTED.search(str(choice["display"]))
                    choice["display"] = f"{word}{counted[0] if counted else ''}"
                yield choice

    return Still


def say_ref(ref: str, linked: bool = False) -> str:
    """What a row means by its text reference: ``points.Transfer:12`` as 积分流水 12, as a link to its page where it has one.

    A reference that names no model (the clock, the export of a sheet) stands as it is.
    """
    label, _colon, key = ref.partition(":")
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return ref
    said = f"{model._meta.verbose_name} {key}"
    try:
        page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])
    except NoReverseMatch:
        return said
    return format_html('<a href="{}">{}</a>', page, said) if linked else said
