"""The form of a map pack's file: what both ends must agree on to believe it.

One SQLite file in MBTiles' layout (MBTiles 1.3) with places and road tiles beside the tiles.
`content_hash` covers everything in it but itself, in one order, each value with its length.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

APPLICATION_ID = 0x59504B31  # "YPK1"
FORMAT = 2
type Region = tuple[float, float, float, float]
HASH = "content_hash"
EVERYTHING = (
    f"SELECT name, value FROM metadata WHERE name != '{HASH}' ORDER BY name",
    "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles ORDER BY 1, 2, 3",
    "SELECT name, kind, lat, lon FROM places ORDER BY 1, 2, 3, 4",
    "SELECT archive FROM roads ORDER BY rowid",
)


def content_hash(connection: sqlite3.Connection) -> str:
    """Return the SHA-256 of a pack's content as hex; raises sqlite3.Error when it is damaged."""
    digest = hashlib.sha256()
    for value in _values(connection):
        digest.update(len(value).to_bytes(8, "big"))
        digest.update(value)
    return digest.hexdigest()


def region_of(path: Path) -> Region:
    """Return west, south, east, north of a pack in degrees; raises ValueError when it is none."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as pack:
            row = pack.execute("SELECT value FROM metadata WHERE name = 'bounds'").fetchone()
    except sqlite3.Error as error:
        raise ValueError(f"{path.name} is no map pack") from error
    if row is None:
        raise ValueError(f"{path.name} is no map pack")
    west, south, east, north = (float(part) for part in row[0].split(","))
    return west, south, east, north


class PackFacts(msgspec.Struct, frozen=True):
    """What a whole pack of this format says of itself."""

    name: str
    region: Region
    data_date: str
    content_hash: str


class NotAPack(ValueError):
    """The file is no pack: "none" at all, of an "other" format, or "damaged"."""


def facts_of(path: Path) -> PackFacts:
    """Return what a pack says, its whole content compared with its hash; raises NotAPack."""
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as pack:
            if pack.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise NotAPack("none")
            told = dict(pack.execute("SELECT name, value FROM metadata"))
            if told["version"] != str(FORMAT):
                raise NotAPack("other")
            west, south, east, north = (float(part) for part in told["bounds"].split(","))
            if content_hash(pack) != told[HASH]:
                raise NotAPack("damaged")
    except NotAPack:
        raise
    except (sqlite3.Error, KeyError, ValueError) as error:
        raise NotAPack("damaged" if _has_mark(path) else "none") from error
    return PackFacts(told["name"], (west, south, east, north), told["data_date"], told[HASH])


def _has_mark(path: Path) -> bool:
    """Say whether a file that cannot be read was meant for a pack (SQLite's header, offset 68)."""
    with path.open("rb") as file:
        return file.read(72)[68:] == APPLICATION_ID.to_bytes(4, "big")


def holds(region: Region, point: tuple[float, float]) -> bool:
    """Say whether (latitude, longitude) lies in a region."""
    west, south, east, north = region
    return south <= point[0] <= north and west <= point[1] <= east


def _values(connection: sqlite3.Connection) -> Iterator[bytes]:
    for number, query in enumerate(EVERYTHING):
        yield b"%d" % number
        for row in connection.execute(query):
            for value in row:
                yield value if isinstance(value, bytes) else repr(value).encode()
