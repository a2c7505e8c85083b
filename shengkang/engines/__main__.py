"""`python -m shengkang.engines run`; `… with manage.py bench`: a command with servers of its own; `… beside manage.py backup`: on the station's."""

import os
import sys
from pathlib import Path

from .errors import EngineError
from .station import Station

HOME = Path(__file__).resolve().parent.parent.parent


def main(words: list[str]) -> int:
    """Run the station; 1 when it could not come up, 2 for a wrong command."""
    if words[:1] not in (["run"], ["with"], ["beside"]) or (words[0] == "run") != (len(words) == 1):
        print(
            "Usage: python -m shengkang.engines run\n"
            "       python -m shengkang.engines with manage.py COMMAND …       on servers of its own\n"
            "       python -m shengkang.engines beside manage.py COMMAND …     on the station's, running or not",
            file=sys.stderr,
        )
        return 2
    port = os.environ.get("PORT") or "8000"
    if not port.isdigit() or not 0 < int(port) < 65536:
        print(f"PORT must be a number from 1 to 65535, not {port!r}.", file=sys.stderr)
        return 2
    var = Path(os.environ.get("SHENGKANG_VAR") or HOME / "var").resolve()
    try:
        if words[0] == "with":
            return Station(HOME, var, servers_in=var / "bench").run_with(words[1:])
        if words[0] == "beside":
            return Station(HOME, var).run_beside(words[1:])
        Station(HOME, var, os.environ.get("HOST") or "127.0.0.1", int(port)).run()
    except EngineError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
