"""How far two points lie apart, and a box that holds what is near."""

from math import asin, cos, radians, sin, sqrt

EARTH_METRES = 6_371_000


def metres_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The way over ground in metres between two points in degrees (haversine on a sphere)."""
    here, there = radians(latitude), radians(other_latitude)
    half = sin((there - here) / 2) ** 2 + cos(here) * cos(there) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(half)))


def box_around(latitude: float, longitude: float, metres: float) -> tuple[float, float, float, float]:
    """(south, west, north, east) in degrees around a point; a pole or the date line only makes the box too narrow, never wrong."""
    high = metres / EARTH_METRES * 180 / 3.141592653589793
    wide = high / max(cos(radians(latitude)), 0.01)
    return latitude - high, longitude - wide, latitude + high, longitude + wide
