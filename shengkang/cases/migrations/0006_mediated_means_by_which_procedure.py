from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_mediated_by_which_procedure")]

    operations = [
        migrations.AddConstraint(
            model_name='disputecase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['mediating', 'agreed', 'settled', 'archived']), _negated=True), models.Q(('procedure', ''), _negated=True), _connector='OR'), name='case_mediated_means_by_which_procedure'),
        ),
    ]
