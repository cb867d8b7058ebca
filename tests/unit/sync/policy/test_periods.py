"""Law changes are data: versions of a rule, rules that supersede others, years a pack brings."""

from datetime import date

import pytest

from sync.domain.situation import Act, Call, RuleFinding, Severity, Situation
from sync.policy.calendar import LAST_KNOWN
from sync.policy.packs.pack import PackRefused, read_pack
from sync.policy.words import PackWords
from tests.unit.sync.policy.desk import SMALL_HEAD, cn_pack, engine_of, local, rule

CAP = {"kind": '"daily_cap"', "of": '"calls"'}
OLD = rule(
    **CAP, limit="3", from_date="2020-01-01", until_date="2026-09-15", text_en='"three, {limit}"'
)
NEW = rule(**CAP, limit="2", from_date="2026-09-15", text_en='"two, {limit}"')


def called(times: int, day: str) -> Situation:
    return Situation(calls=tuple(Call(local(f"{day} 09:0{n}"), True) for n in range(times)))


def blocks(pack_rules: tuple[str, ...], day: str, times: int) -> bool:
    engine = engine_of(*pack_rules)
    return bool(engine.judge(Act.CALL, local(f"{day} 10:00"), called(times, day)).blocks)


@pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)])
def test_version_of_a_rule_speaks_in_its_own_time(order: tuple[str, str]) -> None:
    assert not blocks(order, "2026-09-14", 2)
    assert blocks(order, "2026-09-14", 3)
    assert not blocks(order, "2026-09-15", 1)
    assert blocks(order, "2026-09-15", 2)


def test_last_day_of_a_version_lasts_until_local_midnight() -> None:
    engine = engine_of(OLD, NEW)
    for clock, limit in (("2026-09-14 23:59:59", 3), ("2026-09-15 00:00:00", 2)):
        day = clock.split()[0]
        (finding,) = engine.judge(Act.CALL, local(clock), called(3, day)).findings
        assert finding.params["limit"] == limit


def test_a_gap_between_versions_is_a_time_without_the_rule() -> None:
    later = rule(**CAP, limit="2", from_date="2026-10-01")
    assert not blocks((OLD, later), "2026-09-20", 9)
    assert blocks((OLD, later), "2026-10-01", 2)


def test_versions_that_share_a_day_are_refused() -> None:
    early = rule(**CAP, limit="2", from_date="2026-09-14")
    for rules in ((OLD, early), (early, OLD), (NEW, NEW), (rule(), rule())):
        with pytest.raises(PackRefused, match=r"pack\.duplicate_rule"):
            engine_of(*rules)


def test_newest_version_is_the_rule_and_an_old_finding_keeps_its_own_words() -> None:
    pack = read_pack(SMALL_HEAD + OLD + NEW)
    assert [r.params["limit"] for r in pack.versions("XX-ONE")] == [2, 3]
    assert pack.rule("XX-ONE").params["limit"] == 2
    words = PackWords(pack, "en")
    assert words.sentence(RuleFinding("XX-ONE", Severity.BLOCK, {"limit": 3})) == "two, 3"


def test_decision_of_an_older_pack_is_still_told() -> None:
    for language, says in (("zh_CN", "CN-GONE"), ("en", "CN-GONE")):
        words = PackWords(cn_pack(), language)
        gone = RuleFinding("CN-GONE", Severity.BLOCK, {"limit": 3})
        assert says in words.sentence(gone)
        assert words.source("CN-GONE") == "CN-GONE"
        changed = RuleFinding("CN-CALLS-DAY", Severity.BLOCK, {"other": 1})
        assert "CN-CALLS-DAY" in words.sentence(changed)


def test_superseding_rule_ends_the_other_on_its_first_day() -> None:
    old = rule(id='"XX-OLD"', **CAP, limit="3")
    new = rule(id='"XX-NEW"', **CAP, limit="2", from_date="2026-09-15", supersedes='"XX-OLD"')
    for rules in ((old, new), (new, old)):
        engine = engine_of(*rules)
        before = engine.judge(Act.CALL, local("2026-09-14 10:00"), called(3, "2026-09-14"))
        after = engine.judge(Act.CALL, local("2026-09-15 10:00"), called(3, "2026-09-15"))
        assert (before.blocks, after.blocks) == (("XX-OLD",), ("XX-NEW",))


def test_superseding_does_not_lengthen_a_rule_that_had_ended() -> None:
    new = rule(id='"XX-NEW"', from_date="2027-01-01", supersedes='"XX-ONE"')
    assert not blocks((OLD, new), "2026-12-01", 9)


def test_rule_may_begin_and_end_on_the_same_turn_as_another() -> None:
    third = rule(**CAP, limit="1", from_date="2026-09-16")
    second = rule(**CAP, limit="2", from_date="2026-09-15", until_date="2026-09-16")
    rules = (OLD, second, third)
    assert [blocks(rules, f"2026-09-1{n}", 1) for n in (4, 5, 6)] == [False, False, True]


CIRCLES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "itself": ((rule(supersedes='"XX-ONE"'),), "pack.supersedes_itself", "XX-ONE"),
    "each other": (
        (rule(id='"A"', supersedes='"B"'), rule(id='"B"', supersedes='"A"')),
        "pack.supersedes_in_circle",
        "A → B → A",
    ),
    "a circle of three": (
        tuple(
            rule(id=f'"{a}"', supersedes=f'"{b}"') for a, b in (("A", "B"), ("B", "C"), ("C", "A"))
        ),
        "pack.supersedes_in_circle",
        "A → B → C → A",
    ),
    "nobody": ((rule(supersedes='"YY"'),), "pack.supersedes_unknown", "YY"),
    "before it began": (
        (rule(id='"A"', from_date="2026-01-01"), rule(id='"B"', supersedes='"A"')),
        "pack.never_in_force",
        "A",
    ),
    "ends before it begins": (
        (rule(until_date="2019-12-31"),),
        "pack.never_in_force",
        "XX-ONE",
    ),
    "ends as it begins": ((rule(until_date="2020-01-01"),), "pack.never_in_force", "XX-ONE"),
}


@pytest.mark.parametrize("name", CIRCLES)
def test_rules_that_supersede_in_no_order_are_refused(name: str) -> None:
    rules, code, says = CIRCLES[name]
    with pytest.raises(PackRefused) as refused:
        read_pack(SMALL_HEAD + "".join(rules))
    assert refused.value.code == code
    assert says in str(refused.value.params)


YEAR = """
[[year]]
year = 2027
rest = [2027-01-01, 2027-02-08, 2027-02-09]
work = [2027-02-06]
source_zh = "通知"
source_en = "Notice"
"""
CN_HEAD = SMALL_HEAD.replace('"weekdays"', '"CN"')
RESTS = rule(kind='"rest_day"') + rule(
    id='"XX-YEAR"', kind='"year_unknown"', severity='"warn"', text_en='"{year}"'
)


def test_pack_may_bring_the_arrangement_of_a_new_year() -> None:
    engine = engine_of(RESTS, YEAR, head=CN_HEAD.replace("2026", "2027"))
    for day, rests in (
        ("2027-02-06", False),  # a Saturday made up
        ("2027-02-07", True),  # the Sunday after it
        ("2027-02-08", True),
        ("2027-02-10", False),
        ("2026-10-10", False),  # the other years are as they were
        ("2026-10-01", True),
    ):
        decision = engine.judge(Act.CALL, local(f"{day} 10:00"), Situation())
        assert (bool(decision.blocks), decision.warns) == (rests, ()), day
    assert engine.judge(Act.CALL, local("2028-01-04 10:00"), Situation()).warns == ("XX-YEAR",)


def test_year_a_pack_brings_is_known_even_beyond_the_announced_ones() -> None:
    engine = engine_of(RESTS, YEAR, head=CN_HEAD)
    assert engine.judge(Act.CALL, local("2027-02-10 10:00"), Situation()).warns == ()


def test_countries_of_plain_weekdays_may_bring_holidays_too() -> None:
    engine = engine_of(RESTS, YEAR)
    assert engine.judge(Act.CALL, local("2027-02-08 10:00"), Situation()).blocks
    assert not engine.judge(Act.CALL, local("2026-10-01 10:00"), Situation()).blocks


def year(**changes: str) -> str:
    text = YEAR
    for name, value in changes.items():
        text = "\n".join(
            f"{name} = {value}" if line.startswith(f"{name} =") else line
            for line in text.split("\n")
        )
    return text


REFUSED_YEARS: dict[str, tuple[str, str]] = {
    "day of another year": (year(rest="[2026-12-31]"), "pack.day_of_another_year"),
    "day both ways": (year(rest="[2027-02-06]"), "pack.day_twice"),
    "day twice": (year(rest="[2027-01-01, 2027-01-01]"), "pack.day_twice"),
    "made up on a Friday": (year(work="[2027-02-05]"), "pack.make_up_on_a_weekday"),
    "no number": (year(year='"2027"'), "pack.year_without_number"),
    "no list": (year(rest='"2027-01-01"'), "pack.bad_value"),
    "the same year twice": (YEAR + YEAR, "pack.duplicate_year"),
    "too much": (YEAR + "extra = 1", "pack.wrong_year_keys"),
}


@pytest.mark.parametrize("name", REFUSED_YEARS)
def test_holidays_that_cannot_be_are_refused(name: str) -> None:
    text, code = REFUSED_YEARS[name]
    with pytest.raises(PackRefused) as refused:
        read_pack(SMALL_HEAD + text)
    assert refused.value.code == code


def test_year_nobody_can_know_is_refused() -> None:
    lost = LAST_KNOWN + 1
    for until, year_lost in ((lost, lost), (lost + 5, lost), (1999, 1999)):
        with pytest.raises(PackRefused, match=r"pack\.unknown_year") as refused:
            read_pack(CN_HEAD.replace("2026", str(until)))
        assert refused.value.params == {"year": year_lost}
    brought = YEAR.replace("2027", str(lost)).replace(f"work = [{lost}-02-06]", "work = []")
    assert read_pack(CN_HEAD.replace("2026", str(lost)) + brought).announced_until == lost
    assert read_pack(SMALL_HEAD.replace("2026", "9999")).announced_until == 9999


def test_rules_of_the_packs_come_into_force_when_their_sources_did() -> None:
    assert cn_pack().rule("CN-WISH").from_date == date(2021, 11, 1)
    assert cn_pack().rule("CN-NIGHT").from_date == date(2025, 2, 28)
