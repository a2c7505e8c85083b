"""Points move by these functions and by nothing else: each is one call, locks the wallet first, and all of it happens or none.

They run with the owner's rights (SECURITY DEFINER, fixed search_path) because the application's role may not write the tables itself;
the triggers `only_by_functions` look for a name like points_…( among their callers. Refusals carry SQLSTATEs of class SK, translated in
points/services/refusals.py. (7001, 1) is the advisory lock that sealing takes exclusively for a moment: a posting holds it shared
before it draws an id, so no id below a seal's last one can still appear.
"""

from django.db import migrations

OPENING = """
CREATE FUNCTION points_book(p_station bigint, p_kind text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_id bigint;
BEGIN
    SELECT id INTO v_id FROM points_wallet WHERE station_id = p_station AND kind = p_kind AND person_id IS NULL;
    WHILE v_id IS NULL LOOP
        INSERT INTO points_wallet (station_id, kind, debt) VALUES (p_station, p_kind, 0) ON CONFLICT DO NOTHING;
        SELECT id INTO v_id FROM points_wallet WHERE station_id = p_station AND kind = p_kind AND person_id IS NULL;
    END LOOP;
    RETURN v_id;
END $$;

-- Opens the wallets that are missing; returns how many were.
CREATE FUNCTION points_open_wallets(p_people bigint[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_opened integer;
BEGIN
    INSERT INTO points_wallet (station_id, kind, person_id, balance, debt, card)
    SELECT station_id, 'person', id, 0, 0, gen_random_uuid() FROM organization_person WHERE id = ANY (p_people) ORDER BY id
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_opened = ROW_COUNT;
    RETURN v_opened;
END $$;
"""

AWARD = """
CREATE FUNCTION points_award(
    p_wallet bigint, p_amount integer, p_rule bigint, p_key text,
    p_case bigint, p_deed bigint, p_period bigint, p_by bigint, p_at timestamptz
) RETURNS SETOF points_transfer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_station bigint;
    v_row points_transfer;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7001, 1);
    SELECT station_id INTO v_station FROM points_wallet WHERE id = p_wallet AND kind = 'person' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SK001', MESSAGE = 'no such wallet';
    END IF;
    SELECT * INTO v_row FROM points_transfer WHERE key = p_key;
    IF NOT FOUND THEN
        IF p_case IS NOT NULL AND v_station <> (SELECT station_id FROM cases_disputecase WHERE id = p_case) THEN
            RAISE EXCEPTION USING ERRCODE = 'SK012', MESSAGE = 'the case belongs to another station';
        END IF;
        INSERT INTO points_transfer (
            from_wallet_id, to_wallet_id, amount, kind, key, rule_id, case_id, deed_id, period_id, reason, by_id, at)
        VALUES (
            points_book(v_station, 'issuance'), p_wallet, p_amount, 'award', p_key, p_rule, p_case, p_deed, p_period, '', p_by, p_at)
        ON CONFLICT (key) DO NOTHING
        RETURNING * INTO v_row;
        IF FOUND THEN
            UPDATE points_wallet
            SET balance = balance + greatest(p_amount - debt, 0), debt = greatest(debt - p_amount, 0)
            WHERE id = p_wallet;
            RETURN NEXT v_row;
            RETURN;
        END IF;
        SELECT * INTO v_row FROM points_transfer WHERE key = p_key;
    END IF;
    IF (v_row.kind, v_row.to_wallet_id, v_row.amount, v_row.rule_id, v_row.case_id, v_row.deed_id, v_row.period_id)
       IS DISTINCT FROM ('award'::varchar, p_wallet, p_amount, p_rule, p_case, p_deed, p_period) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK002', MESSAGE = 'the key belongs to another transfer';
    END IF;
    RETURN NEXT v_row;
END $$;

-- Posts every bonus line of a closed period as one set; lines posted before are left alone. Returns how many were posted now.
CREATE FUNCTION points_post_period(p_period bigint, p_by bigint, p_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_station bigint;
    v_issuance bigint;
    v_posted integer;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7001, 1);
    SELECT station_id INTO v_station FROM points_evaluationperiod WHERE id = p_period AND status = 'closed' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SK013', MESSAGE = 'the period is not closed';
    END IF;
    v_issuance := points_book(v_station, 'issuance');
    PERFORM points_open_wallets(ARRAY(
        SELECT DISTINCT line.person_id FROM points_scoreline line JOIN points_rule rule ON rule.id = line.rule_id
        WHERE line.period_id = p_period AND rule.part <> 'base' AND line.points > 0));
    PERFORM 1 FROM points_wallet
    WHERE person_id IN (SELECT person_id FROM points_scoreline WHERE period_id = p_period)
    ORDER BY id FOR NO KEY UPDATE;
    WITH posted AS (
        INSERT INTO points_transfer (
            from_wallet_id, to_wallet_id, amount, kind, key, rule_id, case_id, deed_id, period_id, line_id, reason, by_id, at)
        SELECT v_issuance, wallet.id, line.points, 'award', 'period:' || p_period || ':line:' || line.id,
               line.rule_id, line.case_id, line.deed_id, p_period, line.id, '', p_by, p_at
        FROM points_scoreline line
        JOIN points_rule rule ON rule.id = line.rule_id
        JOIN points_wallet wallet ON wallet.person_id = line.person_id
        WHERE line.period_id = p_period AND rule.part <> 'base' AND line.points > 0
        ORDER BY line.person_id, line.done_on, line.id
        ON CONFLICT (key) DO NOTHING
        RETURNING to_wallet_id, amount
    ), sums AS (
        SELECT to_wallet_id, sum(amount) AS points, count(*) AS lines FROM posted GROUP BY to_wallet_id
    ), moved AS (
        UPDATE points_wallet wallet
        SET balance = balance + greatest(points - debt, 0), debt = greatest(debt - points, 0)
        FROM sums WHERE wallet.id = sums.to_wallet_id
        RETURNING lines
    )
    SELECT coalesce(sum(lines), 0) INTO v_posted FROM moved;
    RETURN v_posted;
END $$;

-- Takes an award back. The row has the whole amount: what is in the wallet goes, the rest stays as a debt.
CREATE FUNCTION points_reverse(p_transfer bigint, p_reason text, p_by bigint, p_at timestamptz) RETURNS SETOF points_transfer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_old points_transfer;
    v_row points_transfer;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7001, 1);
    SELECT * INTO v_old FROM points_transfer WHERE id = p_transfer AND kind = 'award';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SK011', MESSAGE = 'only an award is reversed like this';
    END IF;
    PERFORM 1 FROM points_wallet WHERE id = v_old.to_wallet_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM points_transfer WHERE reverses_id = p_transfer) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK010', MESSAGE = 'already reversed';
    END IF;
    INSERT INTO points_transfer (
        from_wallet_id, to_wallet_id, amount, kind, key, rule_id, case_id, deed_id, period_id, reverses_id, reason, by_id, at)
    VALUES (
        v_old.to_wallet_id, v_old.from_wallet_id, v_old.amount, 'reversal', 'reverse:' || p_transfer,
        v_old.rule_id, v_old.case_id, v_old.deed_id, v_old.period_id, p_transfer, p_reason, p_by, p_at)
    RETURNING * INTO v_row;
    UPDATE points_wallet
    SET balance = greatest(balance - v_old.amount, 0), debt = debt + greatest(v_old.amount - balance, 0)
    WHERE id = v_old.to_wallet_id;
    RETURN NEXT v_row;
END $$;
"""

UNDO = """
DROP FUNCTION points_reverse(bigint, text, bigint, timestamptz);
DROP FUNCTION points_post_period(bigint, bigint, timestamptz);
DROP FUNCTION points_award(bigint, integer, bigint, text, bigint, bigint, bigint, bigint, timestamptz);
DROP FUNCTION points_open_wallets(bigint[]);
DROP FUNCTION points_book(bigint, text);
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0002_the_ledger_is_guarded"), ("cases", "0002_initial")]
    operations = [migrations.RunSQL(OPENING + AWARD, UNDO)]
