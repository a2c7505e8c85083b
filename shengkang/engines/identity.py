"""PostgreSQL refuses to run as root: who it runs as when we are root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .errors import EngineError


@dataclass(frozen=True)
class Identity:
    """A prefix for the command line, and the user who has to own what the server writes."""

    prefix: list[str] = field(default_factory=list)
    uid: int = field(default_factory=os.geteuid)
    gid: int = field(default_factory=os.getegid)

    def own(self, path: Path) -> None:
        """Give `path` and all below it to this user, when it is not theirs already."""
        if os.geteuid() != 0 or path.stat().st_uid == self.uid:
            return
        for folder, folders, files in os.walk(path):
            for name in [".", *folders, *files]:
                os.chown(os.path.join(folder, name), self.uid, self.gid, follow_symlinks=False)


def for_server(bin_folder: Path, data: Path) -> Identity:
    """Who runs the server on `data`: we ourselves, or as root somebody without root's name.

    First a user namespace, where root's files stay readable and no other user is needed; where that is
    refused (containers), an ordinary user. Data that already belong to an ordinary user stay theirs.
    Raises EngineError when the kernel allows none of them.
    """
    if os.geteuid() != 0:
        return Identity()
    owner = data.stat().st_uid if data.exists() else 0
    candidates = [_dropped(owner, pwd.getpwuid(owner).pw_gid)] if owner and _known(owner) else [_namespace(), *_other_users()]
    for identity in candidates:
        if _works(identity, bin_folder, data.parent):
            return identity
    raise EngineError(
        "PostgreSQL will not run as root, and neither a user namespace nor another user can reach its files.\n"
        f"  Run as an ordinary user, or keep the checkout and {data.parent} where everyone may pass (not below /root)."
    )


def _namespace() -> Identity:
    return Identity(["unshare", "--user", "--map-user=1000", "--map-group=1000"], 0, 0)


def _other_users() -> list[Identity]:
    users = [user for user in pwd.getpwall() if user.pw_name in ("postgres", "nobody")]
    users.sort(key=lambda user: user.pw_name, reverse=True)
    return [_dropped(user.pw_uid, user.pw_gid, capability) for user in users for capability in (True, False)]


def _dropped(uid: int, gid: int, capability: bool = True) -> Identity:
    prefix = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--pdeathsig=INT"]
    if capability:
        # Kept so that it may pass through /root to its binaries and its data, which no other user can.
        # Without the securebit access(2), by which initdb looks for its companions, would not count it.
        prefix += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    return Identity([*prefix, "--"], uid, gid)


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _works(identity: Identity, bin_folder: Path, folder: Path) -> bool:
    if shutil.which(identity.prefix[0]) is None:
        return False
    # --show looks for every file that initdb needs and writes nothing.
    for command in ([bin_folder / "initdb", "--show", "-D", folder / "data", "-U", "postgres"], ["ls", folder]):
        done = subprocess.run([*identity.prefix, *command], check=False, stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            return False
    return True
