from django.db import migrations, models

ON_EARTH = models.Q(latitude__isnull=True, longitude__isnull=True) | models.Q(
    latitude__isnull=False, longitude__isnull=False, latitude__range=(-90, 90), longitude__range=(-180, 180)
)


class Migration(migrations.Migration):
    """A latitude without a longitude passed: the check was neither true nor false."""

    dependencies = [("hazards", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("hazard", "hazard_point_is_on_earth"),
        migrations.AddConstraint("hazard", models.CheckConstraint(condition=ON_EARTH, name="hazard_point_is_on_earth")),
    ]
