"""What a bench found: medians beside their limits, as a table and as `build/bench/NAME.json`."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "bench"
DIGITS = 4


class Metric(msgspec.Struct, frozen=True):
    """A median and its limit's median in one unit; `ratio` is the median of the rounds' own."""

    value: float
    limit: float
    ratio: float
    unit: str


class Goal(msgspec.Struct, frozen=True):
    """The ratio that is wanted: at most `bound`, or at least where more is better."""

    bound: float
    at_least: bool = False

    def kept_by(self, ratio: float) -> bool:
        """Say whether a ratio is as wanted."""
        return ratio >= self.bound if self.at_least else ratio <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"


def beside(rounds: Sequence[tuple[float, float]], unit: str = "s", scale: float = 1.0) -> Metric:
    """Return the metric of (ours, limit) pairs measured in the same moments, times `scale`."""
    return Metric(
        _short(statistics.median(ours for ours, _ in rounds) * scale),
        _short(statistics.median(limit for _, limit in rounds) * scale),
        _short(statistics.median(ours / limit for ours, limit in rounds)),
        unit,
    )


def within(values: Sequence[float], limit: float, unit: str = "s", scale: float = 1.0) -> Metric:
    """Return the metric of values against a limit that stands; `scale` is for the values only."""
    return beside([(value * scale, limit) for value in values], unit)


def timed(act: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how many seconds the act takes by the clock."""
    began = clock()
    act()
    return clock() - began


def percentile(values: Sequence[float], per_cent: int) -> float:
    """Return the value below which so many per cent of the values lie."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, len(ranked) * per_cent // 100)]


def publish(
    name: str, metrics: Mapping[str, Metric], goals: Mapping[str, Goal], folder: Path
) -> None:
    """Print the table and write `NAME.json` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    found = msgspec.json.encode({"metrics": metrics})
    (folder / f"{name}.json").write_bytes(msgspec.json.format(found, indent=2))
    print(_table(metrics, goals))


def _table(metrics: Mapping[str, Metric], goals: Mapping[str, Goal]) -> str:
    wide = max(len(name) for name in metrics) + 2
    lines = [f"{'':<{wide}}{'ours':>16}{'limit':>16}{'ratio':>9}  goal"]
    for name, metric in metrics.items():
        ours, limit = (f"{v:g} {metric.unit}" for v in (metric.value, metric.limit))
        said = ""
        if name in goals:
            said = f"{goals[name]}" + (
                "  kept" if goals[name].kept_by(metric.ratio) else "  MISSED"
            )
        lines.append(f"{name:<{wide}}{ours:>16}{limit:>16}{metric.ratio:>9g}  {said}".rstrip())
    return "\n".join(lines)


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
