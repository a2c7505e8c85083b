"""Keeps the one Chinese catalogue: collects every English phrase of code and templates, and compiles the words for Django.

Babel does the work, so no machine needs GNU gettext. The file carries no line numbers: moving code changes no words.
"""

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
                source = templatize(file.read_text(encoding="utf-8"), origin=str(file)).encode()
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
            with (FOLDER / "django.po").open("wb") as file:
                write_po(file, words, sort_output=True, no_location=True, width=130)
            missing = [str(message.id) for message in words if message.id and not all([message.string] if isinstance(message.string, str) else message.string)]
            self.stdout.write(f"{len(words)} phrases, {len(missing)} without Chinese words.")
            for phrase in missing:
                self.stdout.write(f"  {phrase}")
        with (FOLDER / "django.mo").open("wb") as file:
            write_mo(file, words)
