"""Where a map pack knows of water, so that a pin in a lake is told of; nothing is ever moved.

The areas are the water layer of the pack's nearest tiles (Mapbox Vector Tile 2.1), exact to about
half a metre. A pack of an extract knows no sea: a point there lies outside its region.
"""

import gzip
import math
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from sync.protocol.map_pack import Region, holds, region_of

EXTENT = 4096  # units of a tile's side
LAYER = "water"

type Ring = Sequence[Sequence[float]]
type TileOf = Callable[[int, int, int], bytes | None]


class WaterMap:
    """Answers for points; each tile is read once. `tile` gives MVT bytes, row 0 in the north."""

    def __init__(self, zoom: int, tile: TileOf) -> None:
        self._zoom = zoom
        self._tile = tile
        self._areas: dict[tuple[int, int], tuple[tuple[Ring, ...], ...]] = {}

    def holds(self, point: tuple[float, float]) -> bool:
        """Say whether (latitude, longitude) lies in water."""
        lat, lon = point
        size = 1 << self._zoom
        across = (lon + 180) / 360 * size
        down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * size
        column, row = int(across), int(down)
        x, y = (across - column) * EXTENT, (down - row) * EXTENT
        # A hole in a lake is an island: the rings of one area are counted together.
        return any(
            sum(_is_inside(ring, x, y) for ring in area) % 2 for area in self._of(column, row)
        )

    def _of(self, column: int, row: int) -> tuple[tuple[Ring, ...], ...]:
        found = self._areas.get((column, row))
        if found is None:
            found = _areas_of(self._tile(self._zoom, column, row) or b"")
            self._areas[column, row] = found
        return found


class Ground(msgspec.Struct, frozen=True):
    """A pack's region and its water, for points that come without a map before one's eyes."""

    region: Region
    water: WaterMap

    def is_outside(self, point: tuple[float, float]) -> bool:
        """Say whether the pack's region does not hold the point."""
        return not holds(self.region, point)


def ground_of(path: Path) -> Ground:
    """Return a pack's ground; raises ValueError when the file is no pack."""
    region = region_of(path)
    with closing(_opened(path)) as pack:
        row = pack.execute("SELECT value FROM metadata WHERE name = 'maxzoom'").fetchone()
    if row is None:
        raise ValueError(f"{path.name} is no map pack")

    def tile(zoom: int, column: int, row: int) -> bytes | None:
        flipped = (1 << zoom) - 1 - row
        with closing(_opened(path)) as pack:
            found = pack.execute(
                "SELECT tile_data FROM tiles "
                "WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                (zoom, column, flipped),
            ).fetchone()
        return gzip.decompress(found[0]) if found else None

    return Ground(region, WaterMap(int(row[0]), tile))


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _areas_of(tile: bytes) -> tuple[tuple[Ring, ...], ...]:
    if LAYER.encode() not in tile:
        return ()
    import mapbox_vector_tile  # brings numpy and shapely: only where there is water

    layers: dict[str, Any] = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    found: list[tuple[Ring, ...]] = []
    for feature in layers.get(LAYER, {}).get("features", ()):
        geometry = feature["geometry"]
        if geometry["type"] == "Polygon":
            found.append(tuple(geometry["coordinates"]))
        elif geometry["type"] == "MultiPolygon":
            found += [tuple(part) for part in geometry["coordinates"]]
    return tuple(found)


def _is_inside(ring: Ring, x: float, y: float) -> bool:
    """Say whether a ring holds a point: a ray to the right crosses it an odd number of times."""
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
