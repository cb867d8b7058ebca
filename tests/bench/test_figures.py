"""Medians, ratios and goals: what a bench says of its figures is what it found."""

from pathlib import Path

import msgspec
import pytest

from bench.figures import Goal, Metric, beside, percentile, publish, within


def test_the_ratio_is_of_the_same_moment() -> None:
    # A machine that slows down doubles both halves: the ratio must not notice.
    found = beside([(1.0, 0.5), (2.0, 1.0), (4.0, 2.0), (80.0, 40.0), (3.0, 0.5)])
    assert found == Metric(value=3.0, limit=1.0, ratio=2.0, unit="s")


def test_a_standing_limit_is_not_scaled() -> None:
    assert within([0.004, 0.002, 0.003], 5.0, "ms", 1000.0) == Metric(3.0, 5.0, 0.6, "ms")


@pytest.mark.parametrize(("per_cent", "value"), [(0, 1.0), (50, 51.0), (99, 100.0), (100, 100.0)])
def test_percentiles(per_cent: int, value: float) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], per_cent) == value


def test_what_is_missed_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    metrics = {
        "insert": Metric(2.0, 1.0, 2.0, "s"),
        "open": Metric(1.2, 1.0, 1.2, "ms"),
        "decisions": Metric(10.0, 20.0, 0.5, "1/s"),
        "pages": Metric(30.0, 20.0, 1.5, "1/s"),
    }
    goals = {
        "insert": Goal(1.5),
        "open": Goal(1.5),
        "decisions": Goal(1.0, at_least=True),
        "pages": Goal(1.0, at_least=True),
    }
    publish("some", metrics, goals, tmp_path / "new")
    _, *lines = capsys.readouterr().out.splitlines()
    missed = {line.split()[0] for line in lines if line.endswith("MISSED")}
    assert missed == {"insert", "decisions"}
    assert {line.split()[0] for line in lines if line.endswith("kept")} == {"open", "pages"}
    assert [line.split()[0] for line in lines] == list(metrics)
    written = msgspec.json.decode((tmp_path / "new" / "some.json").read_bytes())
    assert written["metrics"]["open"] == {"value": 1.2, "limit": 1.0, "ratio": 1.2, "unit": "ms"}
