"""Makes a map pack: MBTiles with MVT tiles, a table of places, Valhalla's road tiles as one blob.

Geometry is shapely's, encoding mapbox-vector-tile's, roads pyvalhalla's; only the arithmetic of
the tile grid (Web Mercator, EPSG:3857) is ours.
"""

import gzip
import math
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import msgspec
import numpy as np
from shapely import box as rectangle
from shapely import clip_by_rect, simplify, transform
from shapely.strtree import STRtree

from sync.protocol.map_pack import APPLICATION_ID, FORMAT, HASH, content_hash
from sync.server.mappack.features import Extract, Layer, read_extract

FIRST_ZOOM, LAST_ZOOM = 10, 14
EXTENT = 4096
WORLD = 20037508.342789244
BUFFER = 0.05


class PackReport(msgspec.Struct, frozen=True):
    """What was built."""

    tiles: int
    places: int
    bytes: int
    roads: bool
    seconds: float
    input_bytes: int

    @property
    def cost(self) -> str:
        """Say what a megabyte of input cost."""
        read = f"{self.input_bytes} bytes read in {self.seconds:.1f} s"
        seconds, pack = self.seconds / self.input_bytes * 1e6, self.bytes / self.input_bytes
        return f"{read}: {seconds:.1f} s and {pack:.1f} MB of pack for each MB of input"


def build_pack(
    extract_path: Path,
    out: Path,
    *,
    name: str,
    attribution: str = "© OpenStreetMap contributors",
    licence: str = "ODbL 1.0",
) -> PackReport:
    """Build the pack of an extract; raises OSError or ValueError when it cannot be used."""
    began = time.perf_counter()
    extract = read_extract(extract_path)
    metadata = _metadata(extract, name, attribution, licence)
    has_roads = bool(extract.layers["transportation"].features)
    roads = build_roads(extract_path) if has_roads else None
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place until it is whole: a build that fails leaves the pack that is in use.
    unfinished = out.with_name(f"{out.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        tiles = _write_pack(unfinished, extract, metadata, roads)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    return PackReport(
        tiles,
        len(extract.places),
        out.stat().st_size,
        roads is not None,
        time.perf_counter() - began,
        extract_path.stat().st_size,
    )


def _write_pack(path: Path, extract: Extract, metadata: dict[str, str], roads: bytes | None) -> int:
    """Write the file and return how many tiles it has."""
    tiles = 0
    with closing(sqlite3.connect(path)) as connection, connection:
        _write_schema(connection)
        connection.executemany("INSERT INTO metadata VALUES (?, ?)", metadata.items())
        connection.executemany("INSERT INTO places VALUES (?, ?, ?, ?)", extract.places)
        for zoom, column, row, data in _tiles(extract):
            flipped = (1 << zoom) - 1 - row
            connection.execute(
                "INSERT INTO tiles VALUES (?, ?, ?, ?)", (zoom, column, flipped, data)
            )
            tiles += 1
        if roads is not None:
            connection.execute("INSERT INTO roads VALUES (?)", (roads,))
        sealed = (HASH, content_hash(connection))
        connection.execute("INSERT INTO metadata VALUES (?, ?)", sealed)
    return tiles


def _write_schema(connection: sqlite3.Connection) -> None:
    connection.executescript(
        f"""
        PRAGMA application_id = {APPLICATION_ID};
        CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT);
        CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER,
            tile_data BLOB, PRIMARY KEY (zoom_level, tile_column, tile_row));
        CREATE TABLE places (name TEXT, kind TEXT, lat REAL, lon REAL);
        CREATE TABLE roads (archive BLOB);
        """
    )


def _metadata(extract: Extract, name: str, attribution: str, licence: str) -> dict[str, str]:
    west, south, east, north = extract.bounds()
    return {
        "name": name,
        "format": "pbf",
        "version": str(FORMAT),
        "data_date": extract.newest.isoformat() if extract.newest else "",
        "bounds": f"{west},{south},{east},{north}",
        "minzoom": str(FIRST_ZOOM),
        "maxzoom": str(LAST_ZOOM),
        "attribution": attribution,
        "licence": licence,
    }


def _tiles(extract: Extract) -> Iterator[tuple[int, int, int, bytes]]:
    """Yield every tile that holds anything, gzipped."""
    projected = {layer.name: _Projected(layer) for layer in extract.layers.values()}
    west, south, east, north = extract.bounds()
    for zoom in range(FIRST_ZOOM, LAST_ZOOM + 1):
        left, top = tile_of(north, west, zoom)
        right, bottom = tile_of(south, east, zoom)
        for column in range(left, right + 1):
            for row in range(top, bottom + 1):
                data = _tile(projected, zoom, column, row)
                if data:
                    yield zoom, column, row, gzip.compress(data, 6, mtime=0)


class _Projected:
    """A layer in metres with its spatial index."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.shapes = [transform(shape, _mercator) for shape, _ in layer.features]
        self.tree = STRtree(self.shapes)


def _tile(layers: dict[str, _Projected], zoom: int, column: int, row: int) -> bytes:
    box = tile_bounds(zoom, column, row)
    margin = (box[2] - box[0]) * BUFFER
    wide = (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)
    coarse = (box[2] - box[0]) / EXTENT * 2
    encoded = []
    for name, projected in layers.items():
        if zoom < projected.layer.first_zoom:
            continue
        features = []
        for index in projected.tree.query(rectangle(*wide)):
            shape = clip_by_rect(simplify(projected.shapes[index], coarse), *wide)
            if not shape.is_empty:
                features.append(
                    {"geometry": shape, "properties": projected.layer.features[index][1]}
                )
        if features:
            encoded.append({"name": name, "features": features})
    if not encoded:
        return b""
    options = {"quantize_bounds": box, "extents": EXTENT}
    data: bytes = mapbox_vector_tile.encode(encoded, default_options=options)
    return data


def _mercator(points: Any) -> Any:
    array = np.asarray(points, dtype=float)
    lon, lat = array[:, 0], array[:, 1]
    x = lon / 180 * WORLD
    y = np.log(np.tan((90 + lat) * math.pi / 360)) / math.pi * WORLD
    return np.column_stack((x, y))


def tile_of(lat: float, lon: float, zoom: int) -> tuple[int, int]:
    """Return (column, row) of the tile that holds a point, row 0 in the north."""
    size = 1 << zoom
    column = int((lon + 180) / 360 * size)
    sine = math.asinh(math.tan(math.radians(lat)))
    row = int((1 - sine / math.pi) / 2 * size)
    return min(max(column, 0), size - 1), min(max(row, 0), size - 1)


def tile_bounds(zoom: int, column: int, row: int) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a tile in metres."""
    size = 2 * WORLD / (1 << zoom)
    west, north = -WORLD + column * size, WORLD - row * size
    return west, north - size, west + size, north


def build_roads(extract_path: Path) -> bytes | None:
    """Return Valhalla's tiles as a tar archive, or None where pyvalhalla is not installed.

    Raises ValueError with what the builder said.
    """
    try:
        import valhalla
    except ImportError:
        return None
    program = Path(valhalla.__file__).parent / "bin" / _program("valhalla_build_tiles")
    with tempfile.TemporaryDirectory() as folder:
        tiles = Path(folder) / "tiles"
        tiles.mkdir()
        config = Path(folder) / "valhalla.json"
        settings = valhalla.get_config(tile_dir=str(tiles), tile_extract="")
        config.write_bytes(msgspec.json.encode(settings))
        done = subprocess.run(  # noqa: S603  # the wheel's own program on our own files
            [str(program), "-c", str(config), str(extract_path)], capture_output=True, check=False
        )
        if done.returncode != 0:
            raise ValueError(f"road tiles: {done.stderr.decode(errors='replace')[-400:]}")
        archive = Path(folder) / "roads.tar"
        with tarfile.open(archive, "w") as tar:
            for file in sorted(tiles.rglob("*.gph")):
                tar.add(file, arcname=str(file.relative_to(tiles)))
        return archive.read_bytes()


def _program(name: str) -> str:
    return f"{name}.exe" if sys.platform == "win32" else name
