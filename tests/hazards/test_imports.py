"""The list of groups is read in, and may be read in again."""

from io import StringIO

from django.core.management import call_command

from shengkang.hazards.imports import load_hazard_groups
from shengkang.hazards.models import HazardGroup


def test_the_list_is_read_in_and_a_name_somebody_changed_stays(db):
    told = StringIO()
    call_command("load_hazard_groups", stdout=told)
    assert "16 hazard groups" in told.getvalue()
    HazardGroup.objects.filter(code="16").update(name="环境卫生")
    assert load_hazard_groups() == HazardGroup.objects.count() == 16
    assert HazardGroup.objects.get(code="16").name == "环境卫生"
    assert HazardGroup.objects.get(code="03").examples == "水塘,河道,井盖"
