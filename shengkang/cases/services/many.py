"""The same step for many cases at once: each by itself, so that one refusal holds up no other, and each refusal is told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase
from shengkang.cases.services.handing import offer_case
from shengkang.cases.services.opening import assign_case
from shengkang.cases.services.refusals import TooMany
from shengkang.errors import RuleViolation
from shengkang.organization.models import User

# What one form takes: two pages of the list. Each case is locked until its own step is written.
MOST = 100


@dataclass(frozen=True)
class Report:
    """Which cases took the step, and why the others did not: {reason: their numbers}."""

    done: list[str] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)


def assign_cases(*, cases: Iterable[DisputeCase], officer: User, by: User, at: datetime) -> Report:
    """Put each of `cases` into an officer's charge (assign_case). Raises TooMany; every other refusal is in the report."""
    return _each(cases, lambda case: assign_case(case=case, officer=officer, by=by, at=at))


def offer_cases(*, cases: Iterable[DisputeCase], to: User, reason: str, by: User, at: datetime) -> Report:
    """Ask a colleague to take over each of `cases` (offer_case). Raises TooMany; every other refusal is in the report."""
    return _each(cases, lambda case: offer_case(case=case, to=to, reason=reason, by=by, at=at))


@transaction.atomic
def _each(cases: Iterable[DisputeCase], step: Callable[[DisputeCase], object]) -> Report:
    cases, report = sorted(cases, key=lambda case: case.pk), Report()
    if len(cases) > MOST:
        raise TooMany(_("These are more than %(most)s cases. Choose fewer and do the rest afterwards.") % {"most": MOST})
    for case in cases:
        try:
            with transaction.atomic():
                step(case)
        except RuleViolation as refusal:
            report.refused.setdefault(str(refusal), []).append(case.no)
        else:
            report.done.append(case.no)
    return report
