"""Coordinates of three systems come back from WGS-84 within centimetres; the figures are printed.

The box is Shandong, 34.3–38.4 N, 114.7–122.8 E. The forward shift is the library's, the inverse is
the one imports use; metres are the great circle's.
"""

import random
import statistics

import prcoords
import pytest

from sync.domain.coordinates import to_wgs84
from sync.domain.earth import metres
from sync.domain.vocabulary import Datum

BOX = (34.3, 38.4, 114.7, 122.8)
POINTS, SEED = 2_000, 20261126
SHIFT = {Datum.GCJ02: prcoords.wgs_gcj, Datum.BD09: prcoords.wgs_bd}
MOST_M = {Datum.GCJ02: 0.01, Datum.BD09: 0.05}
LEAST_SHIFT_M = 300.0  # what mixing the systems up would cost at least


@pytest.mark.parametrize("datum", SHIFT)
def test_the_way_there_and_back(datum: Datum) -> None:
    chance = random.Random(SEED)
    errors, shifts = [], []
    for _ in range(POINTS):
        true = (chance.uniform(*BOX[:2]), chance.uniform(*BOX[2:]))
        told = SHIFT[datum](prcoords.Coords(*true))
        back = to_wgs84(told.lat, told.lon, datum)
        errors.append(metres(true, back))
        shifts.append(metres(true, (told.lat, told.lon)))
    mean, most = statistics.mean(errors) * 1000, max(errors) * 1000
    print(f"{datum}: round trip mean {mean:.2f} mm, max {most:.2f} mm of {POINTS} points")
    assert max(errors) <= MOST_M[datum]
    assert min(shifts) > LEAST_SHIFT_M


def test_wgs84_is_left_as_it_is() -> None:
    assert to_wgs84(35.05, 118.35, Datum.WGS84) == (35.05, 118.35)
