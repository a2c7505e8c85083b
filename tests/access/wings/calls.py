"""Calls of the 110 feed: one of each station."""

from shengkang.cases.models import Call
from tests.access.ground import ELSEWHERE
from tests.access.trio import of_place


def lay(place, at) -> None:
    mark = "警情" if place.station.name.endswith("1") else ELSEWHERE.text
    place.call = Call.objects.create(
        station=place.station, no=f"JJ{place.station.pk}", received_at=at, police_class_id="11", village=place.villages[0],
        place=mark, text=mark,
    )  # fmt: skip


BUILDERS = {"call": of_place("call")}
