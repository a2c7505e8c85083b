"""Filters of the desk's lists in an officer's words."""

import re

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

COUNTED = re.compile(r" \(\d+\)$")


def still(runs, ended, title=_("state")) -> type[admin.EmptyFieldListFilter]:
    """A filter for a field that is empty as long as something lasts ("served until"), with a word for each instead of empty and not empty.

    Args: `runs` and `ended` are the words; `title` stands above them.
    """

    class Still(admin.EmptyFieldListFilter):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.title = title

        def choices(self, changelist):
            for choice, word in zip(super().choices(changelist), (None, runs, ended), strict=True):
                if word is not None:
                    counted = COUNTED.search(str(choice["display"]))
                    choice["display"] = f"{word}{counted[0] if counted else ''}"
                yield choice

    return Still
