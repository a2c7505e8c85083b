"""The access matrix is the law: object × action × role, read from one CSV file at start.

Scopes of a cell: S own station · A assigned or involved only · O own records only · M own station, masked · G aggregates only ·
P only with an approval (reason, time limit, logged) · nothing: refused. What one may not see answers 404, what one sees but
may not do answers 403; `require` is the only place that decides between the two.
"""

import csv
from functools import cache
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from django.utils.translation import gettext_lazy as _

MATRIX_FILE = Path(__file__).parent / "data" / "access_matrix.csv"


class Role(models.TextChoices):
    STATION_CHIEF = "station_chief", _("station chief")
    OFFICER = "officer", _("police officer")
    AUX_POLICE = "aux_police", _("auxiliary")
    HOUSEHOLD_HEAD = "household_head", _("hundred-household head")
    POST_LIAISON = "post_liaison", _("post liaison")
    SHOP_KEEPER = "shop_keeper", _("shop keeper")
    VOLUNTEER = "volunteer", _("volunteer")
    TOWNSHIP_LEADER = "township_leader", _("township leader")
    DEVICE = "device", _("device")
    RESIDENT = "resident", _("resident")
    ADMINISTRATOR = "administrator", _("administrator")
    VILLAGE_CADRE = "village_cadre", _("village cadre")


# Those who work at the station's web desk; everyone else has the phone, leaders the dashboard.
DESK_ROLES = (Role.STATION_CHIEF, Role.OFFICER, Role.AUX_POLICE, Role.ADMINISTRATOR)


# What a P cell opens, in words: people ask for these, and a second person decides.
BY_APPROVAL = {
    ("resident", "read_id_number"): _("see an ID number"),
    ("dispute_restricted", "export"): _("export protected cases"),
    ("minor_record", "read"): _("read the record of a minor"),
    ("minor_record", "export"): _("export records of minors"),
    ("points_entry", "award"): _("award points by hand"),
    ("points_entry", "reverse"): _("take points back"),
    ("redemption", "reverse"): _("take a redemption back"),
    ("gps_track", "read"): _("see the track of a patrol"),
    ("import_excel", "commit"): _("import an Excel file"),
    ("export_personal", "create"): _("export personal data"),
    ("audit_log", "read"): _("read the audit log"),
}


@cache
def matrix() -> dict[tuple[str, str], dict[str, str]]:
    """`{(object, action): {role: scope letter or "-"}}`, the column `anonymous` included."""
    with MATRIX_FILE.open(encoding="utf-8", newline="") as rows:
        return {(row.pop("object"), row.pop("action")): row for row in csv.DictReader(rows)}


def scopes(user, obj: str, action: str) -> frozenset[str]:
    """The letters that all roles of `user` together give for this cell; empty means refused. KeyError: no such line in the matrix."""
    line = matrix()[obj, action]
    held = user.roles if user.is_authenticated else {"anonymous"}
    return frozenset(line[role] for role in held) - {"-"}


def may(user, obj: str, action: str) -> bool:
    """Whether the matrix gives `user` this action on at least some rows of his own station, without an approval."""
    return bool(scopes(user, obj, action) - {"P"})


def require(user, obj: str, action: str, *, sees: bool = False) -> None:
    """Let a face pass, or answer as the matrix says.

    `sees`: the user already reached the thing through `visible_to`, so a refusal is 403 (PermissionDenied); otherwise 404.
    """
    if may(user, obj, action):
        return
    if sees:
        raise PermissionDenied
    raise Http404
