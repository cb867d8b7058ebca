"""Packs are checked whole and in words: each mistake with its line, in both languages."""

import ast
import re
from pathlib import Path

import pytest

from sync.cli.program import main
from sync.policy.packs.refusals import WORDS, refusal_words
from sync.policy.packs.rule import PackRefused
from sync.policy.vetting.checking import Mistake, check_overlay, check_pack
from tests.unit.sync.policy.desk import PACKS, POLICIES, SMALL_HEAD, cn_pack, rule
from tests.unit.sync.policy.test_overlay import HEAD, LOOSER, SAMPLE, change
from tests.unit.sync.policy.test_overlay import REFUSED as REFUSED_OVERLAYS

ROOT = Path(__file__).parents[4]


def mistakes(text: str) -> list[tuple[int, str]]:
    pack, found = check_pack(text)
    assert pack is None
    return [(m.line, m.code) for m in found]


@pytest.mark.parametrize("name", PACKS)
def test_shipped_pack_has_no_mistake(name: str) -> None:
    pack, found = check_pack((POLICIES / f"{name}.toml").read_text(encoding="utf-8"))
    assert (found, pack and pack.id) == ((), name)


def test_every_mistake_is_told_at_once_in_the_order_of_lines() -> None:
    text = (
        SMALL_HEAD
        + rule(kind='"sometimes"')  # its id stands on line 12
        + rule(id='"XX-TWO"', limt="3")
        + rule(id='"XX-THREE"', acts='["knock"]')
        + rule(id=None)
    )
    lines = text.splitlines()
    assert mistakes(text) == [
        (lines.index('id = "XX-ONE"') + 1, "pack.unknown_kind"),
        (lines.index("limt = 3") + 1, "pack.unknown_parameter"),
        (lines.index('id = "XX-THREE"') + 1, "pack.bad_value"),
        (len(lines) - lines[::-1].index("[[rule]]"), "pack.rule_without_id"),
    ]


def test_toml_that_cannot_be_read_is_told_with_its_line() -> None:
    assert mistakes(SMALL_HEAD + "\n[[rule]\n") == [(11, "pack.not_toml")]


def test_missing_parameter_is_told_at_its_rule_and_a_bad_one_at_its_line() -> None:
    cap = {"kind": '"daily_cap"', "of": '"calls"'}
    text = SMALL_HEAD + rule(**cap) + rule(id='"XX-TWO"', **cap, limit='"many"')
    lines = text.splitlines()
    assert mistakes(text) == [
        (lines.index('id = "XX-ONE"') + 1, "pack.missing_parameter"),
        (lines.index('limit = "many"') + 1, "pack.bad_parameter"),
    ]


def test_contradictions_are_looked_for_once_every_rule_can_be_read() -> None:
    twice = {"kind": '"daily_cap"', "of": '"calls"', "limit": "3"}
    text = SMALL_HEAD + rule(**twice) + rule(id='"XX-TWO"', **twice)
    assert [code for _line, code in mistakes(text)] == ["pack.never_speaks_alone"]


def test_second_version_on_the_same_day_is_told_at_the_second() -> None:
    text = SMALL_HEAD + rule() + rule()
    ids = [n for n, line in enumerate(text.splitlines(), 1) if line == 'id = "XX-ONE"']
    assert mistakes(text) == [(ids[1], "pack.duplicate_rule")]


def test_head_that_is_wrong_belongs_to_the_whole_file() -> None:
    assert mistakes(SMALL_HEAD.replace('"weekdays"', '"moon"')) == [(0, "pack.unknown_calendar")]
    year = '\n[[year]]\nyear = 2027\nrest = []\nwork = []\nsource_zh = "x"\n'
    assert mistakes(SMALL_HEAD + year) == [(12, "pack.wrong_year_keys")]


def test_overlay_is_told_line_by_line() -> None:
    text = HEAD + LOOSER["higher cap"][2] + change("CN-NONE", limit="1")
    pack, found = check_overlay(cn_pack(), text)
    lines = text.splitlines()
    assert pack is None
    assert [(m.line, m.code) for m in found] == [
        (lines.index("limit = 4") + 1, "overlay.loosens"),
        (lines.index('rule = "CN-NONE"') + 1, "overlay.unknown_rule"),
    ]
    assert "CN-CALLS-DAY: limit would become looser" in found[0].words("en")
    assert "limit 变宽松" in found[0].words("zh_CN")


@pytest.mark.parametrize("name", REFUSED_OVERLAYS)
def test_every_refused_overlay_is_told_in_whole_sentences(name: str) -> None:
    text, code = REFUSED_OVERLAYS[name]
    _pack, found = check_overlay(cn_pack(), text)
    assert code in [m.code for m in found]
    for one in found:
        assert isinstance(one, Mistake)
        assert "{" not in one.en + one.zh or "TOML" in one.en


CODE = re.compile(r"(pack|overlay)\.[a-z_]+")
DAYS = frozenset({"year", "day"})  # what the codes about single days are given


def codes_given() -> dict[str, frozenset[str]]:
    """Return each code of a pack's refusal in the source, and the values given with it."""
    found: dict[str, frozenset[str]] = {}
    for path in (ROOT / "sync" / "policy").rglob("*.py"):
        if path.name in ("refusals.py", "checking.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "PackRefused":
                values = frozenset(k.arg for k in node.keywords if k.arg)
                found |= {code: values for code in _codes(node.args[0])}
            elif isinstance(node, ast.expr):
                found |= {code: DAYS for code in _codes(node) if code not in found}
    return found


def _codes(node: ast.expr) -> list[str]:
    parts = (p.value for p in ast.walk(node) if isinstance(p, ast.Constant))
    return [p for p in parts if isinstance(p, str) and CODE.fullmatch(p)]


def test_every_refusal_has_words_with_values_that_are_given() -> None:
    given = codes_given()
    assert set(WORDS) == set(given)
    for code, values in given.items():
        for language in ("zh_CN", "en"):
            trouble = PackRefused(code, **dict.fromkeys(values | {"number"}, "7"))
            assert "7" in refusal_words(trouble, language) or code == "pack.wrong_shape"


def run(*arguments: str | Path) -> int:
    return main(["policy", *map(str, arguments)])


def test_check_prints_every_rule_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", POLICIES / "cn.toml", "--language", "en") == 0
    first, *rules = capsys.readouterr().out.splitlines()
    assert first == f"cn {cn_pack().version}: {len(cn_pack().rules)} rules, usable"
    assert len(rules) == len(cn_pack().rules)
    assert "CN-NIGHT [2025-02-28] call:block" in rules[0]
    assert rules[0].endswith("[quoted]")


def test_check_takes_the_overlay_along(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", POLICIES / "cn.toml", "--overlay", SAMPLE) == 0
    out = capsys.readouterr().out
    assert "house-1：" not in out
    assert f"cn {cn_pack().version}+house-1: {len(cn_pack().rules) + 1} 条规则，可以使用" in out


def test_check_says_what_is_wrong_and_ends_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bank.house.toml"
    bad.write_text(HEAD + LOOSER["higher cap"][2], encoding="utf-8")
    assert run("check", POLICIES / "cn.toml", "--overlay", bad) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("bank.house.toml:11: CN-CALLS-DAY：limit 变宽松了")
    noise = tmp_path / "noise.toml"
    noise.write_bytes(b"\xff\xfe")
    assert run("check", noise, "--language", "en") == 1
    assert capsys.readouterr().err.startswith("noise.toml: This is no TOML")
    assert run("check", tmp_path / "none.toml") == 1


def test_try_decides_by_the_pack_and_the_overlay_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "rows.csv"
    lines = [
        "id,act,at,context",
        "noon,call,2026-09-15T12:30:00+08:00,",
        "lift,hold_lift,2026-09-15T10:00:00+08:00,",
        'leave,visit_end,2026-09-15T10:00:00+08:00,"{""asked_to_leave"":true}"',
        "erase,erasure,2026-09-15T10:00:00+08:00,",
    ]
    table.write_text("\n".join(lines), encoding="utf-8")
    expected = {
        ("cn",): ["allow", "block", "block", "block"],
        ("cn", "--overlay", str(SAMPLE)): ["block", "block", "block", "block"],
        ("in-rbi",): ["allow", "block", "block", "block"],
    }
    for (pack, *more), decisions in expected.items():
        assert run("try", table, "--pack", pack, *more) == 0
        rows = capsys.readouterr().out.splitlines()[1:]
        assert [row.split(",")[1] for row in rows] == decisions
    assert run("try", table, "--pack", "cn", "--overlay", table) == 1
    assert "not toml" in capsys.readouterr().err
