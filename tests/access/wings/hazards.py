"""Hazards: each role has one it found and shall put right; one in the far village is a colleague's."""

from shengkang.hazards import services
from shengkang.hazards.models import HazardGroup
from tests.access.ground import ELSEWHERE
from tests.access.trio import Trio, by_role


def _assigned(place, village, user, by, text, at):
    """Found by a user and his to put right; whoever may not put right only found it."""
    hazard = services.find_hazard(
        station=place.station, village=village, group=HazardGroup.objects.get(code="02"), level="ordinary", channel="station",
        place=text, text=text, by=user, at=at,
    )  # fmt: skip
    try:
        return services.assign_hazard(hazard=hazard, to=user, by=by, at=at)
    except services.UnfitPerson:
        return hazard


def lay(place, at) -> None:
    near, far = place.villages
    text = "路面塌陷" if place.station.name.endswith("1") else ELSEWHERE.text
    place.hazards = {
        role: _assigned(place, near, user, place.officer, text, at) for role, user in place.users.items() if user.roles
    }
    colleague = place.colleague["officer"]
    place.far_hazard = _assigned(place, far, colleague, colleague, text, at)


BUILDERS = {
    "hazard": by_role("hazards", "far_hazard"),
    "hazardgroup": lambda ground, role: Trio(own=HazardGroup.objects.get(code="02")),
}
