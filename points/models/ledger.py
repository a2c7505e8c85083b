"""The ledger: one row is one transfer from wallet to wallet, so it is balanced by construction and never edited.

What a wallet holds follows from its transfers alone: net = in − out, balance = max(net, 0), debt = max(−net, 0). Both are kept in the
row only so that a hold can look at them under a lock; `manage.py verify_ledger` recomputes them.
"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from points.models.evaluation import EvaluationPeriod, ScoreLine
from points.models.tariff import Deed, Rule
from shengkang.audit.models import Fact
from shengkang.cases.models import DisputeCase
from shengkang.organization import access
from shengkang.organization.models import Person, Station, StationQuerySet, User


def only_by_functions(operation) -> pgtrigger.Trigger:
    """Refuses `operation` to everyone but the functions of the ledger, which it looks for among its callers.

    The application's role lacks the right as well (`only_functions_write`, see `manage.py grant`); this holds where one role does all.
    """
    return pgtrigger.Trigger(
        name="only_by_functions",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=operation,
        declare=[("callers", "text")],
        func=r"""
            GET DIAGNOSTICS callers = PG_CONTEXT;
            IF callers !~ 'points_[a-z_]+\(' THEN
                RAISE EXCEPTION 'only the functions of the ledger write %', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NULL;
        """,
    )


def masked_name(name: str) -> str:
    """A name as somebody may see it who only needs to be sure: 张三丰 → 张**."""
    return name[:1] + "*" * max(len(name) - 1, 1)


class WalletQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "points_account", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        # A keeper reaches a wallet by the card that is shown to him, never by a list; so scope M opens no more rows than O does.
        return self.filter(person_id=user.person_id) if scopes & {"O", "M"} and user.person_id else self.none()


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
    # What a reversal could not take because it was already spent; whatever comes next pays it first.
    debt = models.BigIntegerField(_("debt"), default=0)
    # What a card or a phone shows as QR code: opaque, and worth nothing without a keeper's log-in.
    card = models.UUIDField(unique=True, null=True, editable=False)

    only_functions_write = True
    free_columns = ("card",)
    objects = WalletQuerySet.as_manager()

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        triggers = [
            only_by_functions(
                pgtrigger.Insert | pgtrigger.Delete | pgtrigger.UpdateOf("balance", "debt", "kind", "person_id", "station_id")
            ),
            pgtrigger.Trigger(
                name="same_station",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.person_id IS NOT NULL"),
                func="""
                    IF (SELECT station_id FROM organization_person WHERE id = NEW.person_id) <> NEW.station_id THEN
                        RAISE EXCEPTION 'wallet and person belong to different stations' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(balance__isnull=True) | Q(balance__gte=0), name="wallet_never_below_zero"),
            models.CheckConstraint(condition=Q(debt__gte=0), name="wallet_debt_is_a_debt"),
            models.CheckConstraint(
                condition=Q(kind="person", person__isnull=False, balance__isnull=False, card__isnull=False)
                | (~Q(kind="person") & Q(person__isnull=True, balance__isnull=True, debt=0)),
                name="wallet_of_a_person_has_a_balance",
            ),
            models.CheckConstraint(
                condition=Q(balance__isnull=True) | Q(balance=0) | Q(debt=0), name="wallet_pays_its_debt_first"
            ),
            models.UniqueConstraint(fields=["station", "kind", "person"], nulls_distinct=False, name="one_book_of_a_kind"),
        ]

    def __str__(self):
        # A wallet is named on many pages whose readers may see points but not people; the pages that may say who ask for `person`.
        return f"{masked_name(self.person.name)} {self.pk:04}" if self.person_id else str(self.get_kind_display())

    @property
    def card_code(self) -> str:
        """What the card shows below its QR code, to be typed: the wallet's number and four digits that change with the card."""
        return f"{self.pk:04}{self.card.int % 10_000:04}"


class TransferQuerySet(models.QuerySet):
    def visible_to(self, user):
        wallets = Wallet.objects.visible_to(user).values("pk")
        return self.filter(Q(from_wallet__in=wallets) | Q(to_wallet__in=wallets))


class Transfer(Fact):
    """`amount` points from one wallet to another, and why."""

    class Kind(models.TextChoices):
        AWARD = "award", _("award")
        REDEMPTION = "redemption", _("redemption")
        REVERSAL = "reversal", _("reversal")
        EXPIRY = "expiry", _("expiry")

    # Every index is paid on every award, so only what is asked for has one.
    from_wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="outgoing", db_index=False, verbose_name=_("from wallet")
    )
    to_wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="incoming", db_index=False, verbose_name=_("to wallet"))
    amount = models.PositiveIntegerField(_("points"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=100, unique=True)
    rule = models.ForeignKey(
        Rule, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("rule of the tariff")
    )
    period = models.ForeignKey(
        EvaluationPeriod,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers",
        db_index=False,
        verbose_name=_("evaluation period"),
    )
    line = models.ForeignKey(
        ScoreLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers",
        db_index=False,
        verbose_name=_("score line"),
    )
    case = models.ForeignKey(
        DisputeCase,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers",
        db_index=False,
        verbose_name=_("dispute case"),
    )
    deed = models.ForeignKey(
        Deed, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("deed")
    )
    redemption = models.ForeignKey(
        "points.Redemption",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers",
        db_index=False,
        verbose_name=_("redemption"),
    )
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversals",
        db_index=False,
        verbose_name=_("reverses"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    only_functions_write = True
    objects = TransferQuerySet.as_manager()

    class Meta(Fact.Meta):
        triggers = [*Fact.Meta.triggers, only_by_functions(pgtrigger.Insert)]
        verbose_name = pgettext_lazy("points", "transfer")
        verbose_name_plural = pgettext_lazy("points", "transfers")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["from_wallet", "-id"], name="transfer_out_newest"),
            models.Index(fields=["to_wallet", "-id"], name="transfer_in_newest"),
            models.Index(fields=["at"], name="transfer_by_time"),
            models.Index(fields=["period"], condition=Q(period__isnull=False), name="transfer_of_period"),
            models.Index(fields=["case"], condition=Q(case__isnull=False), name="transfer_of_case"),
            models.Index(fields=["deed"], condition=Q(deed__isnull=False), name="transfer_of_deed"),
            models.Index(fields=["redemption"], condition=Q(redemption__isnull=False), name="transfer_of_redemption"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_moves_something"),
            models.CheckConstraint(condition=~Q(from_wallet=F("to_wallet")), name="transfer_between_two"),
            models.CheckConstraint(
                # Only a hold that ran out is given back by the clock, without a name under it.
                condition=(
                    Q(kind="reversal", reverses__isnull=False)
                    & ~Q(reason="")
                    & (Q(by__isnull=False) | Q(redemption__isnull=False))
                )
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="reversal_names_what_why_and_who",
            ),
            models.UniqueConstraint(fields=["reverses"], condition=Q(reverses__isnull=False), name="reversed_once"),
            models.UniqueConstraint(fields=["line"], condition=Q(line__isnull=False), name="score_line_posted_once"),
            models.CheckConstraint(condition=~Q(kind="award") | Q(rule__isnull=False), name="award_names_its_rule"),
            models.CheckConstraint(
                condition=~Q(kind="redemption") | Q(redemption__isnull=False), name="redemption_names_its_slip"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.amount}"


class SealQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Seals name nobody; who reads the entries of a station may check them."""
        return self.all() if "S" in access.scopes(user, "points_entry", "list") else self.none()


class Seal(Fact):
    """A range of transfers, counted, summed and hashed; each seal hashes the one before it.

    `ids` and `leaves` (the first 8 bytes of each row's SHA-256, as a signed number) only serve to name the row when the root does not fit.
    """

    first_id = models.BigIntegerField(_("first transfer"))
    last_id = models.BigIntegerField(_("last transfer"), unique=True)
    count = models.PositiveIntegerField(_("transfers"))
    total = models.BigIntegerField(_("sum of points"))
    ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    leaves = ArrayField(models.BigIntegerField(), default=list, editable=False)
    previous = models.CharField(_("root before"), max_length=64, blank=True)
    root = models.CharField(_("root"), max_length=64, unique=True)
    at = models.DateTimeField(_("sealed at"))

    only_functions_write = True
    objects = SealQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["id"]
        triggers = [*Fact.Meta.triggers, only_by_functions(pgtrigger.Insert)]
        constraints = [
            models.CheckConstraint(condition=Q(last_id__gte=F("first_id")), name="seal_runs_forward"),
            models.UniqueConstraint(fields=["previous"], name="seals_form_one_chain"),
        ]

    def __str__(self):
        return f"{self.first_id}–{self.last_id}"
