"""Packs are read strictly: what is unclear is refused, and the refusal says where."""

from pathlib import Path

import pytest

from sync.domain.situation import Act, Severity, Situation
from sync.policy.engine import PolicyEngine
from sync.policy.mechanisms.kinds import KINDS
from sync.policy.packs.pack import PackRefused, load_pack, read_pack
from tests.unit.sync.policy.desk import (
    PACKS,
    SMALL_HEAD,
    TEN,
    cn_pack,
    engine_of,
    local,
    pack_of,
    rule,
)

NIGHT = {"kind": '"forbidden_hours"', "from": '"22:00"', "until": '"08:00"'}
CAP = {"kind": '"daily_cap"', "of": '"visits"', "limit": "1"}


def test_the_pack_of_china_is_read_whole() -> None:
    pack = cn_pack()
    assert (pack.id, pack.zone, pack.announced_until) == ("cn", "Asia/Shanghai", 2026)
    assert len(pack.rules) == 55


def test_house_rules_say_so_and_the_others_cite() -> None:
    for one in cn_pack().rules:
        if one.house:
            assert "本行规定" in one.source_zh, one.id
            assert "ouse rule" in one.source_en, one.id


def test_rule_is_found_by_its_id_or_not_at_all() -> None:
    assert cn_pack().rule("CN-HOLD").kind == "hold"
    with pytest.raises(KeyError):
        cn_pack().rule("CN-NONE")


REFUSED_PACKS: dict[str, tuple[str, str, dict[str, str]]] = {
    "no TOML": ("[pack", "pack.not_toml", {}),
    "nothing": ("", "pack.wrong_shape", {}),
    "head that is a word": ('pack = "cn"', "pack.wrong_shape", {}),
    "rule instead of rules": (SMALL_HEAD + "\n[rule]\nid = 1", "pack.wrong_shape", {}),
    "misspelt section": (SMALL_HEAD + "\n[[rules]]\nid = 1", "pack.wrong_shape", {}),
    "missing key": (SMALL_HEAD.replace('zone = "Asia/Shanghai"', ""), "pack.wrong_keys", {}),
    "extra key": (SMALL_HEAD + "strict = true", "pack.wrong_keys", {"keys": "strict"}),
    "unknown calendar": (
        SMALL_HEAD.replace('"weekdays"', '"moon"'),
        "pack.unknown_calendar",
        {"calendar": "moon"},
    ),
    "year as text": (SMALL_HEAD.replace("2026", '"2026"'), "pack.bad_value", {"rule": "pack"}),
    "rule without id": (SMALL_HEAD + rule(id=None), "pack.rule_without_id", {}),
    "rules that are no tables": ("rule = [1]\n" + SMALL_HEAD, "pack.rule_without_id", {}),
    "same rule twice": (SMALL_HEAD + rule() + rule(), "pack.duplicate_rule", {"rule": "XX-ONE"}),
}


@pytest.mark.parametrize("name", REFUSED_PACKS)
def test_pack_is_refused_with_what_is_wrong(name: str) -> None:
    text, code, params = REFUSED_PACKS[name]
    with pytest.raises(PackRefused) as refused:
        read_pack(text)
    assert refused.value.code == code
    assert params.items() <= refused.value.params.items()


REFUSED_RULES: dict[str, tuple[dict[str, str | None], str, str]] = {
    "unknown mechanism": ({"kind": '"sometimes"'}, "pack.unknown_kind", "sometimes"),
    "unknown parameter": ({"limt": "3"}, "pack.unknown_parameter", "limt"),
    "two unknown parameters": ({"b": "1", "a": "1"}, "pack.unknown_parameter", "a, b"),
    "missing parameter": ({**NIGHT, "until": None}, "pack.missing_parameter", "until"),
    "no source": ({"source_zh": None}, "pack.bad_value", "source_zh"),
    "empty source": ({"source_en": '" "'}, "pack.empty_text", "source_en"),
    "empty sentence": ({"text_zh": '""'}, "pack.empty_text", "text_zh"),
    "no date": ({"from_date": None}, "pack.bad_value", "from_date"),
    "no date but a word": ({"from_date": '"soon"'}, "pack.bad_value", "from_date"),
    "unknown act": ({"acts": '["knock"]'}, "pack.bad_value", "knock"),
    "no act": ({"acts": "[]"}, "pack.rule_without_acts", "XX-ONE"),
    "unknown severity": ({"severity": '"shout"'}, "pack.bad_value", "shout"),
    "severity of another act": ({"severity_of": '{ sms = "warn" }'}, "pack.act_not_covered", "sms"),
    "exempt another act": ({"exempt": '{ plan = "asked" }'}, "pack.act_not_covered", "plan"),
    "unknown exemption": ({"exempt": '{ call = "paid" }'}, "pack.unknown_exemption", "paid"),
    "time out of range": ({**NIGHT, "from": '"25:00"'}, "pack.bad_parameter", "from"),
    "time that is a number": ({**NIGHT, "from": "22"}, "pack.bad_parameter", "from"),
    "hours that are none or all": (
        {**NIGHT, "until": '"22:00"'},
        "pack.bad_parameter",
        "until",
    ),
    "word that stands twice": (
        {"kind": '"door_also"', "who": '["minor", "minor"]'},
        "pack.bad_parameter",
        "who",
    ),
    "unknown person": (
        {"kind": '"door_also"', "who": '["cat"]'},
        "pack.bad_parameter",
        "who",
    ),
    "act that stands twice": ({"acts": '["call", "call"]'}, "pack.act_twice", "call"),
    "no confidence": ({"confidence": '"high"'}, "pack.unknown_confidence", "high"),
    "time with an offset": ({**NIGHT, "from": '"22:00+08:00"'}, "pack.bad_parameter", "from"),
    "hour alone": ({**NIGHT, "until": '"08"'}, "pack.bad_parameter", "until"),
    "limit of none": ({**CAP, "limit": "0"}, "pack.bad_parameter", "limit"),
    "limit that is true": ({**CAP, "limit": "true"}, "pack.bad_parameter", "limit"),
    "limit that is no whole": ({**CAP, "limit": "1.5"}, "pack.bad_parameter", "limit"),
    "cap of something else": ({**CAP, "of": '"knocks"'}, "pack.bad_parameter", "of"),
    "who as a word": ({"kind": '"door_also"', "who": '"minor"'}, "pack.bad_parameter", "who"),
    "who as nobody": ({"kind": '"door_also"', "who": "[]"}, "pack.bad_parameter", "who"),
    "who as numbers": ({"kind": '"door_also"', "who": "[1]"}, "pack.bad_parameter", "who"),
    "product as a number": (
        {"kind": '"plan_longest"', "product": "1", "months": "60"},
        "pack.bad_parameter",
        "product",
    ),
    "sentence with an unknown value": ({"text_en": '"{limit}"'}, "pack.bad_text", "text_en"),
    "sentence with a stray brace": ({"text_zh": '"{"'}, "pack.bad_text", "text_zh"),
    "sentence with a bare value": ({"text_zh": '"{}"'}, "pack.bad_text", "text_zh"),
}


@pytest.mark.parametrize("name", REFUSED_RULES)
def test_rule_is_refused_by_name_with_what_is_wrong(name: str) -> None:
    changes, code, says = REFUSED_RULES[name]
    with pytest.raises(PackRefused) as refused:
        engine_of(rule(**changes))
    assert refused.value.code == code
    assert refused.value.params["rule"] == "XX-ONE"
    assert says in str(refused.value.params)


def test_refusal_can_be_read_as_it_is_printed() -> None:
    with pytest.raises(PackRefused, match=r"pack\.unknown_parameter.*XX-ONE.*limt"):
        engine_of(rule(limt="3"))


def test_pack_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "xx.toml"
    path.write_bytes(b"\xff\xfe[pack]")
    with pytest.raises(PackRefused, match=r"pack\.not_toml"):
        load_pack(path)


def test_pack_file_that_is_missing_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_pack(tmp_path / "none.toml")


def test_rule_speaks_only_from_its_date_on_in_local_time() -> None:
    engine = engine_of(rule(from_date="2026-09-15"))
    for minute, verdict in (("2026-09-14 23:59", "allow"), ("2026-09-15 00:00", "block")):
        assert engine.judge(Act.CALL, local(minute), Situation()).verdict == verdict


def test_rule_speaks_only_of_its_acts() -> None:
    engine = engine_of(rule(acts='["call", "plan"]'))
    blocked = {a for a in Act if engine.judge(a, TEN, Situation()).blocks}
    assert blocked == {Act.CALL, Act.PLAN}


def test_severity_is_the_rules_own_unless_the_act_has_another() -> None:
    engine = engine_of(
        rule(acts='["call", "sms", "plan"]', severity='"warn"', severity_of='{ sms = "inform" }')
    )
    call, sms = (engine.judge(a, TEN, Situation()) for a in (Act.CALL, Act.SMS))
    assert (call.verdict, call.warns) == ("warn", ("XX-ONE",))
    assert (sms.verdict, sms.blocks, sms.warns) == ("allow", (), ())
    assert [f.severity for f in sms.findings] == [Severity.INFORM]


@pytest.mark.parametrize("order", [("warn", "block"), ("block", "warn")])
def test_a_block_outweighs_a_warning_in_either_order(order: tuple[str, str]) -> None:
    rules = (rule(id=f'"XX-{s}"', severity=f'"{s}"') for s in order)
    decision = engine_of(*rules).judge(Act.CALL, TEN, Situation())
    assert decision.verdict == "block"
    assert (decision.blocks, decision.warns) == (("XX-block",), ("XX-warn",))


def test_wish_rule_may_name_acts_that_have_no_channel() -> None:
    engine = engine_of(rule(kind='"wish"', acts='["plan", "third_party_contact"]'))
    assert engine.judge(Act.PLAN, TEN, Situation()).verdict == "allow"


def test_decision_names_the_pack_and_its_version() -> None:
    decision = PolicyEngine(cn_pack()).judge(Act.SMS, TEN, Situation())
    assert (decision.pack, decision.version) == ("cn", "2026.2")


def test_mechanisms_and_the_rules_of_the_packs_cover_each_other() -> None:
    used = {r.kind for name in PACKS for r in pack_of(name).rules}
    assert used == set(KINDS) - {"always"}


def test_rules_of_the_case_and_of_the_day_are_told_apart() -> None:
    engine = PolicyEngine(cn_pack())
    assert engine.case_wide == {
        "CN-LADDER",
        "CN-HOLD",
        "CN-DECEASED",
        "CN-VULNERABLE",
        "CN-PLAN-IN-FORCE",
        "CN-GUARDIAN",
        "CN-HOSPITAL",
        "CN-COMPLAINT",
        "CN-COMPLAINT-DUE",
    }
    assert engine.day_marks(["CN-REST-DAY", "CN-HOLD"]) == (True, False)
    assert engine.day_marks(["CN-YEAR-UNKNOWN"]) == (False, True)
    assert engine.day_marks([]) == (False, False)
