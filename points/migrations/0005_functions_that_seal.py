"""Seals: what a row says as one hash, and ranges of rows hashed together, each with the root before it."""

from django.db import migrations

SEAL = """
-- Every column by name: a column added later needs a function of its own, or old seals would no longer fit.
CREATE FUNCTION points_digest(t points_transfer) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(ROW(
        t.id, t.from_wallet_id, t.to_wallet_id, t.amount, t.kind, t.key, t.rule_id, t.period_id, t.line_id, t.case_id, t.deed_id,
        t.redemption_id, t.reverses_id, t.reason, t.by_id, extract(epoch FROM t.at))::text, 'UTF8'))
$$;

CREATE FUNCTION points_leaf(p_digest bytea) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('x' || encode(substring(p_digest FROM 1 FOR 8), 'hex'))::bit(64)::bigint
$$;

CREATE FUNCTION points_root(p_previous text, p_first bigint, p_last bigint, p_count bigint, p_total bigint, p_digests bytea) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(concat_ws(':', p_previous, p_first, p_last, p_count, p_total, ''), 'UTF8') || p_digests), 'hex')
$$;

-- Seals all transfers up to this moment, at most p_chunk rows a seal; returns the number of seals written.
-- Postings wait for an instant only: the exclusive lock is let go by rolling back the block that took it. Where a long posting holds
-- it shared, this gives up after the timeout, so that nobody queues behind; the next minute seals.
CREATE FUNCTION points_seal_up(p_at timestamptz, p_chunk integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
    v_mark bigint;
    v_first bigint;
    v_root text;
    v_seal points_seal;
    v_count integer := 0;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'sealing must see what was committed while it waited';
    END IF;
    BEGIN
        PERFORM pg_advisory_xact_lock(7001, 2);
    EXCEPTION WHEN lock_not_available THEN
        RETURN 0;
    END;
    BEGIN
        PERFORM pg_advisory_xact_lock(7001, 1);
        SELECT max(id) INTO v_mark FROM points_transfer;
        RAISE EXCEPTION USING ERRCODE = 'SK900';
    EXCEPTION
        WHEN SQLSTATE 'SK900' THEN NULL;
        WHEN lock_not_available THEN RETURN 0;
    END;
    SELECT last_id + 1, root INTO v_first, v_root FROM points_seal ORDER BY id DESC LIMIT 1;
    v_first := coalesce(v_first, 1);
    v_root := coalesce(v_root, '');
    WHILE v_first <= v_mark LOOP
        INSERT INTO points_seal (first_id, last_id, count, total, ids, leaves, previous, root, at)
        SELECT v_first, chunk.last_id, chunk.count, chunk.total, chunk.ids, chunk.leaves, v_root,
               points_root(v_root, v_first, chunk.last_id, chunk.count, chunk.total, chunk.digests), p_at
        FROM (
            SELECT max(id) AS last_id, count(*) AS count, sum(amount) AS total, array_agg(id ORDER BY id) AS ids,
                   array_agg(points_leaf(digest) ORDER BY id) AS leaves, string_agg(digest, ''::bytea ORDER BY id) AS digests
            FROM (
                SELECT t.id, t.amount, points_digest(t) AS digest FROM points_transfer t
                WHERE t.id BETWEEN v_first AND v_mark ORDER BY t.id LIMIT p_chunk
            ) rows
        ) chunk
        RETURNING * INTO v_seal;
        v_first := v_seal.last_id + 1;
        v_root := v_seal.root;
        v_count := v_count + 1;
    END LOOP;
    RETURN v_count;
END $$;
"""

UNDO = """
DROP FUNCTION points_seal_up(timestamptz, integer);
DROP FUNCTION points_root(text, bigint, bigint, bigint, bigint, bytea);
DROP FUNCTION points_leaf(bytea);
DROP FUNCTION points_digest(points_transfer);
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0004_functions_of_the_counter")]
    operations = [migrations.RunSQL(SEAL, UNDO)]
