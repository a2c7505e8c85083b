"""A checklist over every home: epidemic, winter fire, flood. Heads go through their homes; progress is counted, never kept."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.models.heads import villages_of_cadre
from households.models.homes import Home, HouseholdHead
from shengkang.audit.models import Fact
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.organization import access
from shengkang.organization.models import Membership, Station, StationQuerySet, Unit, User
from shengkang.organization.same_station import SameStation, StationStays


class CampaignQuerySet(StationQuerySet):
    def visible_to(self, user):
        """Scope S: the station's; scope A: those that reach a village where one is head, posted auxiliary or cadre."""
        scopes = access.scopes(user, "campaign", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        if "A" not in scopes:
            return self.none()
        mine = Q(villages__in=HouseholdHead.objects.active().filter(user=user).values("village"))
        mine |= Q(villages__in=villages_of_cadre(user))
        mine |= Q(villages__in=Membership.objects.filter(user=user, role=access.Role.AUX_POLICE).values("unit"))
        return self.of_station_of(user).filter(mine).distinct()

    def running(self, day):
        return self.filter(starts_on__lte=day, closed_at__isnull=True)


class Campaign(models.Model):
    """专项排查: every home of the villages is looked at once by its head, along a short checklist."""

    class Kind(models.TextChoices):
        EPIDEMIC = "epidemic", _("epidemic")
        WINTER_FIRE = "winter_fire", _("winter fire")
        FLOOD = "flood", _("flood")
        FRAUD = "fraud", _("fraud prevention")
        OTHER = "other", _("something else")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(pgettext_lazy("campaign", "name"), max_length=60)
    villages = models.ManyToManyField(Unit, related_name="+", verbose_name=_("villages and communities"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("to be done by"))
    closed_at = models.DateTimeField(pgettext_lazy("campaign", "closed at"), null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts_on", "-id"]
        triggers = [StationStays()]
        constraints = [
            models.UniqueConstraint(fields=["station", "name"], name="campaign_named_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_runs_forward"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("households:campaign", args=[self.pk])


class CampaignItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(campaign__in=Campaign.objects.visible_to(user))


class CampaignItem(models.Model):
    """One line of the checklist. What is not right there becomes a hazard of `hazard_group`, where one is named."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="items", verbose_name=_("campaign"))
    no = models.PositiveSmallIntegerField(_("number"))
    text = models.CharField(_("to be looked at"), max_length=80)
    hazard_group = models.ForeignKey(
        HazardGroup, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("hazard group")
    )
    # What is more than ordinary is told to the station without asking the head; the rest when she says so.
    level = models.CharField(_("level"), max_length=10, choices=Hazard.Level.choices, default=Hazard.Level.ORDINARY)

    objects = CampaignItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a checklist")
        verbose_name_plural = _("lines of checklists")
        ordering = ["campaign", "no"]
        constraints = [models.UniqueConstraint(fields=["campaign", "no"], name="campaign_item_numbered_once")]

    def __str__(self):
        return self.text

    @property
    def is_dangerous(self) -> bool:
        return self.hazard_group_id is not None and self.level != Hazard.Level.ORDINARY


class HomeCheckQuerySet(models.QuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "home_check", "list")
        if "S" in scopes:
            return self.filter(campaign__station_id=user.station_id)
        return self.filter(Q(by=user) | Q(home__in=Home.objects.visible_to(user))) if "A" in scopes else self.none()

    def latest(self):
        """The row that counts for each home of each campaign: the last one written."""
        later = HomeCheck.objects.filter(campaign=OuterRef("campaign"), home=OuterRef("home"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(later))

    def done(self):
        """Nobody at home means: come back."""
        return self.exclude(result=HomeCheck.Result.NOBODY)


class HomeCheck(Fact):
    """A home was looked at for a campaign; the latest row of a home counts. `problems`: numbers of the lines that were not right."""

    class Result(models.TextChoices):
        RIGHT = "right", _("everything all right")
        PROBLEM = "problem", _("something is not right")
        NOBODY = "nobody", _("nobody at home")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="checks", verbose_name=_("campaign"))
    home = models.ForeignKey(Home, models.PROTECT, related_name="checks", verbose_name=pgettext_lazy("dwelling", "home"))
    result = models.CharField(_("result"), max_length=8, choices=Result.choices)
    problems = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("not right"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("looked at by"))
    at = models.DateTimeField(_("at"), db_index=True)

    objects = HomeCheckQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("check of a home")
        verbose_name_plural = _("checks of homes")
        ordering = ["-at", "-id"]
        triggers = [*Fact.Meta.triggers, SameStation("campaign", "home", "by")]
        indexes = [models.Index(fields=["campaign", "home", "-id"], name="check_latest_of_home")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(result="problem") & ~Q(problems=[])) | (~Q(result="problem") & Q(problems=[])),
                name="check_with_a_problem_says_which",
            ),
        ]

    def __str__(self):
        return f"{self.home} · {self.campaign}"
