"""The procedure check and the mediation it opens, as buttons."""

from django.utils.translation import gettext_lazy as _

from shengkang.cases import selectors, services
from shengkang.cases.admin.forms.gate import GateForm, MediateForm
from shengkang.cases.admin.verbs.stepping import step

VERBS = (
    step(
        "gate",
        _("Procedure check"),
        services.check_gate,
        form=GateForm,
        tone="main",
        hint=_("Answer what you know today. The answers say which way of settling the law allows; they are kept with the case."),
        also=lambda case: not case.restricted,
        done=_("The answers are kept. Below stands what the law allows."),
    ),
    step(
        "mediate",
        _("Begin mediation"),
        services.begin_mediation,
        form=MediateForm,
        tone="main",
        also=lambda case: bool(selectors.allowed_mediations(case)),
    ),
)
