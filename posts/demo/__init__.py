"""The posts of a demo station: who serves there, what hangs where, and a year of alarms."""

from posts.demo import alarms, places
from posts.demo.places import shown
from shengkang.organization.demo import Plan

__all__ = ["build", "shown"]


def build(plan: Plan) -> None:
    ground = places.Ground(plan)
    places.open_posts(plan, ground)
    places.hang_points(plan, ground)
    places.write_inventory(plan, ground)
    alarms.tell_a_year(plan, ground)
