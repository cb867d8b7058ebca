"""Driving times on the pack's roads: calibrated where none join, kept, named, never in the sea."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from field_app.maps import travel
from field_app.maps.pack import MapPack
from field_app.maps.travel import DETOUR, TOWN_MS, Point, RoadTimes, StraightLine
from sync.domain.earth import metres

PACK = Path(__file__).parents[4] / "resources" / "sample" / "city.mappack"
SEA: Point = (35.0, 121.5)


@pytest.fixture(scope="module")
def pack() -> Iterator[MapPack]:
    found = MapPack.open(PACK)
    yield found
    found.close()


@pytest.fixture(scope="module")
def times(pack: MapPack, tmp_path_factory: pytest.TempPathFactory) -> RoadTimes:
    archive = pack.lay_roads(tmp_path_factory.mktemp("roads"))
    assert archive is not None
    return RoadTimes(archive, pack.info.bounds)


def grid(pack: MapPack, number: int) -> list[Point]:
    west, south, east, north = pack.info.bounds
    steps = [0.3 + 0.4 * n / (number - 1) for n in range(number)]
    return [(south + (north - south) * a, west + (east - west) * b) for a in steps for b in steps]


def test_roads_give_times_for_every_pair(times: RoadTimes, pack: MapPack) -> None:
    points = grid(pack, 4)
    table = times.table(points)
    assert table.source == "roads"
    assert all(table.seconds[n][n] == 0 for n in range(len(points)))
    far = [s for n, row in enumerate(table.seconds) for m, s in enumerate(row) if n != m]
    assert min(far) > 0


def test_a_place_in_the_sea_is_estimated_and_named(times: RoadTimes, pack: MapPack) -> None:
    points = grid(pack, 3)
    by_road = times.table(points)
    mixed = times.table([*points, SEA])
    assert mixed.source == "mixed"
    assert tuple(row[:-1] for row in mixed.seconds[:-1]) == by_road.seconds
    expected = round(metres(points[0], SEA) * times.estimate.per_metre)
    assert mixed.seconds[0][-1] == mixed.seconds[-1][0] == expected > 0
    assert times.table([SEA]).seconds == ((0,),)


def test_only_the_sea_is_still_a_table(times: RoadTimes) -> None:
    table = times.table([SEA, (35.1, 121.6)])
    assert table.source == "mixed"
    assert table.seconds[0][1] > 0


def test_the_factor_comes_from_the_packs_own_roads(times: RoadTimes, pack: MapPack) -> None:
    points = grid(pack, 5)
    by_road = times.table(points).seconds
    guess = StraightLine(times.estimate.per_metre).table(points).seconds
    pairs = [(a, b) for a in range(len(points)) for b in range(len(points)) if a != b]
    errors = sorted(guess[a][b] / by_road[a][b] for a, b in pairs)
    assert 0.8 <= errors[len(errors) // 2] <= 1.25
    assert times.estimate.per_metre != DETOUR / TOWN_MS


def test_a_pair_is_asked_of_the_roads_once(
    times: RoadTimes, pack: MapPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = grid(pack, 4)
    first = times.table(points)
    asked: list[int] = []
    real = travel.matrix

    def counting(actor: object, sources: list[Point], targets: list[Point]) -> object:
        asked.append(len(sources) * len(targets))
        return real(actor, sources, targets)

    monkeypatch.setattr(travel, "matrix", counting)
    assert times.table(points) == first
    assert asked == []
    south, west = points[0]
    assert (
        times.table([*points, (south + 0.0007, west + 0.0007)]).seconds[0][1]
        == (first.seconds[0][1])
    )
    assert sum(asked) == 2 * len(points) + 1


def test_two_threads_answer_like_one(
    times: RoadTimes, pack: MapPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enough pairs to be shared out: each half is what one thread says of it, to the second."""
    points = [(lat + 0.0011, lon + 0.0013) for lat, lon in grid(pack, 8)]  # new to the roads
    halves = (points[:32], points[32:])
    alone = [row for half in halves for row in travel.matrix(times._actor, half, points)]
    shared: list[int] = []
    real = travel.matrix

    def counting(actor: object, sources: list[Point], targets: list[Point]) -> object:
        shared.append(len(sources))
        return real(actor, sources, targets)

    monkeypatch.setattr(travel, "matrix", counting)
    seconds = times.table(points).seconds
    assert shared[:2] == [32, 32]
    pairs = [(a, b) for a in range(64) for b in range(64) if a != b and alone[a][b] is not None]
    assert len(pairs) > 3000
    assert all(seconds[a][b] == round(alone[a][b] or 0) for a, b in pairs)


def test_all_at_the_same_place_and_no_places(times: RoadTimes, pack: MapPack) -> None:
    here = grid(pack, 2)[0]
    assert times.table([here] * 5).seconds == ((0,) * 5,) * 5
    assert times.table([]).seconds == ()


def test_without_roads_the_estimate_is_named() -> None:
    table = StraightLine().table([(35.0, 118.3), (35.01, 118.3)])
    assert table.source == "straight_line"
    assert table.seconds[0][1] == round(metres((35.0, 118.3), (35.01, 118.3)) * DETOUR / TOWN_MS)
