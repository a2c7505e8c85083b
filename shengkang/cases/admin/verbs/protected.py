"""What must be reported at once: the protection, and the letter of admonition, as buttons."""

from django.utils.translation import gettext_lazy as _

from shengkang.cases import services
from shengkang.cases.admin.forms.protected import AdmonishForm
from shengkang.cases.admin.verbs.stepping import in_state, step
from shengkang.cases.moves import ACTIONS, MOVES
from shengkang.organization.desk import Verb
from shengkang.organization.desk_parts import ReasonForm

VERBS = (
    step(
        "admonish",
        _("Serve a letter of admonition"),
        services.admonish_case,
        form=AdmonishForm,
        tone="main",
        hint=_("Hand it to both, and tell the village committee. Visits are owed after 7, 30 and 90 days."),
        also=lambda case: case.restricted,
    ),
    Verb(
        name="protect",
        label=_("Make it a protected case"),
        action=ACTIONS["protect"],
        call=lambda case, **given: services.protect_case(case=case, **given),
        form=ReasonForm,
        # From a mediation too: it ends in the same breath.
        offered=in_state("protect", lambda case: not case.restricted, also_from=MOVES["break_off"].origins),
        tone="danger",
        hint=_("Suspected violence at home or harm to a minor: from now on only the chief and the officer in charge read it."),
    ),
)
