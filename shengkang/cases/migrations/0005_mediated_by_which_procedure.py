"""Cases of before the procedure gate: settled on the spot informally, everything else by people's mediation."""

from django.db import migrations

FILL = """
    UPDATE cases_disputecase SET procedure = CASE
        WHEN EXISTS (SELECT FROM cases_casestep s WHERE s.case_id = cases_disputecase.id AND s.move = 'settle_on_the_spot')
        THEN 'informal' ELSE 'people' END
    WHERE status IN ('mediating', 'agreed', 'settled', 'archived') AND procedure = ''
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_disputes_in_full")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
