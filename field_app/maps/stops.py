"""What a map page is told: points and colours as plain values, and the calls that bring them."""

import msgspec

SCHEME = "fieldmap"


class MapStop(msgspec.Struct, frozen=True):
    """A point on the map; `number` 0 = without one; `look` visit, blocked, case or start."""

    id: str
    lat: float
    lon: float
    number: int
    look: str


class MapColours(msgspec.Struct, frozen=True):
    """Colours of the page's own marks, as "#rrggbb"."""

    visit: str
    blocked: str
    case: str
    on_mark: str
    line: str
    land: str
    surface: str
    text: str


def stops_call(stops: list[MapStop], line: list[tuple[float, float]], *, fit: bool) -> str:
    """Return the script that shows these stops; only ids, numbers and coordinates."""
    data = msgspec.json.encode(stops).decode()
    points = msgspec.json.encode(line).decode()
    return f"showStops({data}, {points}, {'true' if fit else 'false'})"


def choose_call(stop_id: str) -> str:
    """Return the script that marks one stop."""
    return f"chooseStop({msgspec.json.encode(stop_id).decode()})"
