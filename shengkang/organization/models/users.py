"""Accounts, the roles they hold somewhere, and approvals for the cells marked P in the access matrix."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization import access
from shengkang.organization.access import Role
from shengkang.organization.models.people import Person
from shengkang.organization.models.places import Station, Unit


class UserManager(BaseUserManager):
    def create_user(self, phone, password=None, **fields):
        user = self.model(phone=phone, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, phone, password=None, **fields):
        return self.create_user(phone, password, is_superuser=True, is_staff=True, **fields)


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Chiefs and administrators see the accounts of their station; everyone sees his own."""
        scopes = access.scopes(user, "user_account", "list")
        return self.filter(Q(pk=user.pk) | Q(station_id=user.station_id)) if "S" in scopes else self.filter(pk=user.pk)

    def holding(self, role, station):
        return self.filter(is_active=True, station=station, memberships__role=role).distinct()


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who logs in, by telephone number."""

    phone = models.CharField(_("telephone"), max_length=20, unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=40)
    station = models.ForeignKey(Station, models.PROTECT, null=True, blank=True, verbose_name=_("police station"))
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="user", verbose_name=_("person"))
    is_active = models.BooleanField(_("may log in"), default=True)
    is_staff = models.BooleanField(_("works in the admin"), default=False)
    # For PASSWORD_MAX_AGE_DAYS; empty counts as too old where passwords have an age.
    password_set_at = models.DateTimeField(_("password chosen at"), null=True, editable=False)

    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager.from_queryset(UserQuerySet)()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["id"]

    def __str__(self):
        return self.name

    def get_short_name(self):
        return self.name

    get_full_name = get_short_name

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held now; one query per request."""
        return frozenset(self.memberships.values_list("role", flat=True))


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The roles of the accounts that `user` may see."""
        return self.filter(user__in=User.objects.visible_to(user))


class Membership(models.Model):
    """A user holds a role in a unit: an officer in the town, a head in a village, a leader over a township."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("account"))
    role = models.CharField(pgettext_lazy("membership", "role"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("administration", "unit"))

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("role held", "membership")
        verbose_name_plural = pgettext_lazy("role held", "memberships")
        constraints = [models.UniqueConstraint(fields=["user", "role", "unit"], name="membership_once")]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()} · {self.unit}"


class ApprovalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The chief sees the station's requests; an asker sees his own."""
        if "station_chief" in user.roles:
            return self.filter(asked_by__station_id=user.station_id)
        return self.filter(asked_by=user)

    def in_force(self, at):
        return self.filter(decision="granted", expires_at__gt=at)


class Approval(models.Model):
    """A P cell opened for one person, one thing, one reason and a limited time; two people are needed."""

    class Decision(models.TextChoices):
        WAITING = "waiting", _("waiting")
        GRANTED = "granted", _("granted")
        DECLINED = "declined", _("declined")

    asked_by = models.ForeignKey(User, models.PROTECT, related_name="approvals_asked", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    obj = models.CharField(_("object of the matrix"), max_length=40)
    action = models.CharField(_("action of the matrix"), max_length=40)
    target_ref = models.CharField(_("about"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, default=Decision.WAITING)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="approvals_decided", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("ends at"), null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="approval_needs_a_second_person"
            ),
            models.CheckConstraint(
                condition=Q(decision="waiting", decided_by__isnull=True)
                | Q(decision="declined", decided_by__isnull=False)
                | Q(decision="granted", decided_by__isnull=False, expires_at__isnull=False),
                name="approval_decision_has_a_name_and_an_end",
            ),
        ]

    def __str__(self):
        return f"{self.what_for} · {self.get_decision_display()}"

    @property
    def what_for(self):
        """The cell in words; a cell that is no longer asked for keeps its code."""
        return access.BY_APPROVAL.get((self.obj, self.action), f"{self.obj} · {self.action}")
