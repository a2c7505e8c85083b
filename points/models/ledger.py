"""The ledger: one row is one transfer from wallet to wallet, so it is balanced by construction and never edited."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from points.models.evaluation import EvaluationPeriod
from points.models.tariff import Deed, Rule
from shengkang.audit.models import Fact
from shengkang.cases.models import DisputeCase
from shengkang.organization import access
from shengkang.organization.models import Person, Station, StationQuerySet, User


class WalletQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "points_account", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        # A keeper reaches a wallet by the card that is shown to him, never by a list; so scope M opens no rows here.
        return self.filter(person_id=user.person_id) if "O" in scopes and user.person_id else self.none()


class Wallet(models.Model):
    """Points of one person, or one of the station's own books (issuance, redemption, expiry), which carry no balance so that no row is hot."""

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        ISSUANCE = "issuance", _("issuance")
        REDEMPTION = "redemption", _("redemption")
        EXPIRY = "expiry", _("expiry")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="wallet", verbose_name=_("person"))
    balance = models.BigIntegerField(_("balance"), null=True, blank=True)
    # What a reversal could not take because it was already spent; the next award pays it first.
    debt = models.BigIntegerField(_("debt"), default=0)
    # What a card or a phone shows as QR code: opaque, and worth nothing without a keeper's log-in.
    card = models.UUIDField(unique=True, null=True, editable=False)

    objects = WalletQuerySet.as_manager()

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        constraints = [
            models.CheckConstraint(condition=Q(balance__isnull=True) | Q(balance__gte=0), name="wallet_never_below_zero"),
            models.CheckConstraint(condition=Q(debt__gte=0), name="wallet_debt_is_a_debt"),
            models.CheckConstraint(
                condition=Q(kind="person", person__isnull=False, balance__isnull=False, card__isnull=False)
                | (~Q(kind="person") & Q(person__isnull=True, balance__isnull=True, debt=0)),
                name="wallet_of_a_person_has_a_balance",
            ),
            models.UniqueConstraint(fields=["station", "kind"], condition=~Q(kind="person"), name="one_book_of_a_kind"),
        ]

    def __str__(self):
        return str(self.person or self.get_kind_display())


class TransferQuerySet(models.QuerySet):
    def visible_to(self, user):
        wallets = Wallet.objects.visible_to(user).values("pk")
        return self.filter(Q(from_wallet__in=wallets) | Q(to_wallet__in=wallets))


class Transfer(Fact):
    class Kind(models.TextChoices):
        AWARD = "award", _("award")
        REDEMPTION = "redemption", _("redemption")
        REVERSAL = "reversal", _("reversal")
        EXPIRY = "expiry", _("expiry")

    from_wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="outgoing", verbose_name=_("from wallet"))
    to_wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="incoming", verbose_name=_("to wallet"))
    amount = models.PositiveIntegerField(_("points"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=100, unique=True)
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rule of the tariff"))
    period = models.ForeignKey(
        EvaluationPeriod, models.PROTECT, null=True, blank=True, related_name="transfers", verbose_name=_("evaluation period")
    )
    case = models.ForeignKey(
        DisputeCase, models.PROTECT, null=True, blank=True, related_name="transfers", verbose_name=_("dispute case")
    )
    deed = models.ForeignKey(Deed, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("deed"))
    redemption = models.ForeignKey(
        "points.Redemption", models.PROTECT, null=True, blank=True, related_name="transfers", verbose_name=_("redemption")
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("reverses")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = TransferQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = pgettext_lazy("points", "transfer")
        verbose_name_plural = pgettext_lazy("points", "transfers")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["from_wallet", "-id"], name="transfer_out_newest"),
            models.Index(fields=["to_wallet", "-id"], name="transfer_in_newest"),
            models.Index(fields=["at"], name="transfer_by_time"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_moves_something"),
            models.CheckConstraint(condition=~Q(from_wallet=F("to_wallet")), name="transfer_between_two"),
            models.CheckConstraint(
                condition=(Q(kind="reversal") & (Q(reverses__isnull=False) & ~Q(reason="") & Q(by__isnull=False)))
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="reversal_names_what_why_and_who",
            ),
            models.CheckConstraint(condition=~Q(kind="award") | Q(rule__isnull=False), name="award_names_its_rule"),
            models.CheckConstraint(
                condition=~Q(kind="redemption") | Q(redemption__isnull=False), name="redemption_names_its_slip"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.amount}"


class Seal(Fact):
    """A range of transfers, counted, summed and hashed; each seal hashes the one before it."""

    first_id = models.BigIntegerField(_("first transfer"))
    last_id = models.BigIntegerField(_("last transfer"), unique=True)
    count = models.PositiveIntegerField(_("transfers"))
    total = models.BigIntegerField(_("sum of points"))
    previous = models.CharField(_("root before"), max_length=64, blank=True)
    root = models.CharField(_("root"), max_length=64, unique=True)
    at = models.DateTimeField(_("sealed at"))

    class Meta(Fact.Meta):
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_id__gte=F("first_id")), name="seal_runs_forward"),
            models.UniqueConstraint(fields=["previous"], name="seals_form_one_chain"),
        ]

    def __str__(self):
        return f"{self.first_id}–{self.last_id}"
