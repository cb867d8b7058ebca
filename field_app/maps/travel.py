"""Driving times between points: on the pack's roads, else the straight line times a factor.

The straight-line figures are an estimate and say so: factor 1.35 for the detour of streets and
24 km/h in town where no roads are known; where a pack has roads, its own roads give the factor.
"""

import math
import random
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol, cast

import msgspec

from sync.domain.earth import metres

type Point = tuple[float, float]
type Box = tuple[float, float, float, float]
type Seconds = Sequence[Sequence[float | None]]

DETOUR = 1.35
TOWN_MS = 24 / 3.6
POLYLINE_SCALE = 1e-6
ROADS, MIXED, STRAIGHT = "roads", "mixed", "straight_line"
PAIRS_AT_ONCE = 250_000
HANDS = 2  # threads that ask the roads
WORTH_SHARING = 2_500  # pairs, below which one thread asks them all
MOST_KEPT = 1_000_000  # pairs in memory, about 100 MB; they are never written to disk
SAMPLE, SEED, TOO_NEAR_M = 40, 20261126, 200.0
FEWEST_PAIRS = 20


class TravelTable(msgspec.Struct, frozen=True):
    """Seconds from each point to each; `source` is roads, mixed (some estimated), straight_line."""

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
    """An estimate for where no roads are known; `per_metre` is seconds a metre of straight line."""

    def __init__(self, per_metre: float = DETOUR / TOWN_MS) -> None:
        self.per_metre = per_metre

    def table(self, points: Sequence[Point]) -> TravelTable:
        """Return great-circle seconds times the factor."""
        rows = tuple(tuple(self.seconds(a, b) for b in points) for a in points)
        return TravelTable(rows, STRAIGHT)

    def seconds(self, a: Point, b: Point) -> int:
        """Return the seconds between two points."""
        return round(metres(a, b) * self.per_metre)

    def line(self, points: Sequence[Point]) -> tuple[Point, ...]:
        """Return the points themselves."""
        return tuple(points)


class RoadTimes:
    """Valhalla over the pack's road tiles; pairs that no road joins fall back to the estimate.

    Times once asked for are kept, for this pack alone. `box` is west, south, east, north of the
    pack; its own roads between random places in it give the estimate's factor.
    """

    def __init__(self, archive: Path, box: Box | None = None) -> None:
        import valhalla

        config = valhalla.get_config(tile_extract=str(archive), tile_dir=str(archive.parent))
        config["service_limits"]["auto"]["max_matrix_location_pairs"] = 4 * PAIRS_AT_ONCE
        config["service_limits"]["auto"]["max_matrix_distance"] = 2_000_000.0
        config["logging"] = {"type": ""}
        self._actors: list[Any] = [valhalla.Actor(config) for _ in range(HANDS)]
        self._actor = self._actors[0]
        self._box = box
        self._kept: dict[Point, dict[Point, int | None]] = {}
        self._off_road: set[Point] = set()
        self._estimate: StraightLine | None = None

    def table(self, points: Sequence[Point]) -> TravelTable:
        """Return driving seconds, each pair asked of the roads once."""
        if not points:
            return TravelTable((), ROADS)
        self._learn(list(dict.fromkeys(points)))
        estimate = self.estimate
        guessed = False
        rows = []
        for a in points:
            here = self._kept.get(a, {})
            row = [0 if a == b else here.get(b) for b in points]
            guessed = guessed or None in row
            rows.append(
                tuple(
                    estimate.seconds(a, b) if s is None else s
                    for b, s in zip(points, row, strict=True)
                )
            )
        return TravelTable(tuple(rows), MIXED if guessed else ROADS)

    @property
    def estimate(self) -> StraightLine:
        """Return the estimate for pairs without a road, by the pack's own roads."""
        if self._estimate is None:
            self._estimate = StraightLine(self._calibrated())
        return self._estimate

    def _calibrated(self) -> float:
        """Return the median seconds a metre of straight line, on roads within the pack."""
        known = list(self._kept)[:SAMPLE]
        if self._box is not None:
            west, south, east, north = self._box
            chance = random.Random(SEED)  # noqa: S311  # a sample, no secret
            places = [
                (chance.uniform(south, north), chance.uniform(west, east)) for _ in range(SAMPLE)
            ]
            self._learn(places)
            known += places
        slopes = [
            seconds / metres(a, b)
            for a in known
            for b, seconds in self._kept.get(a, {}).items()
            if seconds is not None and metres(a, b) > TOO_NEAR_M
        ]
        enough = len(slopes) >= FEWEST_PAIRS
        return statistics.median(slopes) if enough else DETOUR / TOWN_MS

    def _learn(self, points: list[Point]) -> None:
        """Ask the roads for what is not kept yet: new places to all, and all to new places."""
        if sum(map(len, self._kept.values())) > MOST_KEPT:
            self._kept.clear()
        old: list[Point] = []
        new: list[Point] = []
        for place in (p for p in points if self._on_road(p)):
            (old if self._knows(place, old) else new).append(place)
        self._ask(new, [*old, *new])
        self._ask(old, new)

    def _knows(self, place: Point, others: list[Point]) -> bool:
        """Say whether every pair of the place and these others has been asked."""
        here = self._kept.get(place)
        if here is None:
            return False
        return place in here and all(o in here and place in self._kept[o] for o in others)

    def _ask(self, sources: list[Point], targets: list[Point]) -> None:
        if not sources or not targets:
            return
        most = max(1, PAIRS_AT_ONCE // len(targets))
        shared = len(sources) * len(targets) >= WORTH_SHARING
        step = min(most, math.ceil(len(sources) / HANDS) if shared else len(sources))
        parts = [sources[at : at + step] for at in range(0, len(sources), step)]
        # Valhalla lets other threads run while it searches; each of its actors serves one.
        free: SimpleQueue[Any] = SimpleQueue()
        for actor in self._actors:
            free.put(actor)
        with ThreadPoolExecutor(HANDS) as hands:
            answers = hands.map(lambda part: _borrowed(free, part, targets), parts)
            for part, answer in zip(parts, answers, strict=True):
                for a, row in zip(part, answer, strict=True):
                    self._kept.setdefault(a, {}).update(
                        (b, None if s is None else round(s))
                        for b, s in zip(targets, row, strict=True)
                    )

    def _on_road(self, point: Point) -> bool:
        """Say whether any road is near: one place in the sea would spoil the whole question."""
        if point in self._kept:
            return True
        if point in self._off_road:
            return False
        try:
            found = _plain(self._actor.locate({"locations": _places([point]), "costing": "auto"}))
        except RuntimeError:
            found = []
        if any(one.get("edges") for one in found):
            return True
        self._off_road.add(point)
        return False

    def line(self, points: Sequence[Point]) -> tuple[Point, ...]:
        """Return the driven line through the points."""
        if len(points) < 2:
            return tuple(points)
        try:
            answer = _plain(self._actor.route({"locations": _places(points), "costing": "auto"}))
        except RuntimeError:  # Valhalla's answer when no road joins the points
            return tuple(points)
        line: list[Point] = []
        for leg in answer["trip"]["legs"]:
            line += decode_polyline(leg["shape"])
        return tuple(line)


def _borrowed(free: SimpleQueue[Any], sources: list[Point], targets: list[Point]) -> Seconds:
    """Ask an actor that nobody else uses meanwhile."""
    actor = free.get()
    try:
        return matrix(actor, sources, targets)
    finally:
        free.put(actor)


def matrix(actor: Any, sources: list[Point], targets: list[Point]) -> Seconds:
    """Return the seconds of each pair, None where no road joins it."""
    asked = {
        "sources": _places(sources),
        "targets": _places(targets),
        "costing": "auto",
        "verbose": False,
    }
    try:
        found = _plain(actor.matrix(asked))["sources_to_targets"]["durations"]
    except RuntimeError:  # Valhalla's answer when nothing at all can be reached
        return [[None] * len(targets) for _ in sources]
    return cast("Seconds", found)


def _places(points: Sequence[Point]) -> list[dict[str, float]]:
    return [{"lat": lat, "lon": lon} for lat, lon in points]


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
