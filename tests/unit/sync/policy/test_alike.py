"""Laptop and server decide alike: the same code, from the same words on the wire."""

import ast
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.domain.situation import Act, Decision, Situation
from sync.policy.situations import read_situation
from tests.unit.sync.policy import questions
from tests.unit.sync.policy.desk import ENGINE, PACKS, engine_for, pack_of
from tests.unit.sync.policy.edge import Scene
from tests.unit.sync.policy.test_edges import EDGES

ROOT = Path(__file__).parents[4]
ASKED = [*questions.around_edges(), *questions.mixed(21, 500)]
ZONES = (UTC, timezone(timedelta(hours=-9, minutes=-30)), ZoneInfo("America/New_York"))


def rewritten(situation: Situation) -> Situation:
    """Return the situation as it comes out of JSON at the other end."""
    return msgspec.json.decode(msgspec.json.encode(situation), type=Situation)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(question=st.sampled_from(ASKED), zone=st.sampled_from(ZONES))
def test_situation_decides_alike_after_the_wire_whatever_zone_the_laptop_is_in(
    question: questions.Question, zone: timezone
) -> None:
    _name, act, at, context = question
    situation, moment = read_situation(json.dumps(context)), datetime.fromisoformat(at)
    here = ENGINE.judge(Act(act), moment, situation)
    assert ENGINE.judge(Act(act), moment, rewritten(situation)) == here
    assert ENGINE.judge(Act(act), moment.astimezone(zone), situation) == here


@pytest.mark.parametrize("pack", PACKS)
def test_every_part_of_a_situation_survives_the_wire(pack: str) -> None:
    for rule in pack_of(pack).rules:
        for edge in EDGES[rule.kind](rule, rule.acts[0], Scene(pack_of(pack).zone)):
            there = rewritten(edge.situation)
            assert there == edge.situation
            decision = engine_for(pack).judge(rule.acts[0], edge.at, edge.situation)
            assert engine_for(pack).judge(rule.acts[0], edge.at, there) == decision


def test_decision_survives_the_wire_with_its_pack_and_version() -> None:
    decision = ENGINE.judge(Act.CALL, datetime(2026, 9, 15, 15, tzinfo=UTC), Situation())
    there = msgspec.json.decode(msgspec.json.encode(decision), type=Decision)
    assert there == decision
    assert (there.pack, there.version, there.blocks) == ("cn", "2026.2", ("CN-NIGHT",))


def test_there_is_one_engine_for_both_ends_to_ask() -> None:
    """There is one class with a `judge`, besides the words in which the core asks for it."""
    judges = []
    for path in [*ROOT.glob("sync/**/*.py"), *ROOT.glob("field_app/**/*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        name = path.relative_to(ROOT).as_posix()
        judges += [
            f"{name}:{node.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and any(isinstance(f, ast.FunctionDef) and f.name == "judge" for f in node.body)
        ]
    assert sorted(judges) == [
        "sync/domain/situation.py:Policy",
        "sync/policy/engine.py:PolicyEngine",
    ]
