"""Chinese first: one catalogue, complete, and not one English plural on a Chinese word."""

import re

from django.apps import apps
from django.utils import translation

from shengkang.organization.management.commands.messages import catalogue, is_translated, phrases

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Words that are the same in both languages.
SAME = {": ", "API", "110", "12345"}


def test_every_phrase_of_the_house_is_in_the_catalogue():
    known = {(message.id if isinstance(message.id, str) else message.id[0], message.context) for message in catalogue()}
    found = {(message.id if isinstance(message.id, str) else message.id[0], message.context) for message in phrases()}
    assert len(found) > 300
    assert sorted(str(phrase) for phrase in found - known) == []


def test_every_phrase_has_chinese_words():
    assert [message.id for message in catalogue() if message.id and not is_translated(message)] == []


def test_no_translation_was_left_in_english():
    left = [
        message.id
        for message in catalogue()
        if message.id
        and message.id not in SAME
        and isinstance(message.string, str)
        and not CHINESE.search(message.string)
        and re.search(r"[A-Za-z]{3}", re.sub(r"%\(\w+\)[sd]|\{\w+\}|<[^>]+>", "", message.string))
    ]
    assert left == []


def test_placeholders_survive_translation():
    holes = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
    broken = [
        message.id
        for message in catalogue()
        if message.id
        and isinstance(message.string, str)
        and sorted(holes.findall(str(message.id))) != sorted(holes.findall(message.string))
    ]
    assert broken == []


def test_no_chinese_name_takes_an_english_plural():
    with translation.override("zh-hans"):
        names = [str(m._meta.verbose_name_plural) for m in apps.get_models() if not m._meta.label.endswith("Event")]
    assert [name for name in names if re.search(r"[\u4e00-\u9fff]s$", name)] == []
