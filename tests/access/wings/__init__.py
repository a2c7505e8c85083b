"""The ground of the younger wings, a file for each: `lay(place, at)` puts their things there, `BUILDERS` says whose they are."""

import pkgutil
from collections.abc import Callable
from importlib import import_module


def _modules():
    return [import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)]


def builders() -> dict[str, Callable]:
    return {key: build for module in _modules() for key, build in module.BUILDERS.items()}


def lay(place, at) -> None:
    for module in _modules():
        module.lay(place, at)
