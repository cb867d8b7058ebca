"""Driving times between many places on the roads of a map pack, as the product asks for them."""

import random
import tempfile
import time
from pathlib import Path

from bench.figures import ROOT, Metric, within
from field_app.maps.pack import MapPack
from field_app.maps.travel import MIXED, ROADS, Point, RoadTimes

CITY = ROOT / "resources" / "sample" / "city.mappack"
PLACES, SEED, ROUNDS = 400, 20261126, 3
MATRIX_S = 10.0


def road_matrix(pack: Path, places: int) -> dict[str, Metric]:
    """Return the processor time, of all threads, of the first table between so many places."""
    found = MapPack.open(pack)
    try:
        with tempfile.TemporaryDirectory(prefix="matrix-bench-") as folder:
            archive = found.lay_roads(Path(folder))
            if archive is None:
                raise SystemExit(f"{pack}: without roads")
            return _measured(archive, found.info.bounds, places)
    finally:
        found.close()


def _measured(
    archive: Path, box: tuple[float, float, float, float], places: int
) -> dict[str, Metric]:
    points = _somewhere(box, places)
    spent = []
    for _ in range(ROUNDS):
        times = RoadTimes(archive, box)  # knows nothing yet
        wall, own = time.monotonic(), time.process_time()
        table = times.table(points)
        spent.append(time.process_time() - own)
        wall = time.monotonic() - wall
        again = time.process_time()
        assert times.table(points) == table
        assert table.source in (ROADS, MIXED)
        print(
            f"matrix of {places} × {places}: {spent[-1]:.1f} s of processor time, {wall:.1f} s of "
            f"the clock, {table.source}; again {time.process_time() - again:.2f} s",
            flush=True,
        )
    return {"matrix": within(spent, MATRIX_S)}


def _somewhere(box: tuple[float, float, float, float], places: int) -> list[Point]:
    chance = random.Random(SEED)
    west, south, east, north = box
    return [(chance.uniform(south, north), chance.uniform(west, east)) for _ in range(places)]
