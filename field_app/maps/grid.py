"""The grid of a web map: pixels of Web Mercator (EPSG:3857), 256 to a tile, y growing southward.

Clusters: marks that would cover each other are drawn as one with their number.
"""

import math
from collections.abc import Sequence

SIDE = 256
FAR_NORTH = 85.0511  # where Web Mercator ends, in degrees
EDGE_PX = 44
MANY = 60  # more points than this are grouped wider
NEAR_PX, WIDE_PX = 26, 48

type Pixel = tuple[float, float]
type Point = tuple[float, float]


def pixel_of(point: Point, zoom: int) -> Pixel:
    """Return the pixel of (latitude, longitude) at a zoom."""
    lat = max(-FAR_NORTH, min(FAR_NORTH, point[0]))
    size = SIDE << zoom
    x = (point[1] + 180) / 360 * size
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * size
    return x, y


def point_of(pixel: Pixel, zoom: int) -> Point:
    """Return (latitude, longitude) of a pixel at a zoom."""
    size = SIDE << zoom
    lon = pixel[0] / size * 360 - 180
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * pixel[1] / size))))
    return lat, lon


def fitting_zoom(points: Sequence[Point], width: int, height: int, first: int, last: int) -> int:
    """Return the nearest zoom at which all points are seen in so many pixels, `EDGE_PX` inside."""
    wide, high = width - 2 * EDGE_PX, height - 2 * EDGE_PX
    for zoom in range(last, first, -1):
        xs, ys = zip(*(pixel_of(p, zoom) for p in points), strict=True)
        if max(xs) - min(xs) <= wide and max(ys) - min(ys) <= high:
            return zoom
    return first


def middle_of(points: Sequence[Point]) -> Point:
    """Return the middle of the box around the points."""
    lats, lons = zip(*points, strict=True)
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def clusters(pixels: Sequence[Pixel]) -> list[list[int]]:
    """Return the numbers of the pixels in groups: each lies near the first of its group."""
    near = WIDE_PX if len(pixels) > MANY else NEAR_PX
    groups: list[list[int]] = []
    seeds: dict[tuple[int, int], list[list[int]]] = {}
    for number, (x, y) in enumerate(pixels):
        cell = (int(x // near), int(y // near))
        found = _group_near(pixels, seeds, cell, (x, y), near)
        if found is None:
            found = []
            groups.append(found)
            seeds.setdefault(cell, []).append(found)
        found.append(number)
    return groups


def _group_near(
    pixels: Sequence[Pixel],
    seeds: dict[tuple[int, int], list[list[int]]],
    cell: tuple[int, int],
    pixel: Pixel,
    near: int,
) -> list[int] | None:
    for column in range(cell[0] - 1, cell[0] + 2):
        for row in range(cell[1] - 1, cell[1] + 2):
            for group in seeds.get((column, row), ()):
                if math.dist(pixels[group[0]], pixel) < near:
                    return group
    return None
