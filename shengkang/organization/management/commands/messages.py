"""Keeps the one Chinese catalogue: collects every English phrase of code and templates, and compiles the words for Django.

Babel does the work, so no machine needs GNU gettext. The file carries no line numbers: moving code changes no words.
"""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import templatize

FOLDER = Path(settings.BASE_DIR) / "shengkang" / "locale" / "zh_Hans" / "LC_MESSAGES"
FIRST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
ROOMS = ("shengkang", "households", "posts", "patrols", "points", "templates")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def phrases() -> Catalog:
    """Every translatable phrase of the house, untranslated."""
    found = Catalog(locale="zh_Hans")
    for room in ROOMS:
        for file in sorted((Path(settings.BASE_DIR) / room).rglob("*")):
            if file.suffix == ".py":
                source = file.read_bytes()
            elif file.suffix in (".html", ".txt") and "templates" in file.parts:
                # Indentation of the page would be taken for indentation of Python.
                lines = templatize(file.read_text(encoding="utf-8"), origin=str(file)).splitlines()
                source = "\n".join(line.strip() for line in lines).encode()
            else:
                continue
            for _line, message, _comments, context in extract("python", BytesIO(source), keywords=KEYWORDS):
                if message:
                    found.add(message, context=context, flags=())
    return found


def catalogue() -> Catalog:
    """The catalogue as it is written down."""
    with (FOLDER / "django.po").open("rb") as file:
        return read_po(file, locale="zh_Hans")


def is_translated(message) -> bool:
    """Whether every form of the phrase has Chinese words."""
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms)


class Command(BaseCommand):
    help = __doc__.splitlines()[0]
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--compile", action="store_true", help="only compile, as every start does")

    def handle(self, **options):
        words = catalogue()
        if not options["compile"]:
            words.update(phrases(), no_fuzzy_matching=True)
            words.obsolete.clear()
            for message in words:
                message.flags.discard("python-format")
            # A date that changes with every run would make every branch collide.
            words.creation_date = words.revision_date = FIRST_DAY
            with (FOLDER / "django.po").open("wb") as file:
                write_po(file, words, sort_output=True, no_location=True, width=130)
            missing = [str(message.id) for message in words if message.id and not is_translated(message)]
            self.stdout.write(f"{len(words)} phrases, {len(missing)} without Chinese words.")
            for phrase in missing:
                self.stdout.write(f"  {phrase}")
        with (FOLDER / "django.mo").open("wb") as file:
            write_mo(file, words)
