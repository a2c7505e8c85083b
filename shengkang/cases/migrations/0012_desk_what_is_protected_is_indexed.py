"""Protected cases are found without reading all others: every list that may hide behind one asks for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_papers_filed_by_hand")]

    operations = [
        migrations.AddIndex(
            model_name="disputecase",
            index=models.Index(condition=models.Q(("restricted", True)), fields=["station"], name="case_protected"),
        ),
    ]
