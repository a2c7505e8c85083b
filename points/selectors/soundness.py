"""Whether the ledger is sound: everything that can be recomputed is recomputed, and every row that does not fit is named.

A few set-based queries over the whole ledger, whatever its size; each yields only what is wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, connections


@dataclass(frozen=True)
class Misfit:
    """One row that does not fit: which check found it, the row (`points.Wallet:12`), what is wrong in numbers (no personal data)."""

    check: str
    row: str
    detail: str

    def __str__(self):
        return f"{self.check}: {self.row} {self.detail}"


# Each query returns (row, detail).
CHECKS = {
    # Seals: an unbroken chain; each range as it was counted, summed and hashed.
    "seal chain": """
        SELECT 'points.Seal:' || id, 'does not follow the seal before it' FROM (
            SELECT id, first_id, previous, lag(last_id, 1, 0::bigint) OVER (ORDER BY id) AS last_before,
                   lag(root, 1, ''::varchar) OVER (ORDER BY id) AS root_before
            FROM points_seal) chain
        WHERE previous <> root_before OR first_id <> last_before + 1""",
    "seal root": """
        SELECT 'points.Seal:' || seal.id,
               format('%s–%s: sealed %s rows of %s points, found %s of %s', first_id, last_id, seal.count, seal.total, now.count, now.total)
        FROM points_seal seal, LATERAL (
            SELECT count(*) AS count, coalesce(sum(amount), 0) AS total,
                   coalesce(string_agg(points_digest(t), ''::bytea ORDER BY t.id), '') AS digests
            FROM points_transfer t WHERE t.id BETWEEN seal.first_id AND seal.last_id) now
        WHERE root <> points_root(previous, first_id, last_id, now.count, now.total, now.digests)""",
    # Which rows of a range that does not fit: altered, gone, or put in later.
    "sealed transfer": """
        SELECT 'points.Transfer:' || coalesce(leaf.id, t.id),
               CASE WHEN t.id IS NULL THEN 'was sealed and is gone' WHEN leaf.id IS NULL THEN 'was put in after its range was sealed'
                    ELSE 'differs from what was sealed' END
        FROM points_seal seal
        CROSS JOIN LATERAL (
            SELECT * FROM unnest(seal.ids, seal.leaves) AS leaf (id, leaf)
        ) leaf
        FULL JOIN (
            SELECT * FROM points_transfer WHERE id <= (SELECT max(last_id) FROM points_seal)
        ) t ON t.id = leaf.id
        WHERE t.id IS NULL OR leaf.id IS NULL OR leaf.leaf <> points_leaf(points_digest(t))""",
    # Wallets: balance and debt are what the transfers say.
    "wallet": """
        SELECT 'points.Wallet:' || wallet.id,
               format('holds %s, owes %s; its transfers say %s', wallet.balance, wallet.debt, coalesce(net.points, 0))
        FROM points_wallet wallet
        LEFT JOIN (
            SELECT wallet_id, sum(points) AS points FROM (
                SELECT to_wallet_id AS wallet_id, amount::bigint AS points FROM points_transfer
                UNION ALL SELECT from_wallet_id, -amount::bigint FROM points_transfer) sides
            GROUP BY wallet_id) net ON net.wallet_id = wallet.id
        WHERE wallet.kind = 'person'
          AND (wallet.balance IS DISTINCT FROM greatest(coalesce(net.points, 0), 0)
               OR wallet.debt IS DISTINCT FROM greatest(-coalesce(net.points, 0), 0))""",
    # Transfers: from the right book, within one station, a reversal the mirror of what it reverses.
    "transfer": """
        SELECT 'points.Transfer:' || t.id, format('%s from %s to %s does not fit', t.kind, source.kind, target.kind)
        FROM points_transfer t
        JOIN points_wallet source ON source.id = t.from_wallet_id
        JOIN points_wallet target ON target.id = t.to_wallet_id
        LEFT JOIN points_transfer old ON old.id = t.reverses_id
        WHERE source.station_id <> target.station_id
           OR (t.kind = 'award' AND (source.kind, target.kind) <> ('issuance', 'person'))
           OR (t.kind = 'redemption' AND (source.kind, target.kind) <> ('person', 'redemption'))
           OR (t.kind = 'expiry' AND (source.kind, target.kind) <> ('person', 'expiry'))
           OR (t.kind = 'reversal' AND (t.from_wallet_id, t.to_wallet_id, t.amount)
                                       IS DISTINCT FROM (old.to_wallet_id, old.from_wallet_id, old.amount))""",
    # Closed periods: every bonus line was posted once, as it stands.
    "score line": """
        SELECT 'points.ScoreLine:' || line.id, format('%s points, posted %s', line.points, t.amount)
        FROM points_evaluationperiod period
        JOIN points_scoreline line ON line.period_id = period.id
        JOIN points_rule rule ON rule.id = line.rule_id AND rule.part <> 'base'
        LEFT JOIN points_transfer t ON t.line_id = line.id
        LEFT JOIN points_wallet wallet ON wallet.id = t.to_wallet_id
        WHERE period.status = 'closed' AND line.points > 0
          AND (t.amount, wallet.person_id, t.rule_id, t.period_id)
              IS DISTINCT FROM (line.points::integer, line.person_id, line.rule_id, line.period_id)""",
    # Stock: what is left of a batch is the sum of its moves.
    "lot": """
        SELECT 'points.Lot:' || lot.id, format('%s left; its moves say %s', lot."left", coalesce(moves.pieces, 0))
        FROM points_lot lot
        LEFT JOIN (SELECT lot_id, sum(pieces) AS pieces FROM points_stockmove GROUP BY lot_id) moves ON moves.lot_id = lot.id
        WHERE lot."left" <> coalesce(moves.pieces, 0)""",
    # Holds: points and goods are out exactly while the state says so.
    "redemption": """
        SELECT 'points.Redemption:' || slip.id,
               format('%s, %s points: paid %s, given back %s, lines %s', slip.status, slip.points, paid.points, paid.back, lines.points)
        FROM points_redemption slip
        LEFT JOIN (
            SELECT redemption_id, sum(amount) FILTER (WHERE kind = 'redemption') AS points,
                   coalesce(sum(amount) FILTER (WHERE kind = 'reversal'), 0) AS back,
                   bool_and(slip_wallet IN (from_wallet_id, to_wallet_id)) AS of_the_wallet
            FROM (SELECT t.*, r.wallet_id AS slip_wallet FROM points_transfer t JOIN points_redemption r ON r.id = t.redemption_id) t
            GROUP BY redemption_id) paid ON paid.redemption_id = slip.id
        LEFT JOIN (
            SELECT redemption_id, sum(points) AS points, sum(quantity) AS pieces FROM points_redemptionline GROUP BY redemption_id
        ) lines ON lines.redemption_id = slip.id
        WHERE paid.points IS DISTINCT FROM slip.points::bigint OR lines.points IS DISTINCT FROM slip.points::bigint
           OR NOT paid.of_the_wallet
           OR paid.back <> CASE WHEN slip.status IN ('held', 'collected') THEN 0 ELSE slip.points END""",
    "goods of a redemption": """
        SELECT 'points.Redemption:' || coalesce(line.redemption_id, moves.redemption_id),
               format('%s: %s pieces of goods %s on the slip, %s taken, %s given back',
                      slip.status, line.quantity, coalesce(line.item_id, moves.item_id), moves.out, moves.back)
        FROM points_redemptionline line
        FULL JOIN (
            SELECT move.redemption_id, lot.item_id, -sum(move.pieces) FILTER (WHERE move.kind = 'redeem') AS out,
                   coalesce(sum(move.pieces) FILTER (WHERE move.kind = 'give_back'), 0) AS back
            FROM points_stockmove move JOIN points_lot lot ON lot.id = move.lot_id
            WHERE move.redemption_id IS NOT NULL GROUP BY move.redemption_id, lot.item_id
        ) moves ON moves.redemption_id = line.redemption_id AND moves.item_id = line.item_id
        JOIN points_redemption slip ON slip.id = coalesce(line.redemption_id, moves.redemption_id)
        WHERE moves.out IS DISTINCT FROM line.quantity::bigint
           OR (slip.status IN ('held', 'collected') AND moves.back <> 0)
           OR (slip.status IN ('cancelled', 'timed_out') AND moves.back <> moves.out)
           OR (slip.status = 'reversed' AND moves.back NOT IN (0, moves.out))""",
    # All books together: issued = held − owed + redeemed + expired. Each station for itself.
    "zero sum": """
        SELECT 'organization.Station:' || station_id, format('its books add up to %s, not to zero', sum(points))
        FROM (
            SELECT wallet.station_id, wallet.balance - wallet.debt AS points FROM points_wallet wallet WHERE kind = 'person'
            UNION ALL
            SELECT book.station_id, t.amount FROM points_transfer t JOIN points_wallet book ON book.id = t.to_wallet_id AND book.kind <> 'person'
            UNION ALL
            SELECT book.station_id, -t.amount FROM points_transfer t JOIN points_wallet book ON book.id = t.from_wallet_id AND book.kind <> 'person'
        ) sides GROUP BY station_id HAVING sum(points) <> 0""",
}


def misfits(*, using: str = "default") -> Iterator[Misfit]:
    """Everything that does not fit, check by check. Empty: the ledger is sound. Run it on one snapshot (see `on_one_snapshot`)."""
    with connections[using].cursor() as cursor:
        for check, sql in CHECKS.items():
            cursor.execute(sql)
            for row, detail in cursor.fetchall():
                yield Misfit(check, row, detail)


def on_one_snapshot() -> None:
    """First statement of a transaction: all that follows sees one moment, however long it takes and whoever posts meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def newest_seal(using: str) -> dict:
    """How far the ledger is sealed and by which root: what a backup must bring back."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT last_id, root FROM points_seal ORDER BY id DESC LIMIT 1")
        found = cursor.fetchone()
    return dict(zip(("sealed_up_to", "root"), found, strict=True)) if found else {}
