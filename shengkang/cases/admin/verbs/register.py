"""Putting a registration right: its parties, and one dispute that was registered twice."""

from django.utils.translation import gettext_lazy as _

from shengkang.cases import services
from shengkang.cases.admin.forms import register as forms
from shengkang.cases.admin.verbs.stepping import in_state, step
from shengkang.cases.moves import ACTIONS, Status
from shengkang.organization.desk import Verb


def _of_parties(name, label, call, form, also=lambda case: True):
    return Verb(name=name, label=label, action=ACTIONS["correct"], call=call, form=form, offered=in_state("correct", also))


VERBS = (
    step(
        "merge",
        _("The same dispute: merge"),
        services.merge_case,
        form=forms.MergeForm,
        hint=_("This case ends; whoever told of it joins the other one and hears how that one ends."),
    ),
    step(
        "split",
        _("A dispute of its own: split"),
        services.split_case,
        form=forms.SplitForm,
        hint=_("This case is looked at anew. Who had told of it hears of both."),
    ),
    _of_parties("add_party", _("Add a party"), lambda case, **given: services.add_party(case=case, **given), forms.AddPartyForm),
    _of_parties(
        "correct_party",
        _("Correct a party"),
        lambda case, **given: services.correct_party(**given),
        forms.CorrectPartyForm,
        lambda case: False,  # a link in the table of parties: whose it is must be plain before the form opens
    ),
    _of_parties(
        "remove_party",
        _("Remove a party"),
        lambda case, **given: services.remove_party(**given),
        forms.RemovePartyForm,
        lambda case: case.status == Status.REPORTED and case.parties.exists(),
    ),
)
