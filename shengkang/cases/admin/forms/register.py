"""What is asked when a dispute is registered or its registration put right: the facts, each side, and which case it belongs to."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.cases import duplicates
from shengkang.cases.forms import NoneOfThese
from shengkang.cases.models import Category, DisputeCase, Party, PoliceClass
from shengkang.cases.moves import MOVES
from shengkang.cases.services import PartyDetails
from shengkang.organization.desk import VerbForm
from shengkang.organization.desk_parts import lines
from shengkang.organization.models import Address
from shengkang.organization.selectors import villages_of
from shengkang.organization.services import IdNumberInvalid, check_id_number
from shengkang.portal.pages import PhoneForm, Photos

TOLD = (
    "village",
    "category",
    "police_class",
    "channel",
    "scale",
    "story",
    "place",
    "latitude",
    "longitude",
    "restricted",
)
SIDES = ((Party.Side.FIRST, "first"), (Party.Side.SECOND, "second"))


def facts_fields() -> dict[str, forms.Field]:
    """What a registration says beside place and story; the same fields where it is corrected."""
    return {
        "police_class": forms.ModelChoiceField(
            PoliceClass.objects.all(), required=False, label=_("police class"), empty_label=_("not said")
        ),
        "scale": forms.ChoiceField(
            choices=DisputeCase.Scale.choices, required=False, label=_("people involved"), initial=DisputeCase.Scale.UNDER_50
        ),
        "latitude": forms.FloatField(min_value=-90, max_value=90, required=False, label=_("latitude")),
        "longitude": forms.FloatField(min_value=-180, max_value=180, required=False, label=_("longitude")),
    }


def party_fields() -> dict[str, forms.Field]:
    """One side; everything but the name may stay empty."""
    return {
        "name": forms.CharField(max_length=40, required=False, label=pgettext_lazy("person", "name")),
        "phone": forms.CharField(max_length=20, required=False, label=_("telephone")),
        "home": forms.CharField(
            max_length=60, required=False, label=_("home address"), help_text=_("group and door, as in the list of homes")
        ),
        "id_number": forms.CharField(
            max_length=18,
            required=False,
            label=_("ID number"),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            help_text=_("Only where a paper needs it. It is sealed."),
        ),
        "is_minor": forms.BooleanField(required=False, label=_("under 18")),
        "guardian_name": forms.CharField(max_length=40, required=False, label=_("guardian")),
        "guardian_phone": forms.CharField(max_length=20, required=False, label=_("telephone of the guardian")),
    }


def both_or_none(form, cleaned) -> None:
    if (cleaned.get("latitude") is None) != (cleaned.get("longitude") is None) and not form.errors.keys() & {
        "latitude", "longitude",
    }:  # fmt: skip
        form.add_error("latitude", _("A point needs both numbers; set it anew on the map, or leave both empty."))


def home_in(village, told: str) -> Address | None:
    """The door in a village as an officer writes it: with or without its group. Raises ValidationError where none or several fit."""
    wanted = "".join(told.split())
    if not wanted:
        return None
    doors = Address.objects.filter(village=village, station__covers=village).select_related("group", "village")
    found = [each for each in doors if wanted in (each.door, f"{each.group or ''}{each.door}", str(each))]
    if len(found) != 1:
        raise forms.ValidationError(
            _("This door is in no list of the village. Leave it empty and write it under place.")
            if not found
            else _("Several doors are called so. Write the group before it.")
        )
    return found[0]


def id_number_checked(told: str) -> str:
    if not told.strip():
        return ""
    try:
        return check_id_number(told)
    except IdNumberInvalid as wrong:
        raise forms.ValidationError(str(wrong)) from wrong


class RegisterForm(PhoneForm):
    """A dispute as it was told at the desk or on the telephone. Who settled it at once writes down how.

    `answer` is empty, or given on the page of candidates: "new", or the id of the case it belongs to.
    """

    village = forms.ModelChoiceField(None, label=_("village or community"))
    category = forms.ModelChoiceField(Category.objects.all(), label=_("category"))
    channel = forms.ChoiceField(choices=DisputeCase.Channel.choices, label=_("channel"))
    story = forms.CharField(max_length=2000, widget=lines(5), label=_("what happened"))
    place = forms.CharField(max_length=120, required=False, label=_("place"))
    photos = Photos(label=_("photos"))
    terms = forms.CharField(
        max_length=2000,
        required=False,
        widget=lines(2),
        label=_("settled on the spot"),
        help_text=_("Only if you have just settled it yourself: what both sides agreed to."),
    )
    answers = NoneOfThese(required=False)
    restricted = forms.BooleanField(
        required=False,
        label=_("protected case"),
        help_text=_("Suspected domestic violence or harm to a minor: seen by the chief and those involved only, never mediated."),
    )
    answer = forms.RegexField(r"^(new|\d{1,18})?$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= facts_fields()
        for _side, prefix in SIDES:
            self.fields |= {f"{prefix}_{name}": field for name, field in party_fields().items()}
        self.fields["village"].queryset = villages_of(user.station)
        self.fields["channel"].initial = DisputeCase.Channel.VISIT

    def told(self) -> dict:
        """What `open_case` is told, but for who and when."""
        return {name: self.cleaned_data[name] for name in TOLD} | {"parties": self.parties()}

    def clean(self):
        cleaned = super().clean()
        both_or_none(self, cleaned)
        cleaned["scale"] = cleaned.get("scale") or DisputeCase.Scale.UNDER_50
        for _side, prefix in SIDES:
            self._clean_party(cleaned, prefix)
        # Who settled it on the spot has read the questions of the gate.
        if cleaned.get("terms") and not cleaned.get("answers"):
            self.add_error("answers", self.fields["answers"].error_messages["required"])
        return cleaned

    def _clean_party(self, cleaned, prefix):
        for name, check in (
            ("home", lambda told: home_in(cleaned["village"], told) if cleaned.get("village") else None),
            ("id_number", id_number_checked),
        ):
            try:
                cleaned[f"{prefix}_{name}"] = check(cleaned.get(f"{prefix}_{name}", ""))
            except forms.ValidationError as wrong:
                self.add_error(f"{prefix}_{name}", wrong)
        told = [name for name in party_fields() if name != "name" and cleaned.get(f"{prefix}_{name}")]
        if told and not cleaned.get(f"{prefix}_name"):
            self.add_error(
                f"{prefix}_name", _("Write a name too, if only “a man of the village”; without one this side is lost.")
            )

    def parties(self) -> list[PartyDetails]:
        told = self.cleaned_data
        return [
            PartyDetails(side=side, **{name: told[f"{prefix}_{name}"] for name in party_fields()})
            for side, prefix in SIDES
            if told[f"{prefix}_name"]
        ]

    def groups(self) -> list[dict]:
        """The fields as the page shows them: what everybody fills in, and what is folded away."""

        def bound(*names):
            return [self[name] for name in names]

        def side(prefix, title):
            names = [f"{prefix}_{name}" for name in party_fields()]
            return {"title": title, "fields": bound(*names[:2]), "more": bound(*names[2:]), "open": self._filled(names[2:])}

        shown = {"village", "category", "police_class", "channel", "scale", "story", "place", "latitude", "longitude"}
        listed = shown | {f"{prefix}_{name}" for _side, prefix in SIDES for name in party_fields()}
        rest = [field for field in self.visible_fields() if field.name not in listed]
        return [
            {"title": _("What it is"), "fields": bound("village", "category", "police_class", "channel", "scale")},
            {"title": _("What happened, and where"), "fields": bound("story", "place"), "point": bound("latitude", "longitude")},
            side("first", _("first party")),
            side("second", _("second party")),
            {"title": _("And beside it"), "fields": rest},
        ]  # fmt: skip

    def _filled(self, names) -> bool:
        return any(self[name].value() for name in names) or bool(self.errors.keys() & set(names))


class PartyForm(VerbForm):
    """One side of a registered dispute: added, or put right. `?party=` says whose, so that the form opens with what is known."""

    secrets = ("id_number",)

    side = forms.ChoiceField(choices=Party.Side.choices, label=_("side"), initial=Party.Side.OTHER)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= party_fields()
        self.fields["name"].required = True
        self.fields["reason"] = forms.CharField(max_length=300, required=False, label=_("reason"))

    def clean_home(self):
        return home_in(self.thing.village, self.cleaned_data["home"])

    def clean_id_number(self):
        return id_number_checked(self.cleaned_data["id_number"])


class PartyChoice(forms.ModelChoiceField):
    def label_from_instance(self, party):
        return f"{party.name} · {party.get_side_display()}"


class AddPartyForm(PartyForm):
    def clean(self):
        cleaned = super().clean()
        given = {name: cleaned.get(name) for name in ("side", *party_fields())}
        return {"party": PartyDetails(**given), "reason": cleaned.get("reason", "")} if not self.errors else cleaned


class CorrectPartyForm(PartyForm):
    """Opened from the table of parties with what is known of one of them (`prefill`); whose it is travels unseen."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        parties = self.thing.parties.select_related("home__group", "home__village")
        self.fields["party"] = forms.ModelChoiceField(parties, widget=forms.HiddenInput, label=_("party"))
        self.fields["id_number"].help_text = _("Leave it empty to keep what is on file.")

    def prefill(self, pk: str) -> None:
        parties = self.fields["party"].queryset
        party = (parties.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None) or parties.first()
        if party is not None:
            names = ("side", "name", "phone", "is_minor", "guardian_name", "guardian_phone")
            home = f"{party.home.group or ''}{party.home.door}" if party.home else ""
            self.initial = {"party": party.pk, "home": home, **{name: getattr(party, name) for name in names}}


class RemovePartyForm(VerbForm):
    party = PartyChoice(None, label=_("party"), empty_label=None)
    reason = forms.CharField(max_length=300, label=_("reason"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = self.thing.parties.all()


class MergeForm(VerbForm):
    """Into which case: one that looks like it, or one whose number is known."""

    into = forms.ModelChoiceField(
        None,
        required=False,
        blank=True,
        widget=forms.RadioSelect,
        label=_("Into which case?"),
        empty_label=_("another one, by its number"),
    )
    number = forms.CharField(max_length=20, required=False, label=_("case number"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        likely = [each.case for each in duplicates.of_case(self.user, self.thing)]
        self.others = DisputeCase.objects.visible_to(self.user).filter(status__in=MOVES["join"].origins).exclude(pk=self.thing.pk)
        self.fields["into"].queryset = self.others.filter(pk__in=[each.pk for each in likely])
        self.fields["into"].label_from_instance = lambda case: f"{case.no} · {case.category} · {case.get_status_display()}"
        if not likely:
            del self.fields["into"]

    def clean(self):
        cleaned = super().clean()
        into, number = cleaned.get("into"), cleaned.pop("number", "").strip()
        if (number or into is None) and not self.errors:
            into = self.others.filter(no=number).first()
            if into is None:
                self.add_error("number", _("Choose a case, or write the number of one that is worked on or ended."))
        return {"into": into}


class SplitForm(VerbForm):
    reason = forms.CharField(max_length=300, label=_("reason"), help_text=_("Why these are two disputes after all."))
