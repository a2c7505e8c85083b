"""The README tells the truth: its glossary and its clock are those of the code."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import translation

from shengkang.celery import app
from tests.test_house import OURS

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
GLOSSARY = README.split("## Glossary")[1].split("## The clock")[0]
CLOCK = README.split("## The clock")[1].split("## How to add a wing")[0]
NOUNS = [m for config in OURS for m in config.get_models() if not m.__name__.endswith("Event")]


@pytest.mark.parametrize("model", NOUNS, ids=lambda m: m._meta.label)
def test_every_noun_stands_in_the_glossary_with_its_chinese_word(model):
    rows = [row for row in GLOSSARY.splitlines() if f"`{model.__name__}`" in row]
    assert len(rows) == 1, f"{model.__name__} stands {len(rows)} times in the glossary"
    with translation.override("zh-hans"):
        assert str(model._meta.verbose_name) in rows[0]


def test_the_glossary_names_no_noun_that_is_gone():
    named = set(re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", GLOSSARY, re.MULTILINE))
    words = {word for cell in named for word in re.findall(r"`(\w+)`", cell)}
    assert words == {model.__name__ for model in NOUNS}


def test_the_clock_page_of_the_readme_is_the_clock_of_the_code():
    assert sorted(re.findall(r"^\| [^|]+ \| `([\w.]+)` \|", CLOCK, re.MULTILINE)) == sorted(
        entry["task"] for entry in app.conf.beat_schedule.values()
    )


def test_every_task_on_the_clock_exists():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_no_wing_is_installed_without_a_floor():
    ours = {config.name for config in apps.get_app_configs() if "site-packages" not in config.path}
    assert ours == {config.name for config in OURS}
