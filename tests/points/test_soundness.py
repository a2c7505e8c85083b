"""Somebody with all rights switches the triggers off and edits: the check names the row."""

from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from points import services
from points.models import EvaluationPeriod, Lot, Redemption, Seal, Transfer, Wallet
from points.selectors.soundness import misfits
from points.tasks import check_balances
from shengkang.audit.models import AuditEntry
from shengkang.notices.models import Notice
from tests import station
from tests.conftest import _point_at
from tests.points.makers import hold, make_award, make_goods, make_wallet
from tests.points.test_ledger import close, deed, make_line, make_period, make_rule
from tests.world import NOW, make_world

TABLES = [
    "points_transfer", "points_wallet", "points_lot", "points_stockmove", "points_redemption", "points_redemptionline", "points_seal",
    "points_scoreline",
]  # fmt: skip


@contextmanager
def tampered(*statements, keep=False):
    """What an owner can do who means harm: triggers off, edit. Inside, what the check then names; afterwards it never happened."""
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for statement in statements:
                cursor.execute(statement)
                assert cursor.rowcount != 0, statement
            for table in TABLES if keep else ():
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        yield {(misfit.check, misfit.row) for misfit in misfits(using="owner")}
        transaction.set_rollback(not keep, using="owner")


@pytest.fixture(scope="module")
def books(django_db_setup, django_db_blocker, worker_database):
    """Two wallets, awards by hand and from a closed period, a held, a collected and a cancelled slip; two seals and one row after them."""
    name = f"{worker_database}_books"
    station.clone(name)
    with django_db_blocker.unblock():
        _point_at(name)
        yield _fill()
        _point_at(worker_database)
    station.drop(name)


def _fill():
    side = make_world().here
    wallet, rice = make_wallet(side, points=500), make_goods(side)
    bonus, period = make_rule(side.station), make_period(side)
    make_line(period, side.residents[1], bonus, 5, deed=deed(side, side.residents[1], bonus, 1))
    close(period)
    services.post_period(period=period, by=side.station_chief, at=NOW)
    hold(side, wallet, {rice: 1})
    services.seal_ledger(at=NOW)
    services.collect_redemption(redemption=hold(side, wallet, {rice: 2}), by=side.shop_keeper, at=NOW)
    services.cancel_redemption(redemption=hold(side, wallet, {rice: 3}), by=side.shop_keeper, at=NOW)
    services.seal_ledger(at=NOW)
    make_award(side, wallet, 9)
    assert list(misfits()) == []
    return side


def first(kind):
    return Transfer.objects.filter(kind=kind).order_by("pk").first()


def test_an_altered_amount_is_named_with_its_seal_its_wallet_and_its_line(books):
    transfer = Transfer.objects.get(period__isnull=False)
    with tampered(f"UPDATE points_transfer SET amount = amount + 100 WHERE id = {transfer.pk}") as named:
        assert named == {
            ("sealed transfer", f"points.Transfer:{transfer.pk}"),
            ("seal root", f"points.Seal:{Seal.objects.order_by('pk').first().pk}"),
            ("wallet", f"points.Wallet:{transfer.to_wallet_id}"),
            ("score line", f"points.ScoreLine:{transfer.line_id}"),
            ("zero sum", f"organization.Station:{books.station.pk}"),
        }


@pytest.mark.parametrize("column", ["reason = 'x'", "at = at + interval '1 second'", "by_id = NULL", "key = 'other'"])
def test_every_column_is_under_the_seal(books, column):
    transfer = first("award")
    with tampered(f"UPDATE points_transfer SET {column} WHERE id = {transfer.pk}") as named:
        assert ("sealed transfer", f"points.Transfer:{transfer.pk}") in named


def test_a_deleted_transfer_is_named(books):
    transfer = Transfer.objects.get(reverses__isnull=False)
    with tampered(f"DELETE FROM points_transfer WHERE id = {transfer.pk}") as named:
        assert {
            ("sealed transfer", f"points.Transfer:{transfer.pk}"),
            ("wallet", f"points.Wallet:{transfer.to_wallet_id}"),
        } < named


def test_a_transfer_put_in_later_is_named(books):
    mine = Wallet.objects.get(person=books.residents[0])
    with tampered(
        "INSERT INTO points_transfer (id, from_wallet_id, to_wallet_id, amount, kind, key, rule_id, reason, at) "
        "SELECT -1, from_wallet_id, to_wallet_id, 77, kind, 'forged', rule_id, '', at FROM points_transfer "
        f"WHERE kind = 'award' AND to_wallet_id = {mine.pk} LIMIT 1",
        f"UPDATE points_wallet SET balance = balance + 77 WHERE id = {mine.pk}",
    ) as named:
        assert named == {("sealed transfer", "points.Transfer:-1")}


def test_a_seal_made_to_fit_the_forgery_breaks_the_chain(books):
    seal, transfer = Seal.objects.order_by("pk").first(), first("redemption")
    with tampered(
        f"UPDATE points_transfer SET reason = 'x' WHERE id = {transfer.pk}",
        "UPDATE points_seal SET root = points_root(previous, first_id, last_id, count, total, (SELECT string_agg(points_digest(t), ''::bytea "
        "ORDER BY t.id) FROM points_transfer t WHERE t.id BETWEEN first_id AND last_id)), leaves = (SELECT array_agg(points_leaf("
        f"points_digest(t)) ORDER BY t.id) FROM points_transfer t WHERE t.id BETWEEN first_id AND last_id) WHERE id = {seal.pk}",
    ) as named:
        assert named == {("seal chain", f"points.Seal:{seal.pk + 1}")}


def test_a_seal_taken_out_is_missed(books):
    one, two = Seal.objects.order_by("pk")
    with tampered(f"DELETE FROM points_seal WHERE id = {one.pk}") as named:
        assert ("seal chain", f"points.Seal:{two.pk}") in named


@pytest.mark.parametrize(
    ("statement", "check", "model"),
    [
        ("UPDATE points_wallet SET balance = balance + 1 WHERE id = {wallet}", "wallet", "wallet"),
        ("UPDATE points_wallet SET balance = 0, debt = 3 WHERE id = {wallet}", "wallet", "wallet"),
        ('UPDATE points_lot SET "left" = "left" + 1 WHERE id = {lot}', "lot", "lot"),
        ("DELETE FROM points_stockmove WHERE lot_id = {lot} AND kind = 'receive'", "lot", "lot"),
        ("UPDATE points_redemption SET points = points + 1 WHERE id = {slip}", "redemption", "slip"),
        ("UPDATE points_redemption SET status = 'cancelled', ended_at = at WHERE id = {slip}", "redemption", "slip"),
        ("UPDATE points_redemptionline SET quantity = 9 WHERE redemption_id = {slip}", "goods of a redemption", "slip"),
        ("UPDATE points_scoreline SET points = 50 WHERE id = {line}", "score line", "line"),
    ],
)
def test_what_was_edited_is_named(books, statement, check, model):
    rows = {
        "wallet": Wallet.objects.get(person=books.residents[0]),
        "lot": Lot.objects.get(),
        "slip": Redemption.objects.filter(status="held").get(),
        "line": EvaluationPeriod.objects.get().lines.get(),
    }
    with tampered(statement.format(**{name: row.pk for name, row in rows.items()})) as named:
        assert (check, f"{rows[model]._meta.label}:{rows[model].pk}") in named


def test_the_command_names_the_row_and_ends_with_one(books):
    wallet = Wallet.objects.get(person=books.residents[0])
    said = StringIO()
    call_command("verify_ledger", stdout=said)
    assert "0 rows do not fit" in said.getvalue()
    with tampered(f"UPDATE points_wallet SET balance = balance + 1 WHERE id = {wallet.pk}", keep=True):
        pass
    said = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_ledger", stdout=said)
    assert (end.value.code, f"wallet: points.Wallet:{wallet.pk}" in said.getvalue()) == (1, True)
    with tampered(f"UPDATE points_wallet SET balance = balance - 1 WHERE id = {wallet.pk}", keep=True) as named:
        assert named == set()


def test_the_nightly_check_tells_the_chiefs_once_and_says_nothing_when_all_is_well(books):
    for _ in range(2):
        check_balances()
    assert (AuditEntry.objects.filter(verb="ledger_does_not_fit").count(), Notice.objects.count()) == (0, 0)
    wallet = Wallet.objects.get(person=books.residents[0])
    with tampered(f"UPDATE points_wallet SET balance = balance + 1 WHERE id = {wallet.pk}", keep=True):
        pass
    for _ in range(2):
        check_balances()
    entry = AuditEntry.objects.get(verb="ledger_does_not_fit")
    assert entry.detail["count"] == 2
    assert any(row.startswith(f"wallet: points.Wallet:{wallet.pk} ") for row in entry.detail["rows"])
    told = Notice.objects.filter(kind="ledger").values_list("to__memberships__role", flat=True)
    assert set(told) == {"station_chief"}
    assert len(told) == 2
