"""云川市, a city that does not exist: streets, river, compounds and villages from one seed.

Coordinates are WGS-84. The street network is connected, so that road times exist between all
addresses; `write_osm` gives it as an OpenStreetMap file for the map pack.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import osmium

CENTRE = (35.05, 118.35)
METRE_LAT = 1 / 111_320
METRE_LON = METRE_LAT / math.cos(math.radians(CENTRE[0]))
BLOCK_M = 420
COLUMNS, ROWS = 26, 20
RIVER_COLUMN = 11

AREAS = ("望湖区", "青杉区", "河东区", "南屏区")
WEST_EAST = (
    "望湖路",
    "青杉街",
    "云锦路",
    "松风路",
    "荷塘路",
    "长桥路",
    "明远路",
    "书院街",
    "梧桐路",
    "兴川路",
    "文昌路",
    "朝阳街",
    "安澜路",
    "和顺路",
    "锦屏路",
    "云门路",
    "百草路",
    "新渡路",
    "沿溪路",
    "远山路",
)
SOUTH_NORTH = (
    "一水巷",
    "石榴巷",
    "学府路",
    "清河路",
    "永安路",
    "槐荫路",
    "星河路",
    "丹桂路",
    "平湖路",
    "古渡路",
    "西堤路",
    "东堤路",
    "迎春路",
    "芳草路",
    "翠竹路",
    "光华路",
    "如意路",
    "银杏路",
    "海棠路",
    "康宁路",
    "福田路",
    "春晓路",
    "白鹭路",
    "金穗路",
    "枫林路",
    "云岭路",
)
COMPOUNDS = (
    "云锦花园",
    "望湖小区",
    "青杉苑",
    "和顺家园",
    "书香里",
    "河畔新城",
    "梧桐里",
    "康宁小区",
    "明远公寓",
    "锦屏苑",
)
VILLAGES = ("柳泉村", "石桥村", "杏花村", "上河村", "松坪村", "白鹭村")

type Point = tuple[float, float]


@dataclass(frozen=True)
class Address:
    """A place somebody lives: text as a bank writes it, area, WGS-84 degrees."""

    text: str
    area: str
    lat: float
    lon: float


@dataclass
class City:
    """The invented city: corner points by (column, row), parks and villages."""

    seed: int
    corners: dict[tuple[int, int], Point] = field(default_factory=dict)
    villages: dict[str, Point] = field(default_factory=dict)
    village_corners: dict[str, tuple[int, int]] = field(default_factory=dict)

    def street(self, column: int, row: int, *, west_east: bool) -> str:
        """Return the name of the street through a corner."""
        return (
            WEST_EAST[row % len(WEST_EAST)] if west_east else SOUTH_NORTH[column % len(SOUTH_NORTH)]
        )

    def area(self, column: int, row: int) -> str:
        """Return the district of a corner."""
        east = column > RIVER_COLUMN
        north = row >= ROWS // 2
        return AREAS[(2 if east else 0) + (0 if north else 1)]

    def addresses(self, chance: random.Random, count: int) -> list[Address]:
        """Return invented addresses, about one in eight in a village."""
        return [
            self._village_address(chance) if chance.random() < 0.12 else self._town_address(chance)
            for _ in range(count)
        ]

    def _town_address(self, chance: random.Random) -> Address:
        column, row = chance.randrange(1, COLUMNS - 2), chance.randrange(1, ROWS - 2)
        if column in (RIVER_COLUMN, RIVER_COLUMN - 1):
            column += 3
        along = chance.uniform(0.15, 0.85)
        west, east = self.corners[column, row], self.corners[column + 1, row]
        lat = west[0] + (east[0] - west[0]) * along + chance.choice((-1, 1)) * 35 * METRE_LAT
        lon = west[1] + (east[1] - west[1]) * along
        street = self.street(column, row, west_east=True)
        number = 2 * (column * 8 + round(along * 8)) + chance.choice((0, 1))
        door = f"{chance.randint(1, 26)}{chance.randint(1, 4):02d}室"
        home = f"{chance.randint(1, 18)}号楼{chance.randint(1, 4)}单元{door}"
        compound = chance.choice(COMPOUNDS)
        area = self.area(column, row)
        return Address(f"云川市{area}{street}{number}号{compound}{home}", area, lat, lon)

    def _village_address(self, chance: random.Random) -> Address:
        name = chance.choice(VILLAGES)
        lat, lon = self.villages[name]
        lat += chance.uniform(-120, 120) * METRE_LAT
        lon += chance.uniform(-160, 160) * METRE_LON
        return Address(f"云川市城郊乡{name}{chance.randint(1, 160)}号", "城郊乡", lat, lon)

    def segments(self) -> Iterator[tuple[str, str, list[tuple[int, int]]]]:
        """Return (kind, name, corners) of every street, main roads first."""
        for row in range(ROWS):
            kind = "primary" if row % 6 == 3 else "secondary" if row % 3 == 0 else "residential"
            for run in _runs(row, COLUMNS, bridged=kind != "residential"):
                yield kind, WEST_EAST[row % len(WEST_EAST)], [(c, row) for c in run]
        for column in range(COLUMNS):
            if column == RIVER_COLUMN:
                continue
            kind = (
                "primary" if column % 7 == 4 else "secondary" if column % 3 == 1 else "residential"
            )
            name = SOUTH_NORTH[column % len(SOUTH_NORTH)]
            yield kind, name, [(column, r) for r in range(ROWS)]


def _runs(row: int, columns: int, *, bridged: bool) -> list[list[int]]:
    """Split a street at the river unless it has a bridge."""
    if bridged:
        return [[c for c in range(columns) if c != RIVER_COLUMN]]
    return [list(range(RIVER_COLUMN)), list(range(RIVER_COLUMN + 1, columns))]


def build(seed: int = 2026) -> City:
    """Return the city of a seed; the same seed is always the same city."""
    chance = random.Random(seed)  # a city is no secret
    city = City(seed)
    for column in range(COLUMNS):
        for row in range(ROWS):
            bend = 70 * math.sin(column / 3.1 + row / 4.7)
            east = (column - COLUMNS / 2) * BLOCK_M + bend + chance.uniform(-30, 30)
            north = (row - ROWS / 2) * BLOCK_M + 0.8 * bend + chance.uniform(-30, 30)
            city.corners[column, row] = (
                CENTRE[0] + north * METRE_LAT,
                CENTRE[1] + east * METRE_LON,
            )
    edges = [(0, 4), (0, 15), (COLUMNS - 1, 3), (COLUMNS - 1, 14), (7, 0), (18, ROWS - 1)]
    away = [(-1, 0), (-1, 0.4), (1, -0.3), (1, 0.2), (-0.2, -1), (0.3, 1)]
    for name, corner, (east, north) in zip(VILLAGES, edges, away, strict=True):
        lat, lon = city.corners[corner]
        reach = chance.uniform(1300, 2200)
        city.villages[name] = (lat + north * reach * METRE_LAT, lon + east * reach * METRE_LON)
        city.village_corners[name] = corner
    return city


def write_osm(city: City, path: Path) -> None:
    """Write the city as an OSM file (.osm.pbf or .osm), complete in its references."""
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as writer:
        _Osm(writer, city).write()


class _Osm:
    """Numbers nodes first and writes ways after, as the format wants it."""

    def __init__(self, writer: osmium.SimpleWriter, city: City) -> None:
        self._writer = writer
        self._city = city
        self._next = 1
        self._ways: list[tuple[list[int], dict[str, str]]] = []

    def write(self) -> None:
        """Write nodes, then ways."""
        nodes = {corner: self._node(point) for corner, point in self._city.corners.items()}
        for kind, name, corners in self._city.segments():
            self._ways.append(([nodes[c] for c in corners], {"highway": kind, "name": name}))
        self._villages(nodes)
        self._river()
        self._parks()
        self._houses()
        for area, corner in zip(AREAS, ((5, 15), (5, 4), (19, 15), (19, 4)), strict=True):
            self._node(self._city.corners[corner], {"place": "suburb", "name": area})
        self._node(CENTRE, {"place": "city", "name": "云川市"})
        for number, (refs, tags) in enumerate(self._ways, start=1):
            way = osmium.osm.mutable.Way(id=number, nodes=refs, tags=tags, version=1)
            self._writer.add_way(way)

    def _node(self, point: Point, tags: dict[str, str] | None = None) -> int:
        number, self._next = self._next, self._next + 1
        node = osmium.osm.mutable.Node(
            id=number, location=(point[1], point[0]), tags=tags or {}, version=1
        )
        self._writer.add_node(node)
        return number

    def _villages(self, nodes: dict[tuple[int, int], int]) -> None:
        for name, point in self._city.villages.items():
            centre = self._node(point, {"place": "village", "name": name})
            corner = self._city.village_corners[name]
            self._ways.append(
                ([nodes[corner], centre], {"highway": "tertiary", "name": f"{name}路"})
            )
            for east, north in ((220, 0), (-220, 0), (0, 180), (0, -180)):
                lat, lon = point[0] + north * METRE_LAT, point[1] + east * METRE_LON
                self._ways.append(
                    ([centre, self._node((lat, lon))], {"highway": "residential", "name": name})
                )

    def _river(self) -> None:
        banks: list[Point] = []
        for side, rows in ((-1, range(-2, ROWS + 2)), (1, range(ROWS + 1, -3, -1))):
            for row in rows:
                lat, lon = self._city.corners[RIVER_COLUMN, min(max(row, 0), ROWS - 1)]
                lat += (row - min(max(row, 0), ROWS - 1)) * BLOCK_M * METRE_LAT
                banks.append((lat, lon + side * 95 * METRE_LON))
        self._polygon(banks, {"natural": "water", "name": "云川"})

    def _parks(self) -> None:
        for column, row, name in ((4, 12, "望湖公园"), (16, 6, "青杉公园"), (21, 15, "云岭公园")):
            corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
            points = [self._city.corners[c] for c in corners]
            self._polygon(_shrunk(points, 0.86), {"leisure": "park", "name": name})

    def _houses(self) -> None:
        chance = random.Random(self._city.seed + 1)  # houses are no secret
        for column in range(COLUMNS - 1):
            for row in range(ROWS - 1):
                if column in (RIVER_COLUMN - 1, RIVER_COLUMN):
                    continue
                corners = [
                    (column, row),
                    (column + 1, row),
                    (column + 1, row + 1),
                    (column, row + 1),
                ]
                block = [self._city.corners[c] for c in corners]
                for share in (0.25, 0.5, 0.75):
                    for up in (0.28, 0.72):
                        if chance.random() < 0.75:
                            self._house(_inside(block, share, up), chance)

    def _house(self, centre: Point, chance: random.Random) -> None:
        wide, high = chance.uniform(18, 38), chance.uniform(10, 18)
        points = [
            (centre[0] + n * high * METRE_LAT, centre[1] + e * wide * METRE_LON)
            for e, n in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ]
        self._polygon(points, {"building": "apartments"})

    def _polygon(self, points: list[Point], tags: dict[str, str]) -> None:
        refs = [self._node(p) for p in points]
        self._ways.append(([*refs, refs[0]], tags))


def _inside(block: list[Point], east: float, north: float) -> Point:
    (a, b, c, d) = block
    south = (a[0] + (b[0] - a[0]) * east, a[1] + (b[1] - a[1]) * east)
    upper = (d[0] + (c[0] - d[0]) * east, d[1] + (c[1] - d[1]) * east)
    return south[0] + (upper[0] - south[0]) * north, south[1] + (upper[1] - south[1]) * north


def _shrunk(points: list[Point], factor: float) -> list[Point]:
    lat = sum(p[0] for p in points) / len(points)
    lon = sum(p[1] for p in points) / len(points)
    return [(lat + (p[0] - lat) * factor, lon + (p[1] - lon) * factor) for p in points]
