"""The page about packs names every mechanism, parameter and act, and its example is good."""

import re
import textwrap
from pathlib import Path

import pytest

from sync.domain.situation import Act
from sync.policy.mechanisms.caps import COUNTED
from sync.policy.mechanisms.kinds import KINDS
from sync.policy.packs.pack import read_pack
from sync.policy.packs.rule import EXEMPTIONS, RULE_KEYS

PAGE = (Path(__file__).parents[4] / "docs" / "policy-packs.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_row_of_a_mechanism_says_its_parameters_and_values(kind: str) -> None:
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` |"))
    _, _, parameters, values, words, _ = row.split("|")
    stricter = KINDS[kind].stricter
    assert re.findall(r"`(\w+)` \((\w+)\)", parameters) == [
        (name, side.value) for name, side in stricter.items()
    ]
    assert set(re.findall(r"`\{(\w+)\}`", values)) == KINDS[kind].spoken
    assert words.strip() == " ".join(str(KINDS[kind].make.__doc__).split())


def test_no_row_stands_for_a_mechanism_there_is_not() -> None:
    table = PAGE.split("## Mechanisms")[1].split("## The bank")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(KINDS)


def test_acts_exemptions_and_counted_things_are_named() -> None:
    for word in (*map(str, Act), *EXEMPTIONS, *COUNTED):
        assert f"`{word}`" in PAGE, word


def test_example_is_a_good_pack_and_shows_every_key() -> None:
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", PAGE, re.MULTILINE)
    example = textwrap.dedent(next(b for b in blocks if "[pack]" in b))
    for key in RULE_KEYS:
        assert re.search(rf"^{key} = ", example, re.MULTILINE), key
    with_old = example + old_rule(example)
    pack = read_pack(with_old.replace("severity_of = { sms", "severity_of = { call"))
    assert pack.rule("CN-OLD").until_date == pack.rule("CN-CALLS-DAY").from_date
    assert [t.year for t in pack.years] == [2027]


def old_rule(example: str) -> str:
    """Return the rule that the example supersedes."""
    rule = "[[rule]]" + example.split("[[rule]]")[1].split("[[year]]")[0]
    lines = rule.replace("CN-CALLS-DAY", "CN-OLD").replace("2025-02-28", "2020-01-01")
    kept = [
        line
        for line in lines.splitlines()
        if not line.startswith(("supersedes", "until_date", "severity_of"))
    ]
    return "\n" + "\n".join(kept) + "\n"
