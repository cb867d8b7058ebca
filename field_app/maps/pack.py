"""A map pack: one MBTiles file with vector tiles (MVT), places and road tiles."""

import gzip
import hashlib
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from sync.protocol.map_pack import APPLICATION_ID, FORMAT, HASH, content_hash, holds
from sync.protocol.map_water import WaterMap

OTHER_FORMAT = "other"


class PackUnusable(Exception):
    """The file is no map pack; `code` has words in the catalogues."""

    def __init__(self, code: str, path: Path) -> None:
        super().__init__(f"{code}: {path.name}")
        self.code = code


class PackInfo(msgspec.Struct, frozen=True):
    """What a pack says of itself; bounds are west, south, east, north in degrees."""

    name: str
    bounds: tuple[float, float, float, float]
    first_zoom: int
    last_zoom: int
    attribution: str
    has_roads: bool
    licence: str = ""
    data_date: str = ""
    content_hash: str = ""

    def holds(self, point: tuple[float, float]) -> bool:
        """Say whether (latitude, longitude) lies in the region."""
        return holds(self.bounds, point)

    @property
    def middle(self) -> tuple[float, float]:
        """Return latitude and longitude of the middle."""
        west, south, east, north = self.bounds
        return (south + north) / 2, (west + east) / 2


class FoundPlace(msgspec.Struct, frozen=True):
    """A place or street of the pack; `kind` is OpenStreetMap's, or street."""

    name: str
    kind: str
    lat: float
    lon: float


class MapPack:
    """An open pack; may be asked from any thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection, info: PackInfo) -> None:
        self.path = path
        self.info = info
        self._connection = connection
        self._lock = threading.Lock()
        self._water = WaterMap(info.last_zoom, self.tile)

    @classmethod
    def open(cls, path: Path) -> "MapPack":
        """Open and check a pack; raises PackUnusable."""
        connection = _connected(path)
        try:
            info = _read_info(connection)
        except sqlite3.Error as error:
            connection.close()
            raise PackUnusable(_why(error), path) from error
        except (KeyError, ValueError) as error:
            connection.close()
            raise PackUnusable("map.damaged", path) from error
        if info is None:
            connection.close()
            raise PackUnusable("map.not_a_pack", path)
        if isinstance(info, str):
            connection.close()
            raise PackUnusable("map.other_format", path)
        return cls(path, connection, info)

    def check(self, folder: Path) -> None:
        """Compare the whole content with its hash, once for each file; raises PackUnusable.

        What was found whole is noted in the folder: a province takes seconds to read through. Where
        that cannot be noted it is read again the next time.
        """
        note = folder / f"whole-{self._mark()}"
        if note.exists():
            return
        with self._lock:
            try:
                found = content_hash(self._connection)
            except sqlite3.Error as error:
                raise PackUnusable("map.damaged", self.path) from error
        if found != self.info.content_hash:
            raise PackUnusable("map.damaged", self.path)
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            note.touch()

    def _mark(self) -> str:
        stat = self.path.stat()
        mark = f"{self.path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}".encode()
        return hashlib.sha256(mark).hexdigest()[:16]

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """Return the MVT bytes of a tile (row 0 in the north), or None where the map is empty."""
        flipped = (1 << zoom) - 1 - row
        found = self._one(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (zoom, column, flipped),
        )
        return gzip.decompress(found[0]) if found else None

    def in_water(self, point: tuple[float, float]) -> bool:
        """Say whether (latitude, longitude) lies in a lake or river that the pack knows."""
        return self._water.holds(point)

    def find(self, text: str, most: int) -> tuple[FoundPlace, ...]:
        """Return places and streets whose names hold the text, those that begin with it first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT name, kind, lat, lon FROM places WHERE instr(lower(name), lower(?)) > 0 "
                "ORDER BY instr(lower(name), lower(?)), length(name), name LIMIT ?",
                (text.strip(), text.strip(), most),
            ).fetchall()
        return tuple(FoundPlace(*row) for row in rows)

    def lay_roads(self, folder: Path) -> Path | None:
        """Write the road tiles beside the program's data once; None when the pack has none.

        Raises PackUnusable when there is no room for them: then the map is good without.
        """
        if not self.info.has_roads:
            return None
        target = folder / f"roads-{self._mark()}.tar"
        if target.exists():
            return target
        found = self._one("SELECT archive FROM roads", ())
        if not found:
            return None
        beside = target.with_suffix(".new")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(found[0])
            beside.replace(target)
        except OSError as error:
            with suppress(OSError):  # a part of it would take the room that others need
                beside.unlink(missing_ok=True)
            raise PackUnusable("map.no_room_for_roads", self.path) from error
        return target

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _one(self, sql: str, values: tuple[object, ...]) -> tuple[bytes] | None:
        with self._lock:
            row: tuple[bytes] | None = self._connection.execute(sql, values).fetchone()
        return row


def _connected(path: Path) -> sqlite3.Connection:
    """Open the file; raises PackUnusable when it is not there or may not be read."""
    try:
        if not path.is_file():
            raise PackUnusable("map.missing", path)
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        return sqlite3.connect(uri, uri=True, check_same_thread=False)
    except (OSError, sqlite3.OperationalError) as error:
        raise PackUnusable("map.unreadable", path) from error


def _why(error: sqlite3.Error) -> str:
    """Return the code of what is wrong with a file that SQLite cannot read."""
    wrong = getattr(error, "sqlite_errorcode", 0) & 0xFF  # an extended code says more than this
    if wrong in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM):
        return "map.unreadable"
    return "map.not_a_pack" if wrong == sqlite3.SQLITE_NOTADB else "map.damaged"


def _read_info(connection: sqlite3.Connection) -> PackInfo | str | None:
    """Return what the pack says, OTHER_FORMAT, or None when the file is no pack."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        return None
    told = dict(connection.execute("SELECT name, value FROM metadata"))
    if told["version"] != str(FORMAT):
        return OTHER_FORMAT
    west, south, east, north = (float(part) for part in told["bounds"].split(","))
    roads = connection.execute("SELECT count(*) FROM roads").fetchone()[0]
    return PackInfo(
        told["name"],
        (west, south, east, north),
        int(told["minzoom"]),
        int(told["maxzoom"]),
        told["attribution"],
        bool(roads),
        told["licence"],
        told["data_date"],
        told[HASH],
    )
