"""Distances on the earth, in metres between (latitude, longitude) in degrees."""

import math

EARTH_M = 6_371_008.8  # IUGG mean radius

type Point = tuple[float, float]


def metres(a: Point, b: Point) -> float:
    """Return the great-circle distance (haversine) of two points in metres."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b[1] - a[1]) / 2
    part = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(part))
