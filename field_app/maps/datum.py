"""Coordinates as given in China, to and from WGS-84. The datum is told, never guessed."""

import prcoords

from sync.domain.vocabulary import Datum


def to_wgs84(lat: float, lon: float, datum: Datum) -> tuple[float, float]:
    """Return WGS-84 latitude and longitude of a point given in `datum` (iterative inverse)."""
    match datum:
        case Datum.GCJ02:
            found = prcoords.gcj_wgs_bored((lat, lon))
        case Datum.BD09:
            found = prcoords.bd_wgs_bored((lat, lon))
        case _:
            return lat, lon
    return found[0], found[1]
