"""Who is on duty and where: one overwritten row per carrier, deleted at sign-off. No history of places is kept here.

Without a new word it holds for a shift; the clock then wipes the place, and the row only tells its owner that the duty ran out.
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from shengkang.organization import access
from shengkang.organization.models.places import Station, StationQuerySet
from shengkang.organization.models.users import User

# Going on duty, or saying “I am still here”, holds for a shift; who is not heard of again has gone home without signing off.
SHIFT = timedelta(hours=12)


class PresenceQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "gps_live", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        return self.filter(user=user) if "O" in scopes else self.none()

    def fresh(self, since):
        return self.filter(seen_at__gte=since)

    def on_duty(self, at):
        return self.fresh(at - SHIFT)

    def run_out(self, at):
        """Off duty, though nobody signed off."""
        return self.filter(seen_at__lt=at - SHIFT)


class Presence(models.Model):
    station = models.ForeignKey(Station, models.CASCADE, verbose_name=_("police station"))
    user = models.OneToOneField(User, models.CASCADE, verbose_name=_("account"))
    on_duty_since = models.DateTimeField(_("on duty since"))
    seen_at = models.DateTimeField(_("last seen at"), db_index=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence on duty")
        verbose_name_plural = _("presences on duty")

    def __str__(self):
        return str(self.user)

    @property
    def holds_until(self):
        return self.seen_at + SHIFT
