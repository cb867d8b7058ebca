"""Every rule of every pack, for every act it is about, just inside its edges and just outside."""

import msgspec
import pytest

from sync.domain.situation import Act, Severity
from sync.policy.mechanisms.kinds import KINDS
from sync.policy.packs.rule import Rule
from tests.unit.sync.policy import edges_of_people, edges_of_times
from tests.unit.sync.policy.desk import PACKS, engine_for, pack_of, words_of
from tests.unit.sync.policy.edge import Edge, Scene, exempting, lifted

EDGES = edges_of_times.EDGES | edges_of_people.EDGES
RULES = [(name, rule) for name in PACKS for rule in pack_of(name).rules]


def edges_of(pack: str, rule: Rule, act: Act) -> list[Edge]:
    return list(EDGES[rule.kind](rule, act, Scene(pack_of(pack).zone)))


def severities(pack: str, rule: Rule, act: Act, edge: Edge) -> list[Severity]:
    decision = engine_for(pack).judge(act, edge.at, edge.situation)
    return [f.severity for f in decision.findings if f.rule == rule.id]


def test_every_kind_of_rule_has_its_edges() -> None:
    assert set(EDGES) == set(KINDS) - {"always"}


EACH_ACT = [(pack, rule, act) for pack, rule in RULES for act in rule.acts]
EACH_EXEMPTION = [(pack, rule, act) for pack, rule in RULES for act in rule.exempt]


def name_of(value: Rule | Act | str) -> str:
    return value.id if isinstance(value, Rule) else str(value)


@pytest.mark.parametrize(("pack", "rule", "act"), EACH_ACT, ids=name_of)
def test_rule_speaks_inside_its_edges_and_not_outside(pack: str, rule: Rule, act: Act) -> None:
    edges = edges_of(pack, rule, act)
    assert {e.speaks for e in edges} == {True, False}
    for edge in edges:
        expected = [rule.severity_for(act)] if edge.speaks else []
        assert severities(pack, rule, act, edge) == expected, edge.name


@pytest.mark.parametrize(
    ("pack", "rule", "act"),
    EACH_EXEMPTION,
    ids=name_of,
)
def test_exempted_rule_is_silent_until_the_asking_is_withdrawn(
    pack: str, rule: Rule, act: Act
) -> None:
    for edge in edges_of(pack, rule, act):
        if not edge.speaks:
            continue
        asked = exempting(edge, rule.exempt[act])
        assert severities(pack, rule, act, asked) == [], edge.name
        agreement = asked.situation.agreement
        assert agreement is not None
        gone = lifted(edge, msgspec.structs.replace(agreement, withdrawn=True), speaks=True)
        assert severities(pack, rule, act, gone) == [rule.severity_for(act)], edge.name


@pytest.mark.parametrize(("pack", "rule"), RULES, ids=name_of)
def test_sentence_is_whole_in_both_languages(pack: str, rule: Rule) -> None:
    words = {name: words_of(pack, name) for name in ("zh_CN", "en")}
    for edge in edges_of(pack, rule, rule.acts[0]):
        decision = engine_for(pack).judge(rule.acts[0], edge.at, edge.situation)
        for finding in decision.findings:
            zh, en = words["zh_CN"].sentence(finding), words["en"].sentence(finding)
            assert "{" not in zh + en
            assert "_" not in zh + en, (zh, en)
            assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in en), en
