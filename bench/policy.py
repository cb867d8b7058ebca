"""The rules' speed on one core: `python -m bench.policy`.

Decisions are asked of the real engine with the pack of China, over a realistic mix of situations
(see `policy_mix`). The limit beside it is the least that any engine must do for the same
questions, written out by hand: bring the act into local time, look at the hours of night and
evening and at the calendar, and answer. The other rules are the difference. What is counted is
the process's own time on its core.
"""

import argparse
import random
import sys
import time as clock
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

import chinese_calendar

from bench.figures import OUT, ROOT, Goal, Metric, beside, publish, timed, within
from bench.policy_mix import Asked, questions, quiet_case
from sync.domain.situation import (
    Act,
    Agreement,
    Decision,
    RuleFinding,
    Severity,
    Situation,
    Verdict,
)
from sync.policy.engine import PolicyEngine
from sync.policy.moment import zone_of
from sync.policy.packs.pack import load_pack
from sync.policy.slots import STEP, Search, Slot, lawful_slots

PACK = ROOT / "resources" / "policies" / "cn.toml"
QUESTIONS, ROUNDS, SEARCHES = 20_000, 7, 20
SEED = 20261124
A_SECOND, SLOTS_MS, MS = 20_000, 20.0, 1000.0
NOW = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
SEARCH = Search(first_day=date(2026, 9, 8), days=30, minutes=60, now=NOW)
OPENS, EVENING, CLOSES = 8 * 60, 20 * 60, 22 * 60  # minutes of the day
MINUTE = timedelta(minutes=1)
NIGHT = "CN-NIGHT"
VISITS = (Act.VISIT_PLAN, Act.VISIT_START)
GOALS = {
    "decisions_against_20000": Goal(1.0, at_least=True),
    "slots_of_30_days_within_20_ms": Goal(1.0),
}


def main(argv: list[str], out: Path = OUT) -> int:
    """Measure, print a table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args(argv)
    engine = PolicyEngine(load_pack(PACK))
    every = questions(random.Random(SEED), asked.questions)
    _compare(engine, every)
    metrics = _decisions(engine, every, asked.rounds) | _slots(engine, asked.rounds)
    publish("policy", metrics, GOALS, out)
    return 0


def _decisions(engine: PolicyEngine, every: Sequence[Asked], rounds: int) -> dict[str, Metric]:
    pairs = []
    for _ in range(rounds):
        ours = _spent(lambda: _all(engine.judge, every))
        by_hand = _spent(lambda: _all(hours_only, every))
        pairs.append((len(every) / ours, len(every) / by_hand))
    return {
        "decisions": beside(pairs, "1/s"),
        "decisions_against_20000": within([ours for ours, _ in pairs], A_SECOND, "1/s"),
    }


def _spent(act: Callable[[], object]) -> float:
    return timed(act, clock.process_time)  # one core's own time, whoever shares the machine


def _all(judge: Callable[..., Decision], every: Iterable[Asked]) -> None:
    for act, at, situation in every:
        judge(act, at, situation)


def _slots(engine: PolicyEngine, rounds: int) -> dict[str, Metric]:
    """Find the windows of one case; the limit asks only for the hours of the same windows."""
    case = quiet_case(NOW)
    pairs = []
    for _ in range(rounds):
        ours = _spent(lambda: [lawful_slots(engine, case, SEARCH) for _ in range(SEARCHES)])
        by_hand = _spent(lambda: [_slots_by_hours(SEARCH) for _ in range(SEARCHES)])
        pairs.append((ours / SEARCHES, by_hand / SEARCHES))
    found = lawful_slots(engine, case, SEARCH)
    if not found or not set(found) <= set(_slots_by_hours(SEARCH)):
        raise AssertionError(f"{len(found)} windows were found, some of them outside the hours")
    return {
        "slots_of_30_days": beside(pairs, "ms", MS),
        "slots_of_30_days_within_20_ms": within([o for o, _ in pairs], SLOTS_MS, "ms", MS),
    }


def hours_only(act: Act, at: datetime, situation: Situation) -> Decision:
    """Decide by the hours and the working days alone, without packs, rules and exemptions."""
    zone, agreement = zone_of(situation.zone), situation.agreement
    begins = ends = at
    if act is Act.VISIT_PLAN and agreement is not None and agreement.start is not None:
        begins, ends = agreement.start, agreement.end or agreement.start
    start, end = begins.astimezone(zone), ends.astimezone(zone)
    first, last = start.hour * 60 + start.minute, end.hour * 60 + end.minute
    findings = []
    if first < OPENS or last < OPENS or first >= CLOSES or last > CLOSES:
        findings.append(RuleFinding(NIGHT, Severity.BLOCK))
    if act in VISITS and EVENING < last <= CLOSES:
        findings.append(RuleFinding("evening", Severity.BLOCK))
    if not _works(start.date()):
        findings.append(RuleFinding("rest day", Severity.BLOCK))
    return Decision(Verdict.BLOCK if findings else Verdict.ALLOW, tuple(findings), "by hand", "1")


@lru_cache(maxsize=4096)
def _works(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def _slots_by_hours(search: Search) -> list[Slot]:
    """Return the windows that the hours and days alone allow."""
    zone, length = zone_of("Asia/Shanghai"), timedelta(minutes=search.minutes)
    found = []
    for offset in range(search.days):
        midnight = datetime.combine(search.first_day + timedelta(days=offset), time(), zone)
        start, last = midnight + OPENS * MINUTE, midnight + CLOSES * MINUTE - length
        while start <= last:
            slot = Slot(start.astimezone(UTC), (start + length).astimezone(UTC))
            agreement = Agreement(start=slot.start, end=slot.end)
            decided = hours_only(Act.VISIT_PLAN, search.now, Situation(agreement=agreement))
            if decided.verdict is not Verdict.BLOCK:
                found.append(slot)
            start += STEP
    return found


def _compare(engine: PolicyEngine, every: Iterable[Asked]) -> None:
    """Refuse to measure a limit that answers another question than the engine."""
    for act, at, situation in every:
        if act not in VISITS:
            continue
        by_hand = any(f.rule == NIGHT for f in hours_only(act, at, situation).findings)
        if by_hand != (NIGHT in engine.judge(act, at, situation).blocks):
            raise AssertionError(f"by hand {by_hand}: {act} at {at} of {situation}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
