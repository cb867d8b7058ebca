"""The ends of a session come though a clock goes back, and though a disk does not answer once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from field_app.background import lease_watch
from field_app.background.lease_watch import LeaseWatch
from field_app.background.lock_timer import LockTimer
from field_app.storage.trouble import VaultTrouble

LIMIT = timedelta(minutes=5)


class SetClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 9, 7, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def test_a_clock_set_back_puts_the_lock_off_by_its_limit_at_most() -> None:
    clock = SetClock()
    timer = LockTimer(clock, LIMIT, lambda: None)
    clock.at += timedelta(minutes=4)
    assert timer.left == timedelta(minutes=1)
    clock.at -= timedelta(days=1)
    assert timer.left == LIMIT
    clock.at += LIMIT
    assert timer.left == timedelta()
    timer.touch()
    assert timer.left == LIMIT


def test_a_lease_ends_though_the_vault_could_not_be_read_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lease_watch, "LONGEST_NAP", timedelta())
    answers: list[timedelta | VaultTrouble | None] = [
        timedelta(hours=1),
        VaultTrouble(),
        timedelta(minutes=1),
        timedelta(),
    ]
    told: list[timedelta | str] = []

    async def left() -> timedelta | None:
        answer = answers.pop(0)
        if isinstance(answer, VaultTrouble):
            raise answer
        return answer

    asyncio.run(LeaseWatch(left, told.append, lambda: told.append("over")).watch())
    assert (told, answers) == ([timedelta(minutes=1), "over"], [])
