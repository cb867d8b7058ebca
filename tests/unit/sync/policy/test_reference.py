"""The bank's figures are read strictly, and say where they come from."""

import tomllib
from pathlib import Path

import pytest

from sync.domain.budget import FLEXIBLE, CostKind
from sync.policy.packs.pack import PackRefused
from sync.policy.relief.reference import NO_FIGURES, load_reference, read_reference
from tests.unit.sync.policy.desk import PACK_FILE

HEAD = """
[reference]
id = "xx"
version = "1"
low_percent = 50
high_percent = 200
income_falls_percent = 20
irregular_quarter_fen = 100
grace_days = 7
"""
LINE = """
[[line]]
cost = "food"
first_adult_fen = 100
further_adult_fen = 50
child_fen = 25
year = 2024
source_zh = "统计"
source_en = "Statistics"
confidence = "S"
"""


def test_the_figures_beside_the_pack_of_china_are_defaults_to_be_confirmed() -> None:
    found = load_reference(PACK_FILE)
    assert {line.cost for line in found.lines} == FLEXIBLE
    for line in found.lines:
        assert line.confidence == "S"
        assert "待本行确认" in line.source_zh
        assert "To be confirmed by the bank" in line.source_en
        assert line.year == 2024
    assert (found.income_falls_percent, found.grace_days) == (20, 10)


def test_a_household_is_its_first_adult_the_others_and_the_children() -> None:
    food = read_reference(HEAD + LINE).lines[0]
    assert food.cost is CostKind.FOOD
    assert [food.expected_fen(*people) for people in ((1, 0), (2, 0), (1, 2), (3, 1))] == [
        100,
        150,
        150,
        225,
    ]


def test_without_a_file_nothing_is_unusual(tmp_path: Path) -> None:
    assert load_reference(tmp_path / "yy.toml") is NO_FIGURES
    assert NO_FIGURES.lines == ()


def test_a_file_is_found_by_the_name_of_its_pack(tmp_path: Path) -> None:
    (tmp_path / "reference_yy.toml").write_text(HEAD, encoding="utf-8")
    found = load_reference(tmp_path / "yy.toml")
    assert found.grace_days == 7
    later = (found.cover_seconds, found.exports_per_day, found.reveals_per_day)
    assert later == (30, 20, 40), "a file of before these figures means the usual ones"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reference_yy.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PackRefused) as refused:
        load_reference(tmp_path / "yy.toml")
    assert refused.value.code == "reference.not_toml"


@pytest.mark.parametrize("key", sorted(tomllib.loads(HEAD)["reference"]))
def test_every_key_must_be_there(key: str) -> None:
    lines = [line for line in HEAD.splitlines() if not line.startswith(key)]
    with pytest.raises(PackRefused) as refused:
        read_reference("\n".join(lines))
    assert (refused.value.code, refused.value.params) == ("reference.missing", {"keys": key})


REFUSED = {
    "no TOML": ("[reference", "reference.not_toml"),
    "nothing": ("", "reference.wrong_shape"),
    "a word for a table": ('reference = "cn"', "reference.wrong_shape"),
    "a misspelt section": (HEAD + LINE.replace("line", "lines"), "reference.wrong_shape"),
    "an unknown key": (HEAD + "strict = true", "reference.bad_value"),
    "an unknown key of a line": (HEAD + LINE + "strict = true", "reference.bad_value"),
    "one line that is no list": (HEAD + "[line]\nyear = 1", "reference.bad_value"),
    "a missing figure": (HEAD + LINE.replace("child_fen = 25", ""), "reference.bad_value"),
    "half a fen": (HEAD + LINE.replace("25", "2.5"), "reference.bad_value"),
    "an unknown cost": (HEAD + LINE.replace('"food"', '"opera"'), "reference.bad_value"),
    "a fixed cost": (HEAD + LINE.replace('"food"', '"housing"'), "reference.not_a_flexible_cost"),
    "a line twice": (HEAD + LINE + LINE, "reference.duplicate_line"),
    "a figure below none": (HEAD + LINE.replace("25", "-25"), "reference.negative"),
    "no figure at all": (HEAD + LINE.replace("= 100", "= 0"), "reference.no_figure"),
    "no source in Chinese": (HEAD + LINE.replace("统计", " "), "reference.no_source"),
    "no source in English": (HEAD + LINE.replace("Statistics", ""), "reference.no_source"),
    "unknown confidence": (HEAD + LINE.replace('"S"', '"A"'), "reference.unclear_source"),
    "an unlikely year": (HEAD + LINE.replace("2024", "24"), "reference.unclear_source"),
    "a year too early": (HEAD + LINE.replace("2024", "1999"), "reference.unclear_source"),
    "a year too late": (HEAD + LINE.replace("2024", "2101"), "reference.unclear_source"),
    "high without sense": (HEAD.replace("200", "10001"), "reference.out_of_range"),
    "an absurd repair": (HEAD.replace("= 100\n", "= 1000000001\n"), "reference.out_of_range"),
    "low above the usual": (HEAD.replace("50", "101"), "reference.out_of_range"),
    "high below the usual": (HEAD.replace("200", "99"), "reference.out_of_range"),
    "more than all income": (HEAD.replace("= 20\n", "= 101\n"), "reference.out_of_range"),
    "a gain for a cost": (HEAD.replace("= 100\n", "= -1\n"), "reference.out_of_range"),
    "grace below none": (HEAD.replace("= 7\n", "= -1\n"), "reference.out_of_range"),
    "grace of a quarter": (HEAD.replace("= 7\n", "= 93\n"), "reference.out_of_range"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_unclear_figures_are_refused(name: str) -> None:
    text, code = REFUSED[name]
    with pytest.raises(PackRefused) as refused:
        read_reference(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        HEAD + LINE.replace("2024", "2000"),
        HEAD + LINE.replace("2024", "2100"),
        HEAD.replace("50", "0").replace("200", "100"),
        HEAD.replace("50", "100").replace("200", "10000"),
        HEAD.replace("= 20\n", "= 0\n").replace("= 7\n", "= 0\n"),
        HEAD.replace("= 20\n", "= 100\n").replace("= 7\n", "= 92\n"),
        HEAD.replace("= 100\n", "= 1000000000\n"),
    ],
)
def test_figures_at_the_edge_are_taken(text: str) -> None:
    assert read_reference(text).id == "xx"
