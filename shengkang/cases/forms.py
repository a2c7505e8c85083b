"""Form fields that several faces share: the short gate of whoever settles a dispute on the spot."""

from django import forms
from django.utils.functional import lazy
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shengkang.cases.models import GateQuestion


def _questions() -> SafeString:
    listed = [(f"· {question.text}",) for question in GateQuestion.objects.filter(on_the_spot=True)]
    return format_html_join("", "{}<br>", [*listed, (_("If one of them is so, do not settle it: report it to the station."),)])


class NoneOfThese(forms.BooleanField):
    """The questions of the procedure gate that are asked on the spot, and one tick: none of these. Cleans to the answers, or to None.

    A full gate takes minutes; whoever settles a quarrel at his post has half of one (README, "The procedure gate").
    """

    def __init__(self, **kwargs):
        given = {
            "label": gettext_lazy("None of these is so"),
            "help_text": lazy(_questions, SafeString)(),
            "error_messages": {
                "required": gettext_lazy(
                    "Read the questions and tick, or do not settle it yourself and report it to the station."
                )
            },
        }
        super().__init__(**given | kwargs)

    def clean(self, value) -> dict[str, bool] | None:
        if not super().clean(value):
            return None
        return dict.fromkeys(GateQuestion.objects.filter(on_the_spot=True).values_list("code", flat=True), False)
