"""Decodes a vector tile (Mapbox Vector Tile 2.1) into shapes that a painter can draw."""

from typing import Any

import msgspec

EXTENT = 4096
type Ring = tuple[tuple[float, float], ...]


class Shape(msgspec.Struct, frozen=True):
    """One feature; `rings` in tile units, y downward, 0 to 4096 inside the tile."""

    kind: str  # point, line or area
    rings: tuple[Ring, ...]
    properties: dict[str, Any]


def decode_tile(data: bytes) -> dict[str, tuple[Shape, ...]]:
    """Return the shapes of each layer."""
    # Loaded with the first tile: it brings numpy and shapely, for which every start waited.
    import mapbox_vector_tile

    layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    return {
        name: tuple(shape for f in layer["features"] for shape in _shapes(f))
        for name, layer in layers.items()
    }


def _shapes(feature: dict[str, Any]) -> list[Shape]:
    geometry, properties = feature["geometry"], feature["properties"]
    coordinates = geometry["coordinates"]
    match geometry["type"]:
        case "Point":
            return [Shape("point", ((tuple(coordinates),),), properties)]
        case "MultiPoint":
            return [Shape("point", ((tuple(p),),), properties) for p in coordinates]
        case "LineString":
            return [Shape("line", (_ring(coordinates),), properties)]
        case "MultiLineString":
            return [Shape("line", tuple(_ring(c) for c in coordinates), properties)]
        case "Polygon":
            return [Shape("area", tuple(_ring(c) for c in coordinates), properties)]
        case "MultiPolygon":
            return [
                Shape("area", tuple(_ring(c) for c in part), properties) for part in coordinates
            ]
        case _:
            return []


def _ring(points: Any) -> Ring:
    return tuple((float(x), float(y)) for x, y in points)
