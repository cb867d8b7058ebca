"""Coordinates as people write them down, and China's three systems brought to WGS-84.

A place of one system shown in another lies hundreds of metres off, so the system is always told,
never guessed. Order needs no telling: in China no latitude is as large as any longitude.
"""

import re

import prcoords

from sync.domain.earth import Point
from sync.domain.outcome import Reason
from sync.domain.vocabulary import Datum

# The box around China, as imports take it too: south, north, west, east in degrees.
CHINA = (3.0, 54.0, 73.0, 136.0)
LEAST_DECIMALS = 4  # about ten metres; less is no door
LONGEST = 80

_SEPARATORS = re.compile(r"[\s,;，；、]+")
_MARKS = re.compile(r"北纬|东经|纬度|经度|[°度NE:：]", re.IGNORECASE)
_DEGREES = re.compile(r"\d{1,3}(?:\.(\d{0,15}))?", re.ASCII)


def in_china(lat: float, lon: float) -> bool:
    """Say whether a place in degrees lies in the box around China."""
    south, north, west, east = CHINA
    return south <= lat <= north and west <= lon <= east


def to_wgs84(lat: float, lon: float, datum: Datum) -> Point:
    """Return a point in WGS-84, by the iterative inverse (round trip of a few millimetres)."""
    if datum is Datum.WGS84:
        return lat, lon
    inverse = prcoords.gcj_wgs_bored if datum is Datum.GCJ02 else prcoords.bd_wgs_bored
    found = inverse(prcoords.Coords(lat, lon))
    return float(found.lat), float(found.lon)


def read_place(text: str, datum: Datum) -> Point | Reason:
    """Return the WGS-84 point of two decimal numbers in either order, or why it is none."""
    parts = [p for p in _SEPARATORS.split(_MARKS.sub(" ", text[:LONGEST])) if p]
    found = [m for m in map(_DEGREES.fullmatch, parts) if m]
    if len(text) > LONGEST or len(parts) != 2 or len(found) != 2:
        return Reason("pin.not_coordinates")
    if any(len(m[1] or "") < LEAST_DECIMALS for m in found):
        return Reason("pin.too_rough", {"least": LEAST_DECIMALS})
    lat, lon = sorted(float(p) for p in parts)
    if not in_china(lat, lon):
        return Reason("pin.outside_china")
    return to_wgs84(lat, lon, datum)
