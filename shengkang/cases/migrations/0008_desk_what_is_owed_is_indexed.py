"""What is owed (visits, answers to referrals) and what stands still is found without reading all that ever was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_register_parties_are_found_and_remembered")]

    operations = [
        migrations.AddIndex(
            model_name='disputecase',
            index=models.Index(condition=models.Q(('paused_at__isnull', False)), fields=['station', 'paused_at'], name='case_paused_since'),
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['due_on'], name='follow_up_owed'),
        ),
        migrations.AddIndex(
            model_name='referral',
            index=models.Index(condition=models.Q(('answered_on__isnull', True)), fields=['at'], name='referral_unanswered'),
        ),
    ]
