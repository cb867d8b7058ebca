"""Reads an OpenStreetMap extract into the few layers a field map needs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import osmium
from osmium.filter import KeyFilter
from osmium.geom import WKBFactory
from shapely import from_wkb
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

ROADS = (
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "service",
)
AREA_KEYS = ("building", "natural", "waterway", "leisure", "landuse")
EPOCH = 1970  # the year of an object that says no time


@dataclass
class Layer:
    """Features of one kind, each a geometry in degrees (lon, lat) and its properties."""

    name: str
    first_zoom: int
    features: list[tuple[BaseGeometry, dict[str, str]]] = field(default_factory=list)


@dataclass
class Extract:
    """What was read: layers in drawing order and the places with names."""

    layers: dict[str, Layer]
    places: list[tuple[str, str, float, float]]
    newest: date | None = None  # when the youngest thing in it was edited
    streets: dict[str, BaseGeometry] = field(default_factory=dict)

    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of everything read; raises ValueError when empty."""
        boxes = [g.bounds for layer in self.layers.values() for g, _ in layer.features]
        if not boxes:
            raise ValueError("the extract holds no features")
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)


def read_extract(path: Path) -> Extract:
    """Return the features of an .osm or .osm.pbf file; raises OSError when it cannot be read."""
    extract = Extract(
        {
            "landuse": Layer("landuse", 10),
            "water": Layer("water", 10),
            "building": Layer("building", 13),
            "transportation": Layer("transportation", 10),
            "place": Layer("place", 10),
        },
        [],
    )
    try:
        for thing in _with_places(path):
            _add(extract, thing)
        _add_streets(extract)
    except RuntimeError as error:
        raise OSError(0, str(error), str(path)) from error
    return extract


def _with_places(path: Path) -> Iterator[Any]:
    """Yield everything with its places, and what relations enclose where all of it is there."""
    return iter(osmium.FileProcessor(str(path)).with_areas(KeyFilter(*AREA_KEYS)))


def _add_streets(extract: Extract) -> None:
    """Let every named street be found: at the middle of its longest piece."""
    for name, line in extract.streets.items():
        middle = line.interpolate(0.5, normalized=True)
        extract.places.append((name, "street", middle.y, middle.x))


def _add(extract: Extract, thing: Any) -> None:
    edited = thing.timestamp.date()
    if edited.year > EPOCH and (extract.newest is None or edited > extract.newest):
        extract.newest = edited
    tags = {tag.k: tag.v for tag in thing.tags}
    if thing.is_node():
        if "place" in tags and "name" in tags and thing.location.valid():
            point = Point(thing.location.lon, thing.location.lat)
            extract.places.append((tags["name"], tags["place"], point.y, point.x))
            kept = {"class": tags["place"], "name": tags["name"]}
            extract.layers["place"].features.append((point, kept))
    elif thing.is_way():
        _add_way(extract, thing, tags)
    elif thing.is_area() and not thing.from_way():
        _add_relation(extract, thing, tags)


def _add_way(extract: Extract, way: Any, tags: dict[str, str]) -> None:
    points = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
    named = {"name": tags["name"]} if "name" in tags else {}
    if tags.get("highway") in ROADS and len(points) >= 2:
        line = LineString(points)
        known = extract.streets.get(tags.get("name", ""))
        if named and (known is None or line.length > known.length):
            extract.streets[tags["name"]] = line
        kept = {"class": tags["highway"], **named}
        extract.layers["transportation"].features.append((line, kept))
        return
    layer = _area_layer(tags)
    if layer and len(points) >= 4 and points[0] == points[-1]:
        shape = Polygon(points)
        if shape.is_valid:
            extract.layers[layer].features.append((shape, {"class": layer, **named}))


def _add_relation(extract: Extract, area: Any, tags: dict[str, str]) -> None:
    """Add what a relation encloses, islands left out: most lakes are drawn like that."""
    layer = _area_layer(tags)
    if layer is None:
        return
    shape = from_wkb(WKBFactory().create_multipolygon(area))
    if shape.is_valid:
        named = {"name": tags["name"]} if "name" in tags else {}
        extract.layers[layer].features.append((shape, {"class": layer, **named}))


def _area_layer(tags: dict[str, str]) -> str | None:
    if "building" in tags:
        return "building"
    if tags.get("natural") == "water" or "waterway" in tags:
        return "water"
    if tags.get("leisure") == "park" or tags.get("landuse") in ("grass", "forest"):
        return "landuse"
    return None
