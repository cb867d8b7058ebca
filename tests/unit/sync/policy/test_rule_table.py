"""The engine decides as the table of rules says, which is written here a second time, apart."""

import ast
import inspect
import json
from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from sync.domain.situation import Act
from sync.policy.engine import PolicyEngine
from sync.policy.packs.rule import raw_of, read_rule
from sync.policy.situations import read_situation
from tests.unit.sync.policy import questions, rule_table
from tests.unit.sync.policy.desk import ENGINE, cn_pack
from tests.unit.sync.policy.questions import Question
from tests.unit.sync.policy.test_situations import ROWS

EDGES = list(questions.around_edges())
MIXED, SEEDS = 500, range(8)


def asked(question: Question, engine: PolicyEngine = ENGINE) -> rule_table.Answer:
    """Return the engine's answer to a question, read as `policy try` reads it."""
    _name, act, at, context = question
    situation = read_situation(json.dumps(context))
    decision = engine.judge(Act(act), datetime.fromisoformat(at), situation)
    return str(decision.verdict), ";".join(decision.blocks), ";".join(decision.warns)


def differences(asking: list[Question]) -> list[str]:
    return [
        f"{name}: {got} instead of {wanted}, {act} {at} {json.dumps(context)}"
        for question in asking
        for name, act, at, context in (question,)
        if (got := asked(question)) != (wanted := rule_table.decide(act, at, context))
    ]


def test_the_table_shares_no_code_with_the_program() -> None:
    for module in (rule_table, questions):
        tree = ast.parse(inspect.getsource(module))
        names = [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        names += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
        assert not [n for n in names if str(n).startswith(("sync", "field_app", "tests"))]


def test_the_table_decides_the_agreed_situations_as_agreed() -> None:
    for row in ROWS:
        answer = rule_table.decide(row["act"], row["at"], json.loads(row["context"]))
        assert answer == (row["decision"], row["blocks"], row["warns"]), row["id"]


def test_engine_agrees_around_every_edge() -> None:
    assert len(EDGES) > 1000
    assert differences(EDGES)[:3] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_engine_agrees_when_many_things_meet(seed: int) -> None:
    assert differences(list(questions.mixed(seed, MIXED)))[:3] == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_engine_agrees_in_many_more_meetings(seed: int) -> None:
    assert differences(list(questions.mixed(seed, 5 * MIXED)))[:3] == []


WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("CN-NIGHT", {"from": "22:01"}),
    ("CN-NIGHT", {"until": "07:59"}),
    ("CN-NIGHT", {"exempt": {}}),
    ("CN-EVENING", {"from": "20:01"}),
    ("CN-EVENING", {"exempt": {"visit_plan": "asked"}}),
    ("CN-REST-DAY", {"severity_of": {}}),
    ("CN-YEAR-UNKNOWN", {"severity": "inform"}),
    ("CN-CALLS-DAY", {"limit": 4}),
    ("CN-CALLS-DAY", {"of": "calls"}),
    ("CN-VISITS-DAY", {"limit": 2}),
    ("CN-VISITS-WEEK", {"hours": 167}),
    ("CN-VISITS-WEEK", {"limit": 3}),
    ("CN-LADDER", {"days_tried": 2}),
    ("CN-AGREED", {"early_minutes": 16}),
    ("CN-LEAD", {"hours": 23}),
    ("CN-LEAD", {"exempt": {}}),
    ("CN-TWO", {"at_least": 1}),
    ("CN-HOLD", {"kinds": ["complaint"]}),
    ("CN-DOOR-OTHERS", {"who": ["adult_family"]}),
    ("CN-PLAN-60", {"months": 61}),
    ("CN-PLAN-60", {"product": "any"}),
    ("CN-PLAN-RANGE", {"months": 2}),
    ("CN-LADDER", {"from_date": date(2026, 9, 16)}),
    ("CN-LADDER", {"until_date": date(2026, 9, 15)}),
)


@pytest.mark.parametrize(("rule", "change"), WRONG, ids=str)
def test_a_pack_that_is_a_little_wrong_is_found_out(rule: str, change: dict[str, Any]) -> None:
    rules = tuple(read_rule(raw_of(r) | change) if r.id == rule else r for r in cn_pack().rules)
    wrong = PolicyEngine(msgspec.structs.replace(cn_pack(), rules=rules))
    assert any(asked(question, wrong) != asked(question) for question in EDGES)


def test_questions_reach_every_row_of_the_table_and_leave_it() -> None:
    every = [*EDGES, *(q for seed in SEEDS for q in questions.mixed(seed, MIXED))]
    spoken: dict[str, set[bool]] = {rule: set() for rule in rule_table.TABLE}
    for _name, act, at, context in every:
        _decision, blocks, warns = rule_table.decide(act, at, context)
        for rule, seen in spoken.items():
            seen.add(rule in (*blocks.split(";"), *warns.split(";")))
    assert {rule for rule, seen in spoken.items() if seen != {True, False}} == set()
