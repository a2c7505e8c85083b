"""Units of administration, the station that serves some of them, and addresses."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization import access
from shengkang.organization.same_station import StationStays

# A comparison with NULL counts as passing, so both are asked for by name.
ON_EARTH = Q(latitude__isnull=True, longitude__isnull=True) | Q(
    latitude__isnull=False, longitude__isnull=False, latitude__range=(-90, 90), longitude__range=(-180, 180)
)


class StationQuerySet(models.QuerySet):
    """Rows that belong to one station. The default answer to "who sees this": the whole station by scope S, nobody else.

    A model with finer rules (assigned, own) overrides `visible_to` in its own queryset and names its object of the access matrix there.
    """

    def of_station_of(self, user):
        return self.filter(station_id=user.station_id) if user.station_id else self.none()


class UnitQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The units a station sits in, all above them, all below, and the villages it serves."""
        if user.station_id is None:
            return self.none()
        steps = user.station.sits_in.path.split(".")[:-1]
        above = [".".join(steps[: end + 1]) + "." for end in range(len(steps))]
        served = Q(coverage__station_id=user.station_id) | Q(parent__coverage__station_id=user.station_id)
        return self.filter(Q(path__in=above) | Q(path__startswith=above[-1]) | served)


class Unit(models.Model):
    """A unit of administration; levels as in GB/T 10114, codes as in the national 12-digit list of villages."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("province")
        CITY = "city", _("city")
        COUNTY = "county", _("county")
        TOWN = "town", _("town")
        VILLAGE = "village", _("village or community")
        GROUP = "group", _("villagers' group")

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    code = models.CharField(_("official code"), max_length=12, blank=True)
    name = models.CharField(pgettext_lazy("unit", "name"), max_length=60)
    # Each step ends in a dot, so "…200." is no prefix of "…2001.".
    path = models.CharField(max_length=120, unique=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("administration", "unit")
        verbose_name_plural = pgettext_lazy("administration", "units")
        ordering = ["path"]
        indexes = [models.Index(fields=["path"], name="unit_path_prefix", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(condition=Q(path__endswith="."), name="unit_path_ends_in_a_dot"),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="unit_code_once"),
            models.CheckConstraint(
                condition=Q(level="group") | Q(parent__isnull=False) | Q(level="province"), name="unit_has_a_parent"
            ),
        ]

    def __str__(self):
        return self.name


class OwnStationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(pk=user.station_id)


class Station(models.Model):
    """A police station: the tenant. Every root row names one, and nobody sees across."""

    name = models.CharField(pgettext_lazy("station", "name"), max_length=60, unique=True)
    sits_in = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("sits in"))
    covers = models.ManyToManyField(Unit, through="Coverage", related_name="stations", verbose_name=_("covers"))
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    # Its people are invented and its passwords printed: nobody logs in there once demo mode is off.
    is_demo = models.BooleanField(default=False, db_default=False, editable=False)

    objects = OwnStationQuerySet.as_manager()

    class Meta:
        verbose_name = _("police station")
        verbose_name_plural = _("police stations")

    def __str__(self):
        return self.name


class CoverageQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(station_id=user.station_id)


class Coverage(models.Model):
    """A village is served by one station only."""

    station = models.ForeignKey(Station, models.CASCADE)
    unit = models.OneToOneField(Unit, models.PROTECT, verbose_name=pgettext_lazy("administration", "unit"))

    objects = CoverageQuerySet.as_manager()

    class Meta:
        verbose_name = _("coverage")
        verbose_name_plural = _("coverages")

    def __str__(self):
        return f"{self.station} · {self.unit}"


class AddressQuerySet(StationQuerySet):
    def visible_to(self, user):
        return self.of_station_of(user) if access.scopes(user, "household", "read") & {"S"} else self.none()


class Address(models.Model):
    """A door: village, group, door number, optional point (WGS 84). A dwelling and a shop front are both addresses."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    group = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("villagers' group"))
    door = models.CharField(_("door"), max_length=40)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        triggers = [StationStays()]
        constraints = [
            models.UniqueConstraint(fields=["village", "group", "door"], name="address_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=ON_EARTH,
                name="address_point_is_on_earth",
            ),
        ]

    def __str__(self):
        return f"{self.village}{self.group or ''}{self.door}"
