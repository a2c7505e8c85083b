"""A copy of everything the station cannot do without, taken each night, and the way back from it (docs/backup.md)."""

from .folder import BackupRefused, good_ones
from .restoring import restore
from .taking import take

__all__ = ["BackupRefused", "good_ones", "restore", "take"]
