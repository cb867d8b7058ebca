"""Which tests reach which rule: `python -m tools.coverage_of_rules` writes docs/policy-coverage.md.

The tests about single situations are run and listened to: for each rule of each pack, in which of
them did it speak, and in which of those was it silent too? With --check nothing is written, and the
command fails when the document is stale or a rule is not reached both ways.
"""

import argparse
import contextlib
import io
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from sync.domain.situation import Act, Decision, Situation
from sync.policy.engine import PolicyEngine
from sync.policy.packs.pack import Pack, Rule, load_pack

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "policy-coverage.md"
PACKS = ("cn", "us-reg-f", "uk-conc", "in-rbi")
TESTS = ROOT / "tests" / "unit" / "sync" / "policy"
# Tests that put single questions; random ones would make the document change by itself.
LISTENED = ("beyond", "contacts", "edges", "hours", "other_packs", "situations")
MOST_NAMES = 4
# These look at sentences, whatever is decided.
ABOUT_WORDS = ("test_sentence_is_whole", "test_every_block_and_warning_says", "test_whole_table")

type Heard = dict[tuple[str, str], dict[str, set[bool]]]


class Listener:
    """A pytest plugin that hears every decision, and by which test it was asked."""

    def __init__(self) -> None:
        self.heard: Heard = defaultdict(lambda: defaultdict(set))
        self.test = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Remember which test is running, without its parameters."""
        words = item.name.startswith(ABOUT_WORDS)
        name = item.name.partition("[")[0].removeprefix("test_")
        self.test = "" if words else f"{item.path.stem.removeprefix('test_')}: {name}"
        return (yield)

    def hear(self, pack: Pack, act: Act, decision: Decision) -> None:
        """Keep of each rule that was asked whether it spoke."""
        if self.test and pack.id in PACKS:
            spoken = {f.rule for f in decision.findings}
            for rule in pack.rules:
                if act in rule.acts:
                    self.heard[pack.id, rule.id][self.test].add(rule.id in spoken)


def listen() -> Heard:
    """Run the tests and return what was heard; raises RuntimeError when one of them fails."""
    listener, plain = Listener(), PolicyEngine.judge

    def judge(self: PolicyEngine, act: Act, at: datetime, situation: Situation) -> Decision:
        decision = plain(self, act, at, situation)
        listener.hear(self.pack, act, decision)
        return decision

    files = [str(TESTS / f"test_{name}.py") for name in LISTENED]
    said = io.StringIO()
    quiet: Any = contextlib.redirect_stdout(said)
    with mock.patch.object(PolicyEngine, "judge", judge), quiet:
        code = pytest.main(["-q", "-p", "no:cacheprovider", "-m", "not long", *files], [listener])
    if code != pytest.ExitCode.OK:
        raise RuntimeError(said.getvalue())
    return listener.heard


def document(heard: Heard) -> str:
    """Return the document as Markdown."""
    parts = [INTRODUCTION]
    for name in PACKS:
        pack = load_pack(ROOT / "resources" / "policies" / f"{name}.toml")
        parts.append(f"\n## `{pack.id}`: {pack.name_en}\n\n{TABLE}")
        parts += (_row(rule, heard.get((pack.id, rule.id), {})) for rule in pack.rules)
    return "".join(parts)


def _row(rule: Rule, tests: dict[str, set[bool]]) -> str:
    speaks = sorted(test for test, seen in tests.items() if True in seen)
    silent = sorted(test for test in speaks if False in tests[test])
    mark = "house" if rule.house else rule.confidence
    source = rule.source_en.replace("|", "/")
    strength = ", ".join(sorted({str(rule.severity_for(act)) for act in rule.acts}))
    cells = (rule.id, strength, f"{rule.from_date}", source, mark, _names(speaks), _names(silent))
    return f"| {' | '.join(cells)} |\n"


def _names(tests: list[str]) -> str:
    more = len(tests) - MOST_NAMES
    shown = tests[:MOST_NAMES]
    return "<br>".join([*shown, *([f"and {more} more"] if more > 0 else [])])


def unreached(heard: Heard) -> list[str]:
    """Return the rules that no test hears speak, or none hears silent."""
    found = []
    for name in PACKS:
        for rule in load_pack(ROOT / "resources" / "policies" / f"{name}.toml").rules:
            seen = set[bool]().union(*heard.get((name, rule.id), {}).values())
            if seen != {True, False}:
                found.append(f"{name} {rule.id}")
    return found


INTRODUCTION = """# Which tests reach which rule

Written by `python -m tools.coverage_of_rules`; a test fails when it is stale. It listens to the
tests about single situations in `tests/unit/sync/policy` (`beyond` = `test_beyond.py`, and so on).
*speaks in*: tests in which the rule spoke; *silent too*: those of them in which it was also asked
and did not speak, mostly just outside its edge. Besides these, some thousands of generated
questions are decided by the engine and by a second reading of the rule table
(`test_rule_table.py`). Confidence: Q = quoted, S = to be checked at the source, house = the bank's
own tightening.
"""
TABLE = """| rule | strength | since | source | conf. | speaks in | silent too |
|---|---|---|---|---|---|---|
"""


def main(arguments: list[str]) -> int:
    """Write the document, or check it; 1 when it is stale or a rule is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    check = parser.parse_args(arguments).check
    heard = listen()
    lost = unreached(heard)
    for rule in lost:
        print(f"no test reaches both sides of {rule}")
    text = document(heard)
    stale = not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text
    if stale and check:
        print(f"{DOCUMENT.name} is stale: run python -m tools.coverage_of_rules")
    elif stale:
        DOCUMENT.write_text(text, encoding="utf-8")
    return 1 if lost or (stale and check) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
