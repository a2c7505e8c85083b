"""The functions run with the owner's rights, so not everybody may call them: `manage.py grant` lets the application's role do it."""

from django.db import migrations

CLOSE = """
DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'points\\_%' AND prosecdef LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0005_functions_that_seal")]
    operations = [migrations.RunSQL(CLOSE, migrations.RunSQL.noop)]
