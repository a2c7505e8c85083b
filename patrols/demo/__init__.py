"""Volunteers of the demo station, how they were chosen, and a year of their shifts and patrols."""

import tomllib
from pathlib import Path

from patrols.demo.rounds import write_rounds
from patrols.demo.vetting import write_volunteers
from shengkang.organization.demo import Plan

PHRASES = Path(__file__).resolve().parent.parent / "data" / "demo_patrols.toml"


def build(plan: Plan) -> None:
    phrases = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    write_rounds(plan, write_volunteers(plan, phrases), phrases)
