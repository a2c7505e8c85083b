"""How the ledger's functions say no: the SQLSTATEs of class SK as refusals a tired person can read."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from points.models import Item
from shengkang.audit.services import KeyReused
from shengkang.errors import RuleViolation


class WalletUnknown(RuleViolation):
    """No wallet of this station has this card."""


class ShopClosed(RuleViolation):
    """The shop does not redeem at present."""


class NotYourShop(RuleViolation):
    """Only a keeper of the shop redeems there."""


class BasketEmpty(RuleViolation):
    """Nothing was chosen."""


class NoPrice(RuleViolation):
    """Goods are not offered, or have no price in force that day."""


class InsufficientPoints(RuleViolation):
    """The wallet holds less than the basket costs."""


class OutOfStock(RuleViolation):
    """The shop has fewer pieces that are still good."""


class NotHeld(RuleViolation):
    """The redemption is no longer in the state the verb starts from."""


class AlreadyReversed(RuleViolation):
    """A transfer is reversed once."""


class ReasonMissing(RuleViolation):
    """What takes points or goods back says why."""


class NotReversible(RuleViolation):
    """Only awards are reversed one by one; a redemption is given back with its goods."""


class OtherStation(RuleViolation):
    """Two things of one posting belong to different stations."""


class PeriodNotClosed(RuleViolation):
    """Only the lines of a closed period are posted."""


def _insufficient(detail: str) -> RuleViolation:
    has, needs = detail.split(",")
    return InsufficientPoints(
        _("These goods cost %(needs)s points, the card has %(has)s. Take fewer pieces or cheaper goods.")
        % {"needs": needs, "has": has}
    )


def _names(detail: str) -> str:
    return "、".join(Item.objects.filter(pk__in=detail.split(",")).values_list("name", flat=True))


REFUSALS: dict[str, Callable[[str], RuleViolation]] = {
    "SK001": lambda detail: WalletUnknown(_("This card is not known at this station. Ask for a new card.")),
    "SK002": lambda detail: KeyReused(
        _("This form was already sent with other contents. Open a fresh form to send something new.")
    ),
    "SK003": lambda detail: ShopClosed(_("This points supermarket is closed at present. Ask the station to open it.")),
    "SK004": lambda detail: NotYourShop(_("You are not a keeper of this points supermarket. Ask its keeper.")),
    "SK005": lambda detail: BasketEmpty(_("Nothing has been chosen yet. Press + beside the goods.")),
    "SK006": lambda detail: NoPrice(
        _("%(goods)s cannot be redeemed today: no price is in force. Choose other goods.") % {"goods": _names(detail)}
    ),
    "SK007": _insufficient,
    "SK008": lambda detail: OutOfStock(
        _("Not enough in stock: %(goods)s. Take fewer pieces or other goods.") % {"goods": _names(detail)}
    ),
    "SK009": lambda detail: NotHeld(_("This redemption is no longer waiting. Scan the card again to start a new one.")),
    "SK010": lambda detail: AlreadyReversed(_("This transfer was already reversed.")),
    "SK011": lambda detail: NotReversible(_("Only an award can be reversed here. Open the redemption to give goods back.")),
    "SK012": lambda detail: OtherStation(_("The case belongs to another station. Choose a case of your own station.")),
    "SK013": lambda detail: PeriodNotClosed(_("Close the period first, then its points are posted.")),
}


def _translated(error: DatabaseError) -> RuleViolation | None:
    cause: Any = error.__cause__
    refusal = REFUSALS.get(getattr(cause, "pgcode", None) or "")
    return refusal and refusal(cause.diag.message_detail or "")


def call(function: str, *arguments) -> Any:
    """Call a function of the ledger that returns one value.

    One statement is its own transaction, so nothing is opened around it: one journey to the server. Inside a larger
    transaction it gets a savepoint, so that a refusal leaves the larger one usable. Raises the refusal the function names.
    """
    return _one_call(function, arguments, lambda cursor: cursor.fetchone()[0])


def call_for(model: type[Model], function: str, *arguments, only: Sequence[str] | None = None) -> Any:
    """Call a function of the ledger that returns a row of `model`, as an instance. Raises the refusal the function names.

    `only`: the columns to bring along, in the model's order; what is left out is read when somebody asks for it.
    """
    names = only or [field.attname for field in model._meta.concrete_fields]

    def instance(cursor):
        return model.from_db("default", names, cursor.fetchone())

    return _one_call(function, arguments, instance, ", ".join(map(connection.ops.quote_name, names)))


def _one_call(function, arguments, read, columns="*"):
    sql = f"SELECT {columns} FROM {function}({', '.join(['%s'] * len(arguments))})"  # noqa: S608 names are written in this room
    try:
        if connection.in_atomic_block:
            with transaction.atomic():
                return _run(sql, arguments, read)
        return _run(sql, arguments, read)
    except DatabaseError as error:
        refusal = _translated(error)
        if refusal is None:
            raise
        raise refusal from error


def _run(sql, arguments, read):
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return read(cursor)
