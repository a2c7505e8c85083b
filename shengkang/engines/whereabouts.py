"""Where a running station's servers are, for commands that are typed beside it."""

import json
from pathlib import Path

from .processes import Lock, write_private

URL_NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


def station_lock(var: Path) -> Lock:
    """Held by the one `make run` of this folder for as long as it lives."""
    return Lock(
        var / "run.lock",
        f"The station in {var} is already running (process {{holder}}). End it there with Ctrl-C, or use another folder: SHENGKANG_VAR=… make run",
    )


def write_urls(var: Path, urls: dict[str, str]) -> None:
    """Note the servers' URLs; they hold passwords, hence 0600."""
    write_private(var / "engines.json", json.dumps(urls, indent=1))


def forget_urls(var: Path) -> None:
    """Take the note away at a clean end."""
    (var / "engines.json").unlink(missing_ok=True)


def current_urls(var: Path) -> dict[str, str] | None:
    """DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL and SHENGKANG_DEMO of the `make run` that lives in `var`, None when there is none."""
    var = Path(var)
    if not station_lock(var).held:
        return None
    try:
        return json.loads((var / "engines.json").read_text())
    except (OSError, ValueError):
        return None
