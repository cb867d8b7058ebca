"""A server's process waits for its turn where the system lets it, and goes on where it does not."""

import os
import platform
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from sync.server import processor_turns


@pytest.mark.skipif(platform.system() != "Linux", reason="no such policy")
def test_a_thread_waits_for_its_turn() -> None:
    def told() -> tuple[bool, int]:
        return processor_turns.wait_for_them(), os.sched_getscheduler(0)

    with ThreadPoolExecutor(1) as aside:  # it holds for a thread
        assert aside.submit(told).result() == (True, os.SCHED_BATCH)


def test_another_system_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not processor_turns.wait_for_them()
