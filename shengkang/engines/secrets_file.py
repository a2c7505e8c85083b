"""The demo station's own secrets: made once, kept in var/secrets.env."""

import secrets
from pathlib import Path

from .processes import write_private


def station_secrets(var: Path) -> dict[str, str]:
    """SECRET_KEY and FIELD_KEYS (`id:hex of 32 bytes`, as settings want them), made up at the first start.

    Losing the file means losing every encrypted field, so an existing line is never replaced.
    """
    path = var / "secrets.env"
    lines = path.read_text().splitlines() if path.exists() else []
    known = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    fresh = {"SECRET_KEY": secrets.token_urlsafe(48), "FIELD_KEYS": f"k1:{secrets.token_hex(32)}"}
    missing = {name: value for name, value in fresh.items() if name not in known}
    if missing:
        write_private(path, "\n".join([*lines, *(f"{name}={value}" for name, value in missing.items()), ""]))
    return known | missing
