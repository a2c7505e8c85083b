"""The words of the cases that were there before."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_desk_found_by_words")]

    operations = [
        migrations.RunSQL(
            "SELECT cases_write_words(ARRAY(SELECT id FROM cases_disputecase), true)", "DELETE FROM cases_casewords"
        )
    ]
