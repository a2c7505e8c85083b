"""What stands on a map of the station and what moves on it, as static/shengkang/js/map.js draws it: points are [latitude, longitude]."""

from django.db.models import Avg, StdDev
from django.utils.translation import gettext as _

from posts import selectors
from shengkang.organization.models import Address

METRES_PER_DEGREE = 111_320
# How far the ground of a village is drawn around the middle of its doors, in metres.
LEAST, MOST = 250, 2500


def standing_layers(user) -> dict:
    """Villages by the middle of their doors and how far these lie apart, posts with their ground, fixed points."""
    places = selectors.places_of(user)
    villages = (
        Address.objects.visible_to(user)
        .filter(latitude__isnull=False)
        .values("village__name")
        .annotate(north=Avg("latitude"), east=Avg("longitude"), spread=StdDev("latitude"))
        .order_by("village__name")
    )
    return {
        "villages": [
            {
                "at": [round(each["north"], 5), round(each["east"], 5)],
                "radius": round(min(max(2 * METRES_PER_DEGREE * each["spread"], LEAST), MOST)),
                "title": short(each["village__name"]),
            }
            for each in villages
        ],
        "posts": [
            {"at": [post.latitude, post.longitude], "radius": post.radius, "title": post.name, "state": post.place}
            for post in places["posts"]
        ],
        "points": [
            {"at": [point.latitude, point.longitude], "title": point.name, "state": point.place} for point in places["points"]
        ],
    }


def moving_layers(cards: list[dict], duty: list[dict]) -> dict:
    """The open alarms, and who is on duty and was heard lately."""
    return {
        "alarms": [
            {
                "id": each["pk"],
                "at": each["at"],
                "waiting": each["waiting"],
                "title": f"{each['kind']} · {each['where']}",
                "state": each["state"],
            }
            for each in cards
            if each["at"]
        ],
        "people": [
            {
                "id": each["pk"],
                "at": each["place"],
                "title": each["name"],
                "state": _("%(role)s, last heard at %(time)s") % {"role": each["role"], "time": each["seen"]},
            }
            for each in duty
            if each["place"]
        ],
    }


def short(village: str) -> str:
    """The name as people say it: 贾庙村委会 → 贾庙村, 竹园街社区居委会 → 竹园街社区."""
    return village.removesuffix("居委会").removesuffix("委会")
