"""The bank's own figures: what a household's month usually costs, and how hard a month may get.

They only make the program ask; they are read as strictly as a pack and shown with their source.
"""

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from sync.domain.budget import FLEXIBLE, Budget, CostKind
from sync.policy.packs.rule import PackRefused
from sync.policy.relief.standing import GRACE_DAYS


class ReferenceLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one line usually costs in a month, in fen, and from which statistic that is taken."""

    cost: CostKind
    first_adult_fen: int
    further_adult_fen: int
    child_fen: int
    year: int
    source_zh: str
    source_en: str
    confidence: str

    def expected_fen(self, adults: int, children: int) -> int:
        """Return the usual cost for a household of at least one adult."""
        more = self.further_adult_fen * (adults - 1)
        return self.first_adult_fen + more + self.child_fen * children


class Reference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Figures and terms that are the bank's to set.

    A line below `low_percent` or above `high_percent` of its usual cost is unusual. The stress
    view lowers the income by `income_falls_percent` and lays `irregular_quarter_fen` on each
    quarter. A plan breaks when `grace_days` have passed over an instalment. A covered screen comes
    back by a click for `cover_seconds`. An officer takes at most `exports_per_day` files out of
    the laptops, and more than `reveals_per_day` looks at masked fields are told to who oversees.
    """

    id: str
    version: str
    low_percent: int = 40
    high_percent: int = 250
    income_falls_percent: int = 20
    irregular_quarter_fen: int = 0
    grace_days: int = GRACE_DAYS
    cover_seconds: int = 30
    exports_per_day: int = 20
    reveals_per_day: int = 40
    lines: tuple[ReferenceLine, ...] = ()


# Where a bank has set no figures, nothing is unusual.
NO_FIGURES = Reference(id="none", version="0")

_LINE_FIGURES = ("first_adult_fen", "further_adult_fen", "child_fen")
_RANGES = {
    "low_percent": range(101),
    "high_percent": range(100, 10_001),
    "income_falls_percent": range(101),
    "irregular_quarter_fen": range(10**9 + 1),
    "grace_days": range(93),
    "cover_seconds": range(301),
    "exports_per_day": range(1001),
    "reveals_per_day": range(1, 1001),
}
# Figures that came later: a file without them is one of before, and means the usual ones.
_LATER = {"cover_seconds", "exports_per_day", "reveals_per_day"}


def read_reference(text: str) -> Reference:
    """Return the figures written in this TOML; raises PackRefused with the first thing wrong."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackRefused("reference.not_toml", detail=str(error)) from error
    head, lines = raw.get("reference"), raw.get("line", [])
    if not isinstance(head, dict) or set(raw) - {"reference", "line"}:
        raise PackRefused("reference.wrong_shape")
    missing = set(Reference.__struct_fields__) - {"lines"} - _LATER - set(head)
    if missing:
        raise PackRefused("reference.missing", keys=", ".join(sorted(missing)))
    found = _convert({**head, "lines": lines})
    for name, allowed in _RANGES.items():
        if getattr(found, name) not in allowed:
            raise PackRefused("reference.out_of_range", name=name)
    for line in found.lines:
        _refuse_line(line)
    if len({line.cost for line in found.lines}) < len(found.lines):
        raise PackRefused("reference.duplicate_line")
    return found


def figures_beside(pack_file: Path) -> Path:
    """Return where the figures for a pack lie, when there are any."""
    return pack_file.with_name(f"reference_{pack_file.name}")


def load_reference(pack_file: Path) -> Reference:
    """Return the figures that lie beside a pack as `reference_NAME.toml`, none where none lie.

    Raises PackRefused, or OSError when the file is there and cannot be read.
    """
    path = figures_beside(pack_file)
    if not path.exists():
        return NO_FIGURES
    try:
        return read_reference(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise PackRefused("reference.not_toml", detail=str(error)) from error


def unusual_lines(budget: Budget, reference: Reference) -> tuple[str, ...]:
    """Return the lines far from what such a household usually pays, in the reference's order."""
    return tuple(
        str(line.cost)
        for line in reference.lines
        if _is_far(
            budget.costs.get(line.cost, 0),
            line.expected_fen(budget.adults, budget.children),
            reference,
        )
    )


def _is_far(told: int, usual: int, reference: Reference) -> bool:
    low, high = usual * reference.low_percent, usual * reference.high_percent
    return not low <= told * 100 <= high


def _refuse_line(line: ReferenceLine) -> None:
    if line.cost not in FLEXIBLE:
        raise PackRefused("reference.not_a_flexible_cost", line=str(line.cost))
    for name in _LINE_FIGURES:
        if getattr(line, name) < 0:
            raise PackRefused("reference.negative", line=str(line.cost), name=name)
    if not line.first_adult_fen:
        raise PackRefused("reference.no_figure", line=str(line.cost))
    if not line.source_zh.strip() or not line.source_en.strip():
        raise PackRefused("reference.no_source", line=str(line.cost))
    if line.confidence not in ("Q", "S") or line.year not in range(2000, 2101):
        raise PackRefused("reference.unclear_source", line=str(line.cost))


def _convert(raw: dict[str, Any]) -> Reference:
    try:
        return msgspec.convert(raw, Reference)
    except msgspec.ValidationError as error:
        raise PackRefused("reference.bad_value", detail=str(error)) from error
