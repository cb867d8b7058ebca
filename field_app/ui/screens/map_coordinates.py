"""Asks for coordinates from a letter or another map, and which system they are in."""

from PySide6.QtWidgets import QWidget

from field_app.ui.dialogs.form_dialog import Field, ask
from field_app.ui.look import Look
from sync.domain.coordinates import read_place
from sync.domain.outcome import Reason
from sync.domain.vocabulary import Datum

type Told = tuple[tuple[float, float], Datum]


async def ask_coordinates(parent: QWidget, look: Look) -> Told | None:
    """Return a WGS-84 point and the system it was told in, or None when left alone."""
    words = look.words
    systems = {
        Datum.GCJ02: words("GCJ-02: AMap, Tencent Maps"),
        Datum.BD09: words("BD-09: Baidu Maps"),
        Datum.WGS84: words("WGS-84: GPS, Tianditu"),
    }
    choices = (
        ("", words("Choose where they come from")),
        *((str(d), t) for d, t in systems.items()),
    )
    fields = (
        Field("place", words("Latitude and longitude"), required=True),
        Field("system", words("Coordinate system"), choices, required=True),
    )
    explain = words("A wrong system puts the pin at a neighbour's door, half a kilometre away.")

    def check(told: dict[str, str]) -> str:
        found = read_place(told["place"], Datum(told["system"]))
        return words.code(found.code, **found.params) if isinstance(found, Reason) else ""

    told = await ask(
        parent, look, words("Type coordinates"), fields, explain, words("Set the pin"), check
    )
    if told is None:
        return None
    datum = Datum(told["system"])
    found = read_place(told["place"], datum)
    return None if isinstance(found, Reason) else (found, datum)
