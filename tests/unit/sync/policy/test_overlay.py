"""A bank may tighten a pack and never loosen it: each way is tried on its own and at random."""

import json
import random
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.domain.situation import Act
from sync.policy.engine import PolicyEngine
from sync.policy.mechanisms.kinds import KINDS
from sync.policy.mechanisms.mechanism import Stricter
from sync.policy.packs.pack import Pack, PackRefused, read_pack
from sync.policy.situations import read_situation
from sync.policy.vetting.overlay import examine_overlay, load_policy, tighten
from tests.unit.sync.policy import questions
from tests.unit.sync.policy.desk import ENGINE, POLICIES, SMALL_HEAD, cn_pack, engine_for, rule

SAMPLE = POLICIES.parent / "sample" / "cn.house.toml"
HEAD = """
[overlay]
id = "cn.house"
pack = "cn"
version = "house-1"
name_zh = "本行"
name_en = "House"
"""


def change(rule_id: str, **values: str) -> str:
    lines = "".join(f"{name} = {value}\n" for name, value in values.items())
    return f'\n[[change]]\nrule = "{rule_id}"\n{lines}'


def refusal(text: str, pack: Pack | None = None) -> tuple[str, dict[str, Any]]:
    with pytest.raises(PackRefused) as refused:
        tighten(pack or cn_pack(), text)
    return refused.value.code, refused.value.params


STRICTER: dict[str, str] = {
    "lower cap": change("CN-CALLS-DAY", limit="2"),
    "longer night": change("CN-NIGHT", **{"from": '"21:00"', "until": '"08:30"'}),
    "same night": change("CN-NIGHT", until='"08:00"'),
    "later end alone": change("CN-EVENING", **{"from": '"19:00"'}),
    "longer span": change("CN-VISITS-WEEK", hours="200"),
    "longer lead": change("CN-LEAD", hours="48"),
    "more days tried": change("CN-LADDER", days_tried="4"),
    "less early": change("CN-AGREED", early_minutes="5"),
    "fewer parties": change("CN-AGREED", parties='["customer"]'),
    "more officers": change("CN-TWO", at_least="3"),
    "shorter plans": change("CN-PLAN-60", months="36"),
    "longer plans at least": change("CN-PLAN-RANGE", months="3"),
    "cheaper plans": change("CN-PLAN-RATE", rate_ppm="150000"),
    "more people at the door": change("CN-DOOR-MINOR", who='["minor", "stranger"]'),
    "more states": change("CN-HOSPITAL", states='["hospital", "vulnerable"]'),
    "nobody but the customer": change("CN-THIRD-PARTY", parties='["guardian"]'),
    "sooner answers": change("CN-COMPLAINT-DUE", days="10"),
    "longer rest": change("CN-LIFT-BREATHING", days="60"),
    "fewer who lift": change("CN-LIFT-ROLE", roles='["compliance"]'),
    "kept longer": change("CN-KEEP-RECORDS", years="3"),
    "erased sooner": change("CN-RETENTION", years="3"),
    "warning becomes block": change("CN-VULNERABLE", severity='"block"'),
    "for one act": change("CN-REST-DAY", severity_of='{ sms = "block", app = "warn" }'),
    "no exemption": change("CN-NIGHT", exempt="{}"),
    "exemption in writing only": change("CN-LEAD", exempt='{ visit_plan = "asked_in_writing" }'),
    "one more act": change("CN-VULNERABLE", acts='["visit_plan", "visit_start", "call"]'),
    "exemption for the new act": change(
        "CN-WORKPLACE",
        acts='["visit_plan", "visit_start", "visit_end"]',
        exempt='{ visit_plan = "asked", visit_start = "asked", visit_end = "asked" }',
    ),
    "from an earlier day": change("CN-TWO", from_date="2020-01-01"),
    "other words": change("CN-TWO", text_zh='"至少 {at_least} 人。"', text_en='"{at_least}."'),
    "a rule of its own": rule(id='"HOUSE-SMS"', acts='["sms"]', house="true"),
    "nothing at all": "",
}


@pytest.mark.parametrize("name", STRICTER)
def test_stricter_is_accepted_and_named_in_the_version(name: str) -> None:
    pack = tighten(cn_pack(), HEAD + STRICTER[name])
    assert (pack.id, pack.version) == ("cn", f"{cn_pack().version}+house-1")
    assert PolicyEngine(pack).pack is pack


LOOSER: dict[str, tuple[str, str, str]] = {
    "higher cap": ("CN-CALLS-DAY", "limit", change("CN-CALLS-DAY", limit="4")),
    "shorter night": ("CN-NIGHT", "from", change("CN-NIGHT", **{"from": '"22:01"'})),
    "shifted night": (
        "CN-NIGHT",
        "from",
        change("CN-NIGHT", **{"from": '"21:00"', "until": '"07:59"'}),
    ),
    "shorter span": ("CN-VISITS-WEEK", "hours", change("CN-VISITS-WEEK", hours="167")),
    "shorter lead": ("CN-LEAD", "hours", change("CN-LEAD", hours="23")),
    "fewer days tried": ("CN-LADDER", "days_tried", change("CN-LADDER", days_tried="2")),
    "earlier": ("CN-AGREED", "early_minutes", change("CN-AGREED", early_minutes="16")),
    "another party": (
        "CN-THIRD-PARTY",
        "parties",
        change("CN-THIRD-PARTY", parties='["co_borrower", "guardian", "guarantor"]'),
    ),
    "fewer officers": ("CN-TWO", "at_least", change("CN-TWO", at_least="1")),
    "longer plans": ("CN-PLAN-60", "months", change("CN-PLAN-60", months="61")),
    "another product": ("CN-PLAN-60", "product", change("CN-PLAN-60", product='"mortgage"')),
    "dearer plans": ("CN-PLAN-RATE", "rate_ppm", change("CN-PLAN-RATE", rate_ppm="240001")),
    "another count": ("CN-CALLS-DAY", "of", change("CN-CALLS-DAY", of='"letters"')),
    "fewer holds": ("CN-HOLD", "kinds", change("CN-HOLD", kinds='["complaint"]')),
    "later answers": ("CN-COMPLAINT-DUE", "days", change("CN-COMPLAINT-DUE", days="30")),
    "working days": (
        "CN-COMPLAINT-DUE",
        "count",
        change("CN-COMPLAINT-DUE", count='"working_days"'),
    ),
    "more who lift": (
        "CN-LIFT-ROLE",
        "roles",
        change("CN-LIFT-ROLE", roles='["lead", "compliance", "officer"]'),
    ),
    "kept shorter": ("CN-KEEP-RECORDS", "years", change("CN-KEEP-RECORDS", years="1")),
    "kept longer": ("CN-RETENTION", "years", change("CN-RETENTION", years="6")),
    "block becomes warning": ("CN-TWO", "severity", change("CN-TWO", severity='"warn"')),
    "block becomes word": ("CN-NIGHT", "severity", change("CN-NIGHT", severity='"inform"')),
    "one act only warns": (
        "CN-NIGHT",
        "severity",
        change("CN-NIGHT", severity_of='{ call = "warn" }'),
    ),
    "one act informs": (
        "CN-REST-DAY",
        "severity",
        change("CN-REST-DAY", severity_of='{ sms = "inform", app = "warn" }'),
    ),
    "an act less": ("CN-TWO", "acts", change("CN-TWO", acts='["visit_start"]')),
    "new exemption": ("CN-TWO", "exempt", change("CN-TWO", exempt='{ visit_plan = "asked" }')),
    "wider exemption": (
        "CN-EVENING",
        "exempt",
        change("CN-EVENING", exempt='{ visit_plan = "asked", visit_start = "asked" }'),
    ),
    "other exemption": (
        "CN-NIGHT",
        "exempt",
        change("CN-NIGHT", exempt='{ call = "by_guardian" }'),
    ),
    "later": ("CN-TWO", "from_date", change("CN-TWO", from_date="2025-03-01")),
    "with an end": ("CN-TWO", "until_date", change("CN-TWO", until_date="2030-01-01")),
    "instead of a rule": (
        "CN-TWO",
        "supersedes",
        rule(id='"HOUSE-TWO"', house="true", supersedes='"CN-TWO"', from_date="2027-01-01"),
    ),
}


@pytest.mark.parametrize("name", LOOSER)
def test_looser_is_refused_with_the_rule_named(name: str) -> None:
    rule_id, part, text = LOOSER[name]
    code, params = refusal(HEAD + text)
    assert (code, params) == ("overlay.loosens", {"rule": rule_id, "name": part})


def test_every_kind_of_stricter_side_is_tried() -> None:
    tried = [(cn_pack().rule(rule_id).kind, name) for rule_id, name, _ in LOOSER.values()]
    assert {KINDS[kind].stricter[n] for kind, n in tried if n in KINDS[kind].stricter} == set(
        Stricter
    )


REFUSED: dict[str, tuple[str, str]] = {
    "no TOML": ("[overlay", "pack.not_toml"),
    "no head": (change("CN-TWO", at_least="3"), "pack.wrong_shape"),
    "a pack": (SMALL_HEAD, "pack.wrong_shape"),
    "too little in the head": (HEAD.replace('version = "house-1"', ""), "overlay.wrong_head"),
    "nothing in the head": (HEAD.replace('"house-1"', '""'), "overlay.wrong_head"),
    "another pack": (HEAD.replace('"cn"', '"uk-conc"'), "overlay.other_pack"),
    "unknown rule": (HEAD + change("CN-NONE", limit="1"), "overlay.unknown_rule"),
    "change of nothing": (HEAD + change("CN-TWO"), "overlay.changes_nothing"),
    "change without a rule": (HEAD + "\n[[change]]\nlimit = 1", "overlay.change_without_rule"),
    "the same rule twice": (
        HEAD + change("CN-TWO", at_least="3") + change("CN-TWO", at_least="2"),
        "overlay.changed_twice",
    ),
    "another kind": (HEAD + change("CN-TWO", kind='"always"'), "overlay.fixed"),
    "another name": (HEAD + change("CN-TWO", id='"CN-THREE"'), "overlay.fixed"),
    "no house rule": (HEAD + change("CN-TWO", house="false"), "overlay.fixed"),
    "unknown parameter": (HEAD + change("CN-TWO", at_lest="3"), "pack.unknown_parameter"),
    "odd value": (HEAD + change("CN-TWO", at_least='"three"'), "pack.bad_parameter"),
    "unknown exemption": (
        HEAD + change("CN-LEAD", exempt='{ visit_plan = "paid" }'),
        "pack.unknown_exemption",
    ),
    "words with other values": (HEAD + change("CN-TWO", text_en='"{limit}"'), "pack.bad_text"),
    "rule of the pack": (HEAD + rule(id='"CN-TWO"', house="true"), "overlay.rule_of_the_pack"),
    "rule that is not the house's": (HEAD + rule(), "overlay.not_house"),
    "rule of no kind": (HEAD + rule(house="true", kind='"x"'), "pack.unknown_kind"),
    "rule without id": (HEAD + rule(id=None), "pack.rule_without_id"),
    "two rules of one name": (HEAD + rule(house="true") * 2, "pack.duplicate_rule"),
    "a day without an hour": (
        HEAD
        + rule(
            house="true",
            acts='["call"]',
            kind='"forbidden_hours"',
            **{"from": '"08:00"', "until": '"22:00"'},
        )
        + change("CN-NIGHT", exempt="{}"),
        "pack.never_allowed",
    ),
    "neither kept nor erased": (
        HEAD + change("CN-RETENTION", years="1"),
        "pack.contradiction",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_overlay_that_says_anything_unclear_is_refused(name: str) -> None:
    text, code = REFUSED[name]
    assert refusal(text)[0] == code


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = HEAD + "".join(text for _rule, _name, text in list(LOOSER.values())[:3:2])
    _pack, troubles = examine_overlay(cn_pack(), wrong + change("CN-NONE", limit="1"))
    assert [t.code for t in troubles] == [
        "overlay.loosens",
        "overlay.loosens",
        "overlay.unknown_rule",
    ]


VERSIONS = (
    rule(kind='"daily_cap"', of='"calls"', limit="3", until_date="2026-01-01"),
    rule(kind='"daily_cap"', of='"calls"', limit="5", from_date="2026-01-01"),
)
XX_HEAD = HEAD.replace('"cn"', '"xx"')


def test_change_of_a_rule_in_versions_tightens_each_of_them() -> None:
    pack = read_pack(SMALL_HEAD + "".join(VERSIONS))
    tightened = tighten(pack, XX_HEAD + change("XX-ONE", limit="3"))
    assert [r.params["limit"] for r in tightened.rules] == [3, 3]
    code, params = refusal(XX_HEAD + change("XX-ONE", limit="4"), pack)
    assert (code, params) == ("overlay.loosens", {"rule": "XX-ONE", "name": "limit"})
    code, params = refusal(XX_HEAD + change("XX-ONE", from_date="2019-01-01"), pack)
    assert (code, params) == ("overlay.fixed", {"rule": "XX-ONE", "name": "from_date"})


def test_earlier_beginning_of_a_superseding_rule_does_not_end_the_other_sooner() -> None:
    old = rule(id='"XX-OLD"')
    new = rule(id='"XX-NEW"', from_date="2026-06-01", supersedes='"XX-OLD"', severity='"warn"')
    pack = read_pack(SMALL_HEAD + old + new)
    tightened = tighten(pack, XX_HEAD + change("XX-NEW", from_date="2026-01-01"))
    assert tightened.rule("XX-OLD").until_date == date(2026, 6, 1)


def test_sample_is_a_good_overlay_and_lies_beside_no_pack() -> None:
    pack = tighten(cn_pack(), SAMPLE.read_text(encoding="utf-8"))
    assert pack.rule("CN-CALLS-DAY").params["limit"] == 2
    assert pack.rule("HOUSE-LUNCH").house
    assert not list(POLICIES.glob("*.house.toml"))


def test_overlay_beside_a_pack_is_laid_over_it(tmp_path: Path) -> None:
    path = tmp_path / "cn.toml"
    path.write_bytes((POLICIES / "cn.toml").read_bytes())
    assert load_policy(path) == cn_pack()
    (tmp_path / "cn.house.toml").write_bytes(SAMPLE.read_bytes())
    assert load_policy(path).version.endswith("+house-1")
    (tmp_path / "cn.house.toml").write_text(HEAD + LOOSER["higher cap"][2], encoding="utf-8")
    with pytest.raises(PackRefused, match=r"overlay\.loosens"):
        load_policy(path)


TIGHTENED = [PolicyEngine(tighten(cn_pack(), HEAD + text)) for text in STRICTER.values()]
TIGHTENED.append(PolicyEngine(tighten(cn_pack(), SAMPLE.read_text(encoding="utf-8"))))
ASKED = [*questions.around_edges(), *questions.mixed(7, 1000)]


@pytest.mark.parametrize("engine", TIGHTENED, ids=[*STRICTER, "the sample"])
def test_tightened_pack_never_allows_what_the_pack_alone_blocks(engine: PolicyEngine) -> None:
    pick = random.Random(engine.pack.version)
    for _name, act, at, context in pick.sample(ASKED, 400):
        situation, moment = read_situation(json.dumps(context)), datetime.fromisoformat(at)
        plain = ENGINE.judge(Act(act), moment, situation)
        tight = engine.judge(Act(act), moment, situation)
        assert set(plain.blocks) <= set(tight.blocks), (act, at, context)
        assert set(plain.warns) <= {*tight.warns, *tight.blocks}, (act, at, context)


VALUES = st.sampled_from(
    [
        *("1", "2", "3", "4", "5", "12", "15", "23", "24", "48", "60", "168", "169", "240000"),
        *('"08:00"', '"20:00"', '"21:30"', '"22:00"', '"warn"', '"block"', '"inform"', "{}"),
        *('["customer"]', '["minor"]', '["any"]', '["lead"]', '["visit_plan", "visit_start"]'),
        *('{ visit_plan = "asked" }', '{ call = "asked_window" }', "2020-01-01", "2030-01-01"),
    ]
)
NAMES = st.sampled_from(
    sorted(
        {n for m in KINDS.values() for n in m.stricter}
        | {"severity", "severity_of", "exempt", "acts", "from_date", "until_date"}
    )
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    rule_id=st.sampled_from([r.id for r in cn_pack().rules]),
    changes=st.dictionaries(NAMES, VALUES, min_size=1, max_size=3),
    question=st.sampled_from(ASKED),
)
def test_whatever_is_accepted_only_tightens(
    rule_id: str, changes: dict[str, str], question: questions.Question
) -> None:
    tightened, troubles = examine_overlay(cn_pack(), HEAD + change(rule_id, **changes))
    if troubles or tightened is None:
        return
    _name, act, at, context = question
    situation, moment = read_situation(json.dumps(context)), datetime.fromisoformat(at)
    plain = engine_for("cn").judge(Act(act), moment, situation)
    tight = PolicyEngine(tightened).judge(Act(act), moment, situation)
    assert set(plain.blocks) <= set(tight.blocks)
    assert set(plain.warns) <= {*tight.warns, *tight.blocks}
