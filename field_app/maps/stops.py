"""What a map page is told: points and colours as plain values, and the calls that bring them."""

from collections.abc import Sequence

import msgspec

SCHEME = "fieldmap"


class MapStop(msgspec.Struct, frozen=True):
    """A point on the map; `number` 0 = without one; `look` visit, done, blocked or case."""

    id: str
    lat: float
    lon: float
    number: int
    look: str


class MapWay(msgspec.Struct, frozen=True):
    """A line through stops: along roads, or straight from one to the next."""

    points: tuple[tuple[float, float], ...]
    roads: bool


class MapColours(msgspec.Struct, frozen=True):
    """Colours of the page's own marks, as "#rrggbb"."""

    visit: str
    done: str
    blocked: str
    case: str
    on_mark: str
    line: str
    land: str
    surface: str
    text: str


def stops_call(stops: Sequence[MapStop], ways: Sequence[MapWay], *, fit: bool) -> str:
    """Return the script that shows these stops; only ids, coordinates, numbers and states."""
    return call("showStops", stops, ways, fit)


def call(name: str, *values: object) -> str:
    """Return the script that calls one of the page's functions; values go as JSON."""
    told = ", ".join(msgspec.json.encode(value).decode() for value in values)
    return f"{name}({told})"
