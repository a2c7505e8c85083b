"""PostgreSQL and Valkey without an installation: real servers, started and watched by us.

Below every room and without Django, so that settings can ask where the servers are.
"""

from . import archives
from .errors import EngineError
from .postgres import Cluster
from .servers import Servers, check_trigrams
from .valkey import Valkey
from .whereabouts import current_urls

__all__ = ["Cluster", "EngineError", "Servers", "Valkey", "archives", "check_trigrams", "current_urls"]
