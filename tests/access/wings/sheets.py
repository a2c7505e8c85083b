"""Excel at the desk: a run of each who may send one, and the sheets, which belong to no station."""

import hashlib

from shengkang.organization.models import ImportRun
from shengkang.organization.sheets.plan import Plan, fingerprint, pack
from tests.access.trio import Trio


def lay(place, at) -> None:
    picture = Plan({}).picture()
    place.import_runs = {}
    for user in (place.station_chief, place.officer, place.colleague["officer"]):
        place.import_runs[user.pk] = ImportRun.objects.create(
            station=place.station, sheet="homes", file_name="住户.xlsx", sha256=hashlib.sha256(b"x").hexdigest(), status="planned",
            new=0, changed=0, same=0, errors=0, uploaded_by=user, uploaded_at=at, fingerprint=fingerprint(picture),
            file_sealed=b"sealed", picture_sealed=pack(picture),
        )  # fmt: skip


def _run(ground, role):
    """An officer's own run is his; a chief sees all of the station's."""
    here, there = ground.here, ground.there
    user = here.users.get(role)
    mine = here.import_runs.get(user.pk) if user else None
    return Trio(mine, here.import_runs[here.colleague["officer"].pk], there.import_runs[there.officer.pk])


BUILDERS = {"import_run": _run, "sheet": lambda ground, role: Trio(own="homes")}
