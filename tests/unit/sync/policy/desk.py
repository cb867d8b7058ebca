"""The pack of China made ready, and a case that nothing speaks against: tests bend one thing."""

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from sync.domain.situation import (
    Act,
    Agreement,
    Call,
    Decision,
    OfficerOnVisit,
    Situation,
)
from sync.policy.engine import PolicyEngine
from sync.policy.packs.pack import Pack, load_pack, read_pack
from sync.policy.words import PackWords

POLICIES = Path(__file__).parents[4] / "resources" / "policies"
PACK_FILE = POLICIES / "cn.toml"
PACKS = ("cn", "us-reg-f", "uk-conc", "in-rbi")
SHANGHAI = ZoneInfo("Asia/Shanghai")


@cache
def pack_of(name: str) -> Pack:
    return load_pack(POLICIES / f"{name}.toml")


def cn_pack() -> Pack:
    return pack_of("cn")


@cache
def engine_for(name: str) -> PolicyEngine:
    return PolicyEngine(pack_of(name))


@cache
def words_of(name: str, language: str) -> PackWords:
    return PackWords(pack_of(name), language)


ENGINE = engine_for("cn")


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """Return the instant of a local time such as "2026-09-15 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# A Tuesday, ten in the morning; agreed two weeks before.
TEN = local("2026-09-15 10:00")
NOW = local("2026-09-10 09:00")
AGREED = Agreement(
    start=TEN,
    end=local("2026-09-15 11:00"),
    agreed_at=local("2026-09-01 10:00"),
)
CERTIFIED = OfficerOnVisit(date(2027, 6, 30))
GOOD = Situation(
    overdue_since=date(2026, 8, 1),
    reminders=(local("2026-08-05 10:00"),),
    calls=(Call(local("2026-08-20 10:00"), True),),
    agreement=AGREED,
    officers=(CERTIFIED, CERTIFIED),
)


def bent(**changes: Any) -> Situation:
    return msgspec.structs.replace(GOOD, **changes)


def agreed(**changes: Any) -> Situation:
    return bent(agreement=msgspec.structs.replace(AGREED, **changes))


def window(start: str, end: str, zone: str = "Asia/Shanghai", **changes: Any) -> Situation:
    agreement = msgspec.structs.replace(
        AGREED, start=local(start, zone), end=local(end, zone), **changes
    )
    return bent(agreement=agreement, zone=zone)


def plan(situation: Situation, at: datetime = NOW) -> Decision:
    return ENGINE.judge(Act.VISIT_PLAN, at, situation)


def door(situation: Situation, at: datetime = TEN) -> Decision:
    return ENGINE.judge(Act.VISIT_START, at, situation)


def call(at: datetime, situation: Situation = GOOD) -> Decision:
    return ENGINE.judge(Act.CALL, at, situation)


def sms(at: datetime, situation: Situation = GOOD) -> Decision:
    return ENGINE.judge(Act.SMS, at, situation)


SMALL_HEAD = """
[pack]
id = "xx"
version = "1"
zone = "Asia/Shanghai"
calendar = "weekdays"
announced_until = 2026
name_zh = "某地"
name_en = "Somewhere"
"""


def rule(**changes: str | None) -> str:
    """Return one rule as TOML; a value replaces or adds a line, None leaves it out."""
    lines: dict[str, str | None] = {
        "id": '"XX-ONE"',
        "kind": '"always"',
        "acts": '["call"]',
        "from_date": "2020-01-01",
        "text_zh": '"不可以。"',
        "text_en": '"No."',
        "source_zh": '"规定"',
        "source_en": '"Rule"',
        "confidence": '"Q"',
    }
    lines |= changes
    return "\n[[rule]]\n" + "".join(f"{k} = {v}\n" for k, v in lines.items() if v is not None)


def engine_of(*rules: str, head: str = SMALL_HEAD) -> PolicyEngine:
    return PolicyEngine(read_pack(head + "".join(rules)))
