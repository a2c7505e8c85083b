"""Sessions, agreements, signatures, performance, confirmation and visits: the fields of the paper forms, no more."""

from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.cases.admin.forms import grouped, staff_of
from shengkang.cases.agreements import SIGNING_SIDES, agreement_in_force, last_day_for_confirmation, who_has_not_signed
from shengkang.cases.models import Confirmation, FollowUp, MediationSession, Obligation, Party, Signature
from shengkang.cases.services import ObligationDetails, instalments
from shengkang.cases.services.agreeing import MOST_INSTALMENTS
from shengkang.cases.services.moving import MEDIATES, TAKES_CHARGE
from shengkang.errors import RuleViolation
from shengkang.organization.desk import VerbForm
from shengkang.organization.desk_parts import day_field, lines

OBLIGATIONS = 3
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
AUDIO = "audio/*,.m4a,.mp3,.amr,.wav,.ogg"


def _moment_field(label):
    return forms.DateTimeField(label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))


def _money(label):
    return forms.DecimalField(label=label, required=False, max_digits=12, decimal_places=2, min_value=Decimal("0.01"))


class InquireForm(VerbForm):
    held_at = _moment_field(_("held at"))
    place = forms.CharField(max_length=120, label=_("place"))
    whom = forms.CharField(max_length=80, label=_("who was asked"))
    record = forms.CharField(max_length=4000, widget=lines(8), label=_("record"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["held_at"].initial = timezone.localtime().replace(second=0)
        self.fields["place"].initial = self.thing.place


class SessionForm(VerbForm):
    held_at = _moment_field(_("held at"))
    place = forms.CharField(max_length=120, label=_("place"))
    mediators = forms.ModelMultipleChoiceField(None, label=_("mediators"), widget=forms.CheckboxSelectMultiple)
    parties = forms.ModelMultipleChoiceField(
        Party.objects.none(), required=False, label=_("parties present"), widget=forms.CheckboxSelectMultiple
    )
    present = forms.CharField(
        max_length=200, required=False, label=_("others present"), help_text=_("guardians, relatives, neighbours, experts")
    )
    impartial = forms.BooleanField(
        label=_("The mediators declare: no kinship, no debts, nothing that ties them to one side"),
        error_messages={"required": _("Whoever cannot declare this does not mediate. Name another mediator.")},
    )
    record = forms.CharField(max_length=4000, widget=lines(8), label=_("record"))
    recording = forms.FileField(
        required=False,
        label=_("sound recording"),
        help_text=_("a sound file of a telephone or recorder, at most 12 MB"),
        widget=forms.FileInput(attrs={"accept": AUDIO}),
    )
    outcome = forms.ChoiceField(
        choices=MediationSession.Outcome.choices,
        widget=forms.RadioSelect,
        label=pgettext_lazy("session", "outcome"),
        help_text=_("After “no agreement” and “a party clearly refuses” the mediation ends with this session."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        case = self.thing
        near = staff_of(case.station, MEDIATES)
        self.fields["mediators"].queryset = (
            near.filter(pk=case.mediator_id) | near.filter(is_staff=True) | near.filter(memberships__unit=case.village)
        )
        self.fields["mediators"].initial = [case.mediator_id]
        self.fields["parties"].queryset = case.parties.all()
        self.fields["parties"].initial = [party.pk for party in case.parties.all() if party.side in SIGNING_SIDES]
        self.fields["held_at"].initial = timezone.localtime().replace(second=0)
        self.fields["place"].initial = case.place

    def clean(self):
        given = super().clean()
        recording = given.pop("recording", None)
        return given | {"recordings": [recording] if recording else []}


class AgreementForm(VerbForm):
    """What was agreed; up to three single obligations, and one sum in instalments beside them."""

    facts = forms.CharField(max_length=4000, widget=lines(4), label=_("facts and matters in dispute"))
    terms = forms.CharField(max_length=4000, widget=lines(4), label=_("what was agreed"))
    oral = forms.BooleanField(
        required=False,
        label=_("oral agreement"),
        help_text=_("A written one is signed by both sides and the mediator before you settle."),
    )
    about_status = forms.BooleanField(
        required=False,
        label=_("concerns marriage, adoption or parentage"),
        help_text=_("The court does not confirm such an agreement."),
    )
    effective_on = forms.DateField(widget=DAY, label=_("takes effect on"))
    instalments_what = forms.CharField(max_length=160, required=False, label=_("in instalments: what is paid"))
    instalments_party = forms.ModelChoiceField(Party.objects.none(), required=False, label=_("in instalments: owed by"))
    instalments_total = _money(_("in instalments: the whole sum in yuan"))
    instalments_count = forms.IntegerField(
        required=False, min_value=2, max_value=MOST_INSTALMENTS, label=_("in instalments: how many payments")
    )
    instalments_first_due_on = forms.DateField(required=False, widget=DAY, label=_("in instalments: the first is due on"))
    instalments_every = forms.ChoiceField(
        choices=[("month", _("every month")), ("week", _("every week"))], required=False, label=_("in instalments: how often")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["facts"].initial = self.thing.story
        self.fields["effective_on"].initial = timezone.localdate()
        self.fields["about_status"].initial = self.thing.category.about_status
        parties = self.thing.parties.all()
        self.fields["instalments_party"].queryset = parties
        for no in range(1, OBLIGATIONS + 1):
            self.fields[f"what_{no}"] = forms.CharField(
                max_length=200, required=False, label=_("obligation %(no)s: what is to be done") % {"no": no}
            )
            self.fields[f"party_{no}"] = forms.ModelChoiceField(
                parties, required=False, label=_("obligation %(no)s: owed by") % {"no": no}
            )
            self.fields[f"amount_{no}"] = _money(_("obligation %(no)s: amount in yuan") % {"no": no})
            self.fields[f"due_on_{no}"] = forms.DateField(
                required=False, widget=DAY, label=_("obligation %(no)s: due on") % {"no": no}
            )
        single = [name for name in self.fields if name[-1].isdigit()]
        several = [name for name in self.fields if name.startswith("instalments_")]
        self.order_fields([name for name in self.fields if name not in {*single, *several}] + single + several)

    def clean(self):
        given = super().clean()
        return given | {"obligations": [*self._single(given), *self._instalments(given)]}

    def _single(self, given):
        for no in range(1, OBLIGATIONS + 1):
            what, due_on, party, amount = (given.pop(f"{name}_{no}", None) for name in ("what", "due_on", "party", "amount"))
            if (what or due_on or amount) and not (what and due_on) and not self.errors.keys() & {f"what_{no}", f"due_on_{no}"}:
                self.add_error(f"due_on_{no}" if what else f"what_{no}", _("An obligation needs both: what, and by which day."))
            elif what and due_on:
                yield ObligationDetails(what, due_on, party, amount)

    def _instalments(self, given):
        names = ("what", "party", "total", "count", "first_due_on", "every")
        told = {name: given.pop(f"instalments_{name}", None) for name in names}
        needed = ("what", "total", "count", "first_due_on")
        if not any(told[name] for name in needed):
            return []
        if missing := [name for name in needed if not told[name] and f"instalments_{name}" not in self.errors]:
            self.add_error(f"instalments_{missing[0]}", _("Instalments need what, the sum, how many, and the first day."))
        if self.errors:
            return []
        try:
            return instalments(**told | {"every": told["every"] or "month"})
        except RuleViolation as refusal:
            self.add_error("instalments_total", str(refusal))
            return []


class SignForm(VerbForm):
    """The paper as both sides and the mediator signed it. Who signs with a finger does it on the phone page of the case."""

    signers = forms.MultipleChoiceField(label=_("who signed"), widget=forms.CheckboxSelectMultiple)
    picture = forms.FileField(label=_("photo of the signed paper"), widget=forms.FileInput(attrs={"accept": "image/*"}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.agreement = agreement_in_force(self.thing)
        missing = who_has_not_signed(self.agreement) if self.agreement else []
        self.by_key = {f"{each._meta.model_name}-{each.pk}": each for each in missing}
        self.fields["signers"].choices = [(key, each.name) for key, each in self.by_key.items()]
        self.fields["signers"].initial = list(self.by_key)

    def clean(self):
        given = super().clean()
        if self.agreement is None:
            self.add_error(None, _("There is no agreement to sign. Record it first."))
        signed = [self.by_key[key] for key in given.pop("signers", [])]
        return given | {
            "agreement": self.agreement,
            "how": Signature.How.PAPER,
            "parties": [each for each in signed if isinstance(each, Party)],
            "mediator": next((each for each in signed if not isinstance(each, Party)), None),
        }


class SettleForm(VerbForm):
    note = forms.CharField(max_length=500, required=False, widget=lines(2), label=_("note"))
    visitor = forms.ModelChoiceField(
        None,
        required=False,
        label=_("who visits afterwards"),
        help_text=_("After 7, 30 and 90 days; the mediator, if nobody is chosen."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = staff_of(self.thing.station, TAKES_CHARGE)
        self.fields["visitor"].queryset = people
        self.fields["visitor"].choices = [("", _("the mediator")), *grouped(people, self.thing.village)]


class PerformanceForm(VerbForm):
    obligation = forms.ModelChoiceField(None, label=_("obligation"))
    performed_on = forms.DateField(widget=DAY, label=_("performed on"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["obligation"].queryset = Obligation.objects.in_force().open().filter(agreement__case=self.thing)
        self.fields["performed_on"].initial = timezone.localdate()


class AskConfirmationForm(VerbForm):
    court = forms.CharField(max_length=60, label=_("court"))
    asked_on = day_field(_("asked for on"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.agreement = agreement_in_force(self.thing)
        if self.agreement:
            self.fields["asked_on"].help_text = _("Both parties together, until %(day)s at the latest.") % {
                "day": last_day_for_confirmation(self.agreement).isoformat()
            }

    def clean(self):
        if self.agreement is None:
            self.add_error(None, _("There is no agreement that stands."))
        return super().clean() | {"agreement": self.agreement}


class DecideConfirmationForm(VerbForm):
    outcome = forms.ChoiceField(
        choices=Confirmation.Outcome.choices, widget=forms.RadioSelect, label=pgettext_lazy("court", "outcome")
    )
    decided_on = day_field(_("decided on"))
    number = forms.CharField(max_length=40, required=False, label=_("number at the court"))

    def clean(self):
        confirmation = getattr(agreement_in_force(self.thing), "confirmation", None)
        if confirmation is None:
            self.add_error(None, _("The court was not asked yet. Record that first."))
        return super().clean() | {"confirmation": confirmation}


class Visits(forms.ModelChoiceField):
    """The visits that are owed, the next one first."""

    def __init__(self, **kwargs):
        super().__init__(FollowUp.objects.none(), label=_("follow-up visit"), empty_label=None, required=False, **kwargs)

    def of(self, case):
        self.queryset = case.follow_ups.filter(done_at=None).select_related("assignee")
        self.initial = self.queryset.first()

    def label_from_instance(self, visit):
        return f"{visit.due_on} · {visit.assignee.name if visit.assignee else _('nobody yet')}"


class OfVisitForm(VerbForm):
    """About one of the visits that are owed: the next one, if no other is chosen."""

    follow_up = Visits()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["follow_up"].of(self.thing)

    def clean(self):
        given = super().clean()
        # Sent once more after it was recorded: the service says so.
        visit = given.get("follow_up") or self.fields["follow_up"].initial or self.thing.follow_ups.last()
        if visit is None:
            self.add_error(None, _("No visit is owed."))
        return given | {"follow_up": visit}


class FollowUpForm(OfVisitForm):
    outcome = forms.ChoiceField(choices=FollowUp.Outcome.choices, widget=forms.RadioSelect, label=_("outcome"))
    note = forms.CharField(max_length=500, required=False, widget=lines(2), label=_("note"))


class GiveVisitForm(OfVisitForm):
    to = forms.ModelChoiceField(None, label=_("to be visited by"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        case = self.thing
        people = staff_of(case.station, TAKES_CHARGE) | staff_of(case.station, MEDIATES).filter(pk=case.mediator_id)
        self.fields["to"].queryset = people
        self.fields["to"].choices = [("", "---------"), *grouped(people, case.village)]
