"""At the counter: points, stock and slip move together or not at all. Wallet first, then the lots in order of id."""

from django.db import migrations

HOLD = """
-- p_basket: {"item id": pieces}. Which batches are drawn from: first to expire, first out. Which day's price: p_day, the local day of p_at.
CREATE FUNCTION points_redeem_hold(
    p_shop bigint, p_wallet bigint, p_basket jsonb, p_key text,
    p_by bigint, p_at timestamptz, p_day date, p_hold_ends_at timestamptz
) RETURNS SETOF points_redemption
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_wallet points_wallet;
    v_shop points_shop;
    v_slip points_redemption;
    v_items bigint[];
    v_pieces integer[];
    v_points bigint[];
    v_total bigint;
    v_wanted bigint;
    v_drawn bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7001, 1);
    SELECT * INTO v_wallet FROM points_wallet WHERE id = p_wallet AND kind = 'person' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SK001', MESSAGE = 'no such wallet';
    END IF;

    SELECT * INTO v_slip FROM points_redemption WHERE key = p_key;
    IF FOUND THEN
        IF (v_slip.shop_id, v_slip.wallet_id, v_slip.by_id) IS DISTINCT FROM (p_shop, p_wallet, p_by)
           OR p_basket IS DISTINCT FROM (
               SELECT jsonb_object_agg(item_id::text, quantity) FROM points_redemptionline WHERE redemption_id = v_slip.id)
        THEN
            RAISE EXCEPTION USING ERRCODE = 'SK002', MESSAGE = 'the key belongs to another redemption';
        END IF;
        RETURN NEXT v_slip;
        RETURN;
    END IF;

    SELECT * INTO v_shop FROM points_shop WHERE id = p_shop;
    IF NOT FOUND OR v_shop.station_id <> v_wallet.station_id THEN
        RAISE EXCEPTION USING ERRCODE = 'SK001', MESSAGE = 'shop and wallet belong to different stations';
    ELSIF NOT v_shop.is_open THEN
        RAISE EXCEPTION USING ERRCODE = 'SK003', MESSAGE = 'the shop is closed';
    ELSIF NOT EXISTS (SELECT 1 FROM points_shop_keepers WHERE shop_id = p_shop AND user_id = p_by) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK004', MESSAGE = 'not a keeper of this shop';
    END IF;

    SELECT array_agg(basket.item ORDER BY basket.item), array_agg(basket.pieces ORDER BY basket.item),
           array_agg(price.points::bigint * basket.pieces ORDER BY basket.item),
           sum(price.points::bigint * basket.pieces), sum(basket.pieces)
    INTO v_items, v_pieces, v_points, v_total, v_wanted
    FROM (SELECT key::bigint AS item, value::integer AS pieces FROM jsonb_each_text(p_basket)) basket
    LEFT JOIN points_item item ON item.id = basket.item AND item.station_id = v_wallet.station_id AND item.is_offered
    LEFT JOIN points_price price ON price.item_id = item.id
        AND price.active_from <= p_day AND (price.active_to IS NULL OR price.active_to > p_day);
    IF v_items IS NULL OR 0 >= ANY (v_pieces) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK005', MESSAGE = 'the basket is empty';
    ELSIF array_position(v_points, NULL) IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SK006', MESSAGE = 'no price in force', DETAIL = v_items[array_position(v_points, NULL)];
    ELSIF v_total > v_wallet.balance THEN
        RAISE EXCEPTION USING ERRCODE = 'SK007', MESSAGE = 'not enough points', DETAIL = v_wallet.balance || ',' || v_total;
    END IF;

    INSERT INTO points_redemption (station_id, shop_id, wallet_id, status, points, key, by_id, at, hold_ends_at)
    VALUES (v_wallet.station_id, p_shop, p_wallet, 'held', v_total, p_key, p_by, p_at, p_hold_ends_at)
    ON CONFLICT (key) DO NOTHING
    RETURNING * INTO v_slip;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SK002', MESSAGE = 'the key belongs to another redemption';
    END IF;
    INSERT INTO points_redemptionline (redemption_id, item_id, quantity, points)
    SELECT v_slip.id, item, pieces, points FROM unnest(v_items, v_pieces, v_points) AS line (item, pieces, points);

    PERFORM 1 FROM points_lot
    WHERE shop_id = p_shop AND item_id = ANY (v_items) AND "left" > 0 AND (expires_on IS NULL OR expires_on >= p_day)
    ORDER BY id FOR NO KEY UPDATE;
    -- A statement of its own, so that it sees the batches as they are now that they are locked.
    WITH rows AS (
        SELECT lot.id, lot."left", wanted.pieces,
               coalesce(sum(lot."left") OVER (
                   PARTITION BY lot.item_id ORDER BY lot.expires_on NULLS LAST, lot.id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM points_lot lot
        JOIN unnest(v_items, v_pieces) AS wanted (item, pieces) ON wanted.item = lot.item_id
        WHERE lot.shop_id = p_shop AND lot."left" > 0 AND (lot.expires_on IS NULL OR lot.expires_on >= p_day)
    ), draws AS (
        SELECT id, least("left", pieces - before)::integer AS pieces FROM rows WHERE before < pieces
    ), moved AS (
        UPDATE points_lot lot SET "left" = lot."left" - draws.pieces FROM draws WHERE lot.id = draws.id
        RETURNING lot.id, draws.pieces
    ), noted AS (
        INSERT INTO points_stockmove (lot_id, kind, pieces, redemption_id, by_id, at)
        SELECT moved.id, 'redeem', -moved.pieces, v_slip.id, p_by, p_at FROM moved ORDER BY moved.id
        RETURNING pieces
    )
    SELECT coalesce(-sum(pieces), 0) INTO v_drawn FROM noted;
    IF v_drawn <> v_wanted THEN
        RAISE EXCEPTION USING ERRCODE = 'SK008', MESSAGE = 'not enough in stock', DETAIL = (
            SELECT string_agg(wanted.item::text, ',' ORDER BY wanted.item)
            FROM unnest(v_items, v_pieces) AS wanted (item, pieces)
            WHERE wanted.pieces > (
                SELECT coalesce(-sum(move.pieces), 0) FROM points_stockmove move JOIN points_lot lot ON lot.id = move.lot_id
                WHERE move.redemption_id = v_slip.id AND lot.item_id = wanted.item));
    END IF;

    INSERT INTO points_transfer (from_wallet_id, to_wallet_id, amount, kind, key, redemption_id, reason, by_id, at)
    VALUES (p_wallet, points_book(v_wallet.station_id, 'redemption'), v_total, 'redemption',
            'redemption:' || v_slip.id, v_slip.id, '', p_by, p_at);
    UPDATE points_wallet SET balance = balance - v_total WHERE id = p_wallet;
    RETURN NEXT v_slip;
END $$;
"""

END = """
CREATE FUNCTION points_redeem_collect(p_redemption bigint, p_by bigint, p_at timestamptz) RETURNS SETOF points_redemption
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_slip points_redemption;
BEGIN
    SELECT * INTO v_slip FROM points_redemption WHERE id = p_redemption FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT 1 FROM points_shop_keepers WHERE shop_id = v_slip.shop_id AND user_id = p_by) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK004', MESSAGE = 'not a keeper of this shop';
    ELSIF v_slip.status = 'collected' THEN
        RETURN NEXT v_slip;
        RETURN;
    ELSIF v_slip.status <> 'held' THEN
        RAISE EXCEPTION USING ERRCODE = 'SK009', MESSAGE = 'not held', DETAIL = v_slip.status;
    END IF;
    UPDATE points_redemption SET status = 'collected', ended_at = p_at WHERE id = p_redemption RETURNING * INTO v_slip;
    RETURN NEXT v_slip;
END $$;

-- Gives points and goods of holds (p_status cancelled, timed_out) or of collected slips (reversed) back. Those that are no longer in
-- the state it starts from are left alone; returns how many were given back. A set, so locks are taken in one order for all of them.
CREATE FUNCTION points_redeem_give_back(
    p_redemptions bigint[], p_status text, p_reason text, p_goods_back boolean, p_by bigint, p_at timestamptz
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_ids bigint[];
    v_from text := CASE p_status WHEN 'reversed' THEN 'collected' WHEN 'cancelled' THEN 'held' WHEN 'timed_out' THEN 'held' END;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7001, 1);
    PERFORM 1 FROM points_wallet
    WHERE id IN (SELECT wallet_id FROM points_redemption WHERE id = ANY (p_redemptions))
    ORDER BY id FOR NO KEY UPDATE;
    PERFORM 1 FROM points_redemption WHERE id = ANY (p_redemptions) ORDER BY id FOR NO KEY UPDATE;
    SELECT array_agg(id) INTO v_ids FROM points_redemption
    WHERE id = ANY (p_redemptions) AND status = v_from AND (p_status <> 'timed_out' OR hold_ends_at <= p_at);
    IF v_ids IS NULL THEN
        RETURN 0;
    END IF;
    IF p_status = 'cancelled' AND EXISTS (
        SELECT 1 FROM points_redemption slip WHERE slip.id = ANY (v_ids) AND NOT EXISTS (
            SELECT 1 FROM points_shop_keepers keeper WHERE keeper.shop_id = slip.shop_id AND keeper.user_id = p_by))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SK004', MESSAGE = 'not a keeper of this shop';
    END IF;

    IF p_goods_back THEN
        PERFORM 1 FROM points_lot
        WHERE id IN (SELECT lot_id FROM points_stockmove WHERE redemption_id = ANY (v_ids))
        ORDER BY id FOR NO KEY UPDATE;
        WITH noted AS (
            INSERT INTO points_stockmove (lot_id, kind, pieces, redemption_id, by_id, at)
            SELECT lot_id, 'give_back', -pieces, redemption_id, p_by, p_at FROM points_stockmove
            WHERE redemption_id = ANY (v_ids) AND kind = 'redeem' ORDER BY lot_id
            RETURNING lot_id, pieces
        )
        UPDATE points_lot lot SET "left" = lot."left" + sums.pieces
        FROM (SELECT lot_id, sum(pieces) AS pieces FROM noted GROUP BY lot_id) sums
        WHERE lot.id = sums.lot_id;
    END IF;

    WITH posted AS (
        INSERT INTO points_transfer (
            from_wallet_id, to_wallet_id, amount, kind, key, redemption_id, reverses_id, reason, by_id, at)
        SELECT to_wallet_id, from_wallet_id, amount, 'reversal', 'reverse:' || id, redemption_id, id, p_reason, p_by, p_at
        FROM points_transfer old WHERE redemption_id = ANY (v_ids) AND kind = 'redemption' ORDER BY old.id
        RETURNING to_wallet_id, amount
    )
    UPDATE points_wallet wallet
    SET balance = balance + greatest(points - debt, 0), debt = greatest(debt - points, 0)
    FROM (SELECT to_wallet_id, sum(amount) AS points FROM posted GROUP BY to_wallet_id) sums
    WHERE wallet.id = sums.to_wallet_id;

    UPDATE points_redemption SET status = p_status, ended_at = CASE p_status WHEN 'reversed' THEN ended_at ELSE p_at END
    WHERE id = ANY (v_ids);
    RETURN cardinality(v_ids);
END $$;
"""

RECEIVE = """
CREATE FUNCTION points_receive(
    p_shop bigint, p_item bigint, p_pieces integer, p_received_on date, p_expires_on date, p_origin text,
    p_by bigint, p_at timestamptz
) RETURNS SETOF points_lot
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_lot points_lot;
BEGIN
    INSERT INTO points_lot (shop_id, item_id, received_on, expires_on, origin, "left")
    VALUES (p_shop, p_item, p_received_on, p_expires_on, p_origin, p_pieces)
    RETURNING * INTO v_lot;
    INSERT INTO points_stockmove (lot_id, kind, pieces, by_id, at) VALUES (v_lot.id, 'receive', p_pieces, p_by, p_at);
    RETURN NEXT v_lot;
END $$;
"""

UNDO = """
DROP FUNCTION points_receive(bigint, bigint, integer, date, date, text, bigint, timestamptz);
DROP FUNCTION points_redeem_give_back(bigint[], text, text, boolean, bigint, timestamptz);
DROP FUNCTION points_redeem_collect(bigint, bigint, timestamptz);
DROP FUNCTION points_redeem_hold(bigint, bigint, jsonb, text, bigint, timestamptz, date, timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0003_functions_that_move_points")]
    operations = [migrations.RunSQL(HOLD + END + RECEIVE, UNDO)]
