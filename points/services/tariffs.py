"""Versions of the tariff: a new one begins as a copy and takes over on its day."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from points.models import Rule, Tariff
from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization.models import Station, User
from shengkang.organization.selectors import day_of


class TariffDayRefused(RuleViolation):
    """A new version would change what days gone by were worth, or cut into a version that comes later."""


@transaction.atomic
def copy_tariff(*, tariff: Tariff, active_from: date, by: User, at: datetime, name: str = "") -> Tariff:
    """Copy the rules into a new version in force from `active_from`; the version in force until then ends on that day.

    The copy may be edited until its day comes. Raises TariffDayRefused.
    """
    Station.objects.select_for_update(no_key=True).get(pk=tariff.station_id)
    if active_from <= day_of(at):
        raise TariffDayRefused(_("A new tariff begins tomorrow at the earliest, so that no deed changes its worth afterwards."))
    versions = Tariff.objects.filter(station_id=tariff.station_id)
    if versions.filter(active_from__gte=active_from).exists():
        raise TariffDayRefused(_("Another tariff begins on that day or later. Edit that one, or choose a later day."))
    versions.in_force_on(active_from).update(active_to=active_from)
    copy = Tariff.objects.create(
        station_id=tariff.station_id,
        name=name or _("Hundred-point tariff from %(day)s") % {"day": active_from},
        active_from=active_from,
    )
    rules = list(tariff.rules.all())
    for rule in rules:
        rule.pk, rule._state.adding, rule.tariff = None, True, copy
    Rule.objects.bulk_create(rules)
    audit.note_deed(verb="copy_tariff", about=copy, by=by, at=at, detail={"copied_from": tariff.pk})
    return copy
