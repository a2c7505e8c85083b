"""Judging and taking on, stopping and starting the clock, handing over, referring: the few fields of each."""

import json
from datetime import timedelta

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from shengkang.cases import selectors
from shengkang.cases.admin.forms import Officers
from shengkang.cases.models import DisputeCase, Pause, Referral, RiskBand, RiskSignal
from shengkang.cases.services import limits
from shengkang.organization.desk import VerbForm
from shengkang.organization.desk_parts import day_field, lines, today

WEEK = timedelta(days=7)


def _in_a_week():
    return today() + WEEK


class Signals(forms.MultipleChoiceField):
    """The signals in use, each with what it weighs."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self):
        super().__init__(choices=self._in_use, required=False, label=_("signals"), help_text=_("Tick what was seen or told."))

    @staticmethod
    def _in_use():
        return [(signal.code, f"{signal.text} (+{signal.points})") for signal in RiskSignal.objects.filter(in_use=True)]


class JudgeForm(VerbForm):
    """The points suggest a colour; whoever chooses another one says why."""

    signals = Signals()
    risk = forms.ChoiceField(required=False, widget=forms.RadioSelect, label=_("risk"))
    reason = forms.CharField(
        max_length=300,
        required=False,
        label=_("reason"),
        help_text=_("Needed where you choose another colour than the points suggest."),
    )

    class Media:
        js = ("shengkang/js/weigh.js",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["signals"].initial = selectors.signals_seen(self.thing)
        self.fields["risk"].choices = [("", gettext("as the points suggest")), *DisputeCase.Risk.choices]
        bands = list(RiskBand.objects.all())
        self.fields["risk"].help_text = pgettext("list", ", ").join(
            gettext("from %(points)s points: %(risk)s") % {"points": band.from_points, "risk": band.get_risk_display()}
            for band in bands
        )
        self.fields["risk"].widget.attrs = {
            "data-bands": json.dumps([(band.from_points, str(band.get_risk_display())) for band in bands]),
            "data-sum": gettext("points so far: %(points)s") % {"points": 0},
        }


class AcceptForm(JudgeForm):
    grade = forms.ChoiceField(widget=forms.RadioSelect, label=_("grade"))
    officer = Officers(required=False)
    field_order = ("signals", "risk", "reason", "grade", "officer")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        days = limits.table()
        self.fields["grade"].choices = [
            (grade, gettext("%(grade)s: %(days)s working days") % {"grade": label, "days": days.get((grade, ""), "–")})
            for grade, label in DisputeCase.Grade.choices
        ]
        self.fields["officer"].of(self.thing.station)
        self.fields["officer"].initial = self.thing.officer_id or self.user.pk


class WhyForm(VerbForm):
    reason = forms.CharField(max_length=300, widget=lines(), label=_("reason"))


class PauseForm(WhyForm):
    kind = forms.ChoiceField(choices=Pause.Kind.choices, widget=forms.RadioSelect, label=_("what is waited for"))
    look_again_on = day_field(_("look again on"), initial=_in_a_week, help_text=_("At most 30 days ahead."))
    field_order = ("kind", "reason", "look_again_on")


class OfferForm(WhyForm):
    to = Officers()
    field_order = ("to", "reason")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].of(self.thing.station)
        self.fields["to"].label = gettext("offered to")
        self.fields["to"].queryset = self.fields["to"].queryset.exclude(pk__in=[self.user.pk, self.thing.officer_id or 0])


class TakeOverForm(VerbForm):
    answer = forms.CharField(max_length=300, required=False, label=_("answer"))


class ReferForm(VerbForm):
    # Shorter than elsewhere: the step notes the office too.
    reason = forms.CharField(max_length=400, widget=lines(), label=_("reason"))
    office = forms.ChoiceField(choices=Referral.Office.choices, label=_("referred to"))
    to_whom = forms.CharField(
        max_length=60,
        required=False,
        label=_("name of the office"),
        help_text=_("for example the court, the justice office, criminal police"),
    )
    field_order = ("office", "to_whom", "reason")


class ReceiptForm(VerbForm):
    received_on = day_field(_("receipt given on"))
    received_by = forms.CharField(max_length=40, label=_("received by"))
    receipt_no = forms.CharField(max_length=40, required=False, label=_("number of the receipt"))


class AnswerForm(VerbForm):
    answered_on = day_field(_("answered on"))
    answer = forms.CharField(max_length=500, widget=lines(), label=_("answer"))
