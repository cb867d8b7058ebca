"""Coordinates as people write them: read, brought to WGS-84, or refused with the reason."""

import pytest

from sync.domain.coordinates import read_place, to_wgs84
from sync.domain.earth import metres
from sync.domain.outcome import Reason
from sync.domain.vocabulary import Datum

PLACE = (35.0622, 118.3574)


@pytest.mark.parametrize(
    "text",
    [
        "35.0622, 118.3574",
        "118.3574,35.0622",
        "  35.0622\t118.3574 ",
        "35.06220，118.35740",
        "北纬35.0622° 东经118.3574°",
        "35.0622°N 118.3574°E",
        "纬度：35.0622；经度：118.3574",
    ],
)
def test_two_numbers_are_a_place_in_either_order(text: str) -> None:
    assert read_place(text, Datum.WGS84) == PLACE


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_the_system_moves_the_place(datum: Datum) -> None:
    found = read_place("35.0622, 118.3574", datum)
    assert found == to_wgs84(*PLACE, datum)
    assert isinstance(found, tuple)
    assert 300 < metres(found, PLACE) < 2000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "pin.not_coordinates"),
        ("临沂市兰山区", "pin.not_coordinates"),
        ("35.0622", "pin.not_coordinates"),
        ("35.0622, 118.3574, 12.0000", "pin.not_coordinates"),
        ("-35.0622, 118.3574", "pin.not_coordinates"),
        ("35.0622S, 118.3574W", "pin.not_coordinates"),
        ("３５.0622, 118.3574", "pin.not_coordinates"),
        ("nan, inf", "pin.not_coordinates"),
        ("35.0622, 118.3574" + " " * 90, "pin.not_coordinates"),
        ("35, 118", "pin.too_rough"),
        ("35.062, 118.3574", "pin.too_rough"),
        ("0.0000, 0.0000", "pin.outside_china"),
        ("35.0622, 35.0622", "pin.outside_china"),
        ("118.3574, 218.3574", "pin.outside_china"),
    ],
)
def test_what_is_no_place_is_refused_by_its_reason(text: str, code: str) -> None:
    found = read_place(text, Datum.WGS84)
    assert isinstance(found, Reason)
    assert found.code == code
