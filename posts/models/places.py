"""Joint-defence posts at a gate or a shop, the liaisons who serve there, and the units and shops that stand together."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization import access
from shengkang.organization.models import ON_EARTH, Station, StationQuerySet, Unit, User
from shengkang.organization.same_station import SameStation, StationStays


def posts_of(user):
    """The posts at which a user serves as liaison now, for use in a query."""
    return Liaison.objects.in_force().filter(user=user).values("post")


class SecurityPostQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "security_post", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        return self.of_station_of(user).filter(pk__in=posts_of(user)) if "A" in scopes else self.none()

    def active(self):
        return self.filter(active_to__isnull=True)


class SecurityPost(models.Model):
    """百米岗: a joint-defence post that answers for the ground within `radius` metres around it."""

    class Kind(models.TextChoices):
        HOTEL = "hotel", _("hotel")
        SCHOOL = "school", _("school")
        HOSPITAL = "hospital", _("hospital")
        COMPANY = "company", _("company")
        SHOP = "shop", pgettext_lazy("post", "shop")
        MARKET = "market", _("market")
        OTHER = "other", _("something else")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    name = models.CharField(pgettext_lazy("post", "name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    place = models.CharField(_("place"), max_length=120)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    radius = models.PositiveSmallIntegerField(_("radius in metres"), default=100)
    gear = models.CharField(_("gear"), max_length=200, blank=True, help_text=_("shields, sticks, police light …"))
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    active_from = models.DateField(_("in service from"))
    active_to = models.DateField(_("in service until"), null=True, blank=True)

    objects = SecurityPostQuerySet.as_manager()

    class Meta:
        verbose_name = _("security post")
        verbose_name_plural = _("security posts")
        ordering = ["village", "name"]
        triggers = [StationStays()]
        constraints = [
            models.UniqueConstraint(fields=["station", "name"], name="post_named_once"),
            models.CheckConstraint(condition=ON_EARTH, name="post_point_is_on_earth"),
            models.CheckConstraint(condition=Q(radius__range=(20, 2000)), name="post_radius_is_walkable"),
            models.CheckConstraint(
                condition=Q(active_to__isnull=True) | Q(active_to__gte=F("active_from")), name="post_serves_forward"
            ),
        ]

    def __str__(self):
        return self.name


class LiaisonQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(post__in=SecurityPost.objects.visible_to(user))

    def in_force(self):
        """Changes are entered on their day, never ahead, so an open end is the state of today."""
        return self.filter(active_to__isnull=True)


class Liaison(models.Model):
    """治安联络员: a user serves at a post from one day until another."""

    post = models.ForeignKey(SecurityPost, models.PROTECT, related_name="liaisons", verbose_name=_("security post"))
    user = models.ForeignKey(User, models.PROTECT, related_name="liaisons", verbose_name=_("account"))
    active_from = models.DateField(_("from"))
    active_to = models.DateField(_("until"), null=True, blank=True)

    objects = LiaisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("liaison of a post")
        verbose_name_plural = _("liaisons of posts")
        ordering = ["post", "active_from"]
        triggers = [SameStation("post", "user")]
        constraints = [
            models.UniqueConstraint(fields=["post", "user"], condition=Q(active_to__isnull=True), name="liaison_once_at_a_post"),
            models.CheckConstraint(
                condition=Q(active_to__isnull=True) | Q(active_to__gte=F("active_from")), name="liaison_serves_forward"
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.post}"


class MemberUnitQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "member_unit", "list")
        if "S" in scopes:
            return self.of_station_of(user)
        return self.of_station_of(user).filter(post__in=posts_of(user)) if "A" in scopes else self.none()


class MemberUnit(models.Model):
    """联防单位: a unit or shop that stands together with its neighbours; `contact` is the person to ring, at work."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    post = models.ForeignKey(
        SecurityPost, models.PROTECT, null=True, blank=True, related_name="member_units", verbose_name=_("security post")
    )
    name = models.CharField(pgettext_lazy("member unit", "name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=SecurityPost.Kind.choices)
    place = models.CharField(_("place"), max_length=120, blank=True)
    contact = models.CharField(_("contact"), max_length=40, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)

    objects = MemberUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("member unit")
        verbose_name_plural = _("member units")
        ordering = ["village", "name"]
        triggers = [SameStation("post"), StationStays()]
        constraints = [models.UniqueConstraint(fields=["station", "name"], name="member_unit_named_once")]

    def __str__(self):
        return self.name
