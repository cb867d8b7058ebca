"""A day's stops as a GPX 1.1 route for a navigation device: numbers, ids and places, no names.

Coordinates are WGS-84, as the format demands (https://www.topografix.com/GPX/1/1/).
"""

from collections.abc import Sequence
from xml.etree import ElementTree

import msgspec

GPX = "http://www.topografix.com/GPX/1/1"
ID_LETTERS = 8


class GpxStop(msgspec.Struct, frozen=True):
    """One stop: its place in the order, its id, where it is in degrees."""

    number: int
    id: str
    lat: float
    lon: float


def gpx_file(stops: Sequence[GpxStop], line: str) -> bytes:
    """Return the file: one route whose points are named by number and the end of the id.

    `line` says whose file it is, in its description.
    """
    ElementTree.register_namespace("", GPX)
    root = ElementTree.Element(f"{{{GPX}}}gpx", {"version": "1.1", "creator": "yuefang"})
    about = ElementTree.SubElement(root, f"{{{GPX}}}metadata")
    ElementTree.SubElement(about, f"{{{GPX}}}desc").text = line
    route = ElementTree.SubElement(root, f"{{{GPX}}}rte")
    for stop in stops:
        place = {"lat": f"{stop.lat:.6f}", "lon": f"{stop.lon:.6f}"}
        point = ElementTree.SubElement(route, f"{{{GPX}}}rtept", place)
        name = ElementTree.SubElement(point, f"{{{GPX}}}name")
        name.text = f"{stop.number}-{stop.id[-ID_LETTERS:]}"
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data
