"""Cases are found by pairs of signs (models/words.py says why): the functions that write and read them, their table, their triggers."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# Letters, digits and Chinese signs in one form (full width and capitals folded); whatever stands between them is one space.
PLAIN = """
CREATE FUNCTION cases_plain(told text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(lower(normalize(coalesce(told, ''), NFKC)), '[^[:alnum:]]+', ' ', 'g')
$$
"""

# Each two neighbours with their place; the last of a run alone, so that it too is found when one sign is asked for.
PAIRS = """
CREATE FUNCTION cases_pairs(told text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        string_agg(
            signs[place] || CASE WHEN signs[place + 1] = ' ' THEN '' ELSE coalesce(signs[place + 1], '') END || ':' || place, ' '
        ), ''
    )::tsvector
    FROM (SELECT string_to_array(cases_plain(told), NULL) AS signs) AS plain, generate_subscripts(signs, 1) AS place
    WHERE signs[place] <> ' '
$$
"""

# Numbers from their end ("#4321…" is found by the last digits), and the year ("@2026").
TAILS = """
CREATE FUNCTION cases_tails(numbers text[], year integer) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(ARRAY(
        SELECT DISTINCT '#' || reverse(regexp_replace(number, '[^0-9]', '', 'g')) FROM unnest(numbers) AS number
        WHERE number ~ '[0-9]'
    ) || ('@' || year))
$$
"""

# `makes`: whether a case that has no words yet gets them.
WRITE = """
CREATE FUNCTION cases_write_words(touched bigint[], makes boolean) RETURNS void LANGUAGE sql AS $$
    INSERT INTO cases_casewords (case_id, found_by)
    SELECT dispute.id,
        cases_pairs(concat_ws(' ', dispute.place, dispute.story, dispute.ledger_no, people.names))
        || cases_tails(
            people.phones || ARRAY[dispute.no, dispute.ledger_no]::text[],
            extract(year FROM dispute.opened_at AT TIME ZONE 'Asia/Shanghai')::integer
        )
    FROM cases_disputecase AS dispute
    CROSS JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', name, guardian_name), ' ' ORDER BY id) AS names,
            coalesce(array_agg(phone) || array_agg(guardian_phone), '{}')::text[] AS phones
        FROM cases_party WHERE case_id = dispute.id
    ) AS people
    WHERE dispute.id = ANY (touched)
    AND (makes OR EXISTS (SELECT FROM cases_casewords AS known WHERE known.case_id = dispute.id))
    ON CONFLICT (case_id) DO UPDATE SET found_by = excluded.found_by
$$
"""

# What an officer typed, as a question to the index: every word has to be there; a number may also be the end of a longer one.
# Empty `years`: all of them. NULL, which fits nothing, when no letter or digit was typed.
ASKED = r"""
CREATE FUNCTION cases_asked(typed text, years integer[]) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH word AS (
        SELECT regexp_replace(normalize(raw, NFKC), '[^0-9]', '', 'g') AS digits, trim(cases_plain(raw)) AS plain
        FROM regexp_split_to_table(typed, '\s+') AS raw
        WHERE cases_plain(raw) ~ '[[:alnum:]]'
    ), asked AS (
        SELECT concat_ws(' | ',
            (SELECT '(' || string_agg(
                CASE WHEN length(piece) = 1 THEN piece || ':*' ELSE (
                    SELECT '(' || string_agg(substr(piece, place, 2), ' <-> ' ORDER BY place) || ')'
                    FROM generate_series(1, length(piece) - 1) AS place
                ) END, ' & ') || ')'
             FROM regexp_split_to_table(plain, ' ') AS piece),
            CASE WHEN replace(plain, ' ', '') = digits THEN '''#' || reverse(digits) || ''':*' END
        ) AS one
        FROM word
    )
    SELECT (string_agg('(' || one || ')', ' & ') || coalesce(
        (SELECT ' & (' || string_agg('''@' || year || '''', ' | ') || ')' FROM unnest(years) AS year), ''
    ))::tsquery
    FROM asked
$$
"""

FUNCTIONS = {
    "cases_plain(text)": PLAIN,
    "cases_pairs(text)": PAIRS,
    "cases_tails(text[], integer)": TAILS,
    "cases_write_words(bigint[], boolean)": WRITE,
    "cases_asked(text, integer[])": ASKED,
}


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_desk_what_is_owed_is_indexed")]

    operations = [
        migrations.CreateModel(
            name='CaseWords',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='words', serialize=False, to='cases.disputecase', verbose_name='dispute case')),
                ('found_by', django.contrib.postgres.search.SearchVectorField(verbose_name='found by')),
            ],
            options={
                'verbose_name': 'words of a case',
                'verbose_name_plural': 'words of cases',
            },
        ),
        # The writer names the table, so it comes after it.
        *[migrations.RunSQL(make, f"DROP FUNCTION {name}") for name, make in FUNCTIONS.items()],
        pgtrigger.migrations.AddTrigger(
            model_name='disputecase',
            trigger=pgtrigger.compiler.Trigger(name='words_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM cases_write_words(ARRAY(SELECT DISTINCT id FROM touched), true); RETURN NULL;', hash='89d1b6db89f465c0d98c573ba9a4572622823108', level='STATEMENT', operation='INSERT', pgid='pgtrigger_words_insert_4e29c', referencing='REFERENCING NEW TABLE AS touched ', table='cases_disputecase', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disputecase',
            trigger=pgtrigger.compiler.Trigger(name='words_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ledger_no" IS DISTINCT FROM (NEW."ledger_no") OR OLD."no" IS DISTINCT FROM (NEW."no") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") OR OLD."place" IS DISTINCT FROM (NEW."place") OR OLD."story" IS DISTINCT FROM (NEW."story"))', func='PERFORM cases_write_words(ARRAY[NEW.id], true); RETURN NULL;', hash='fd47b5b6ecf688e1eb012bf1afe2098060823b0a', operation='UPDATE', pgid='pgtrigger_words_update_04adb', table='cases_disputecase', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='party',
            trigger=pgtrigger.compiler.Trigger(name='words_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM cases_write_words(ARRAY(SELECT DISTINCT case_id FROM touched), true); RETURN NULL;', hash='f6bf78ef271d56c8fda2c4b1de58737b1c1c837a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_words_insert_5db2c', referencing='REFERENCING NEW TABLE AS touched ', table='cases_party', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='party',
            trigger=pgtrigger.compiler.Trigger(name='words_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM cases_write_words(ARRAY(SELECT DISTINCT case_id FROM touched), true); RETURN NULL;', hash='e063acb0b4f4d9ba7e55f819daa1380bbe576aff', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_words_update_968a9', referencing='REFERENCING NEW TABLE AS touched ', table='cases_party', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='party',
            trigger=pgtrigger.compiler.Trigger(name='words_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM cases_write_words(ARRAY(SELECT DISTINCT case_id FROM touched), false); RETURN NULL;', hash='9526f4e266d462e7fceb95b9d8cc411317bd9bc4', level='STATEMENT', operation='DELETE', pgid='pgtrigger_words_delete_052a5', referencing='REFERENCING OLD TABLE AS touched ', table='cases_party', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='casewords',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['found_by'], name='case_found_by'),
        ),
    ]
