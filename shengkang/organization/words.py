"""Phrases of Django's admin that its own Chinese catalogue lacks; named here, they are collected into ours."""

from django.utils.translation import gettext_noop

LACKING = (
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("Search %(name)s"),
)
