"""Driving times between points: on the pack's roads, else the straight line times a factor.

The straight-line figures are an estimate and say so: factor 1.35 for the detour of streets and
24 km/h in town.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

type Point = tuple[float, float]

EARTH_M = 6_371_008.8
DETOUR = 1.35
TOWN_MS = 24 / 3.6
POLYLINE_SCALE = 1e-6


class TravelTable(msgspec.Struct, frozen=True):
    """Seconds from each point to each; `source` is roads or straight_line."""

    seconds: tuple[tuple[int, ...], ...]
    source: str


class TravelTimes(Protocol):
    """Where driving times and lines come from."""

    def table(self, points: Sequence[Point]) -> TravelTable:
        """Return seconds between all points, given as (latitude, longitude)."""
        ...

    def line(self, points: Sequence[Point]) -> tuple[Point, ...]:
        """Return the line to draw through the points in their order."""
        ...


class StraightLine:
    """An estimate for where no roads are known."""

    def table(self, points: Sequence[Point]) -> TravelTable:
        """Return great-circle seconds times the detour."""
        rows = tuple(tuple(round(metres(a, b) * DETOUR / TOWN_MS) for b in points) for a in points)
        return TravelTable(rows, "straight_line")

    def line(self, points: Sequence[Point]) -> tuple[Point, ...]:
        """Return the points themselves."""
        return tuple(points)


class RoadTimes:
    """Valhalla over the pack's road tiles; unreachable pairs fall back to the estimate."""

    def __init__(self, archive: Path) -> None:
        import valhalla

        config = valhalla.get_config(tile_extract=str(archive), tile_dir=str(archive.parent))
        config["service_limits"]["auto"]["max_matrix_location_pairs"] = 1_000_000
        config["logging"] = {"type": ""}
        self._actor: Any = valhalla.Actor(config)
        self._estimate = StraightLine()

    def table(self, points: Sequence[Point]) -> TravelTable:
        """Return driving seconds."""
        if not points:
            return TravelTable((), "roads")
        places = [{"lat": lat, "lon": lon} for lat, lon in points]
        answer = _plain(
            self._actor.matrix({"sources": places, "targets": places, "costing": "auto"})
        )
        guess = self._estimate.table(points).seconds
        rows = tuple(
            tuple(
                guess[i][j] if cell.get("time") is None else round(cell["time"])
                for j, cell in enumerate(row)
            )
            for i, row in enumerate(answer["sources_to_targets"])
        )
        return TravelTable(rows, "roads")

    def line(self, points: Sequence[Point]) -> tuple[Point, ...]:
        """Return the driven line through the points."""
        if len(points) < 2:
            return tuple(points)
        places = [{"lat": lat, "lon": lon} for lat, lon in points]
        try:
            answer = _plain(self._actor.route({"locations": places, "costing": "auto"}))
        except RuntimeError:  # Valhalla's answer when no road joins the points
            return tuple(points)
        line: list[Point] = []
        for leg in answer["trip"]["legs"]:
            line += decode_polyline(leg["shape"])
        return tuple(line)


def metres(a: Point, b: Point) -> float:
    """Return the great-circle distance (haversine) of two points in metres."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b[1] - a[1]) / 2
    part = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(part))


def decode_polyline(text: str) -> list[Point]:
    """Return the points of an encoded polyline of six decimals."""
    points: list[Point] = []
    lat = lon = 0
    at = 0
    while at < len(text):
        step, at = _number(text, at)
        lat += step
        step, at = _number(text, at)
        lon += step
        points.append((lat * POLYLINE_SCALE, lon * POLYLINE_SCALE))
    return points


def _number(text: str, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        chunk = ord(text[at]) - 63
        at += 1
        value |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            break
    return (~(value >> 1) if value & 1 else value >> 1), at


def _plain(answer: Any) -> Any:
    return msgspec.json.decode(answer) if isinstance(answer, str | bytes) else answer
