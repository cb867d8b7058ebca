"""How `field-server` begins: with the collector off, which a command then has again."""

import gc

import pytest

from sync.cli import program
from sync.cli.__main__ import main


def test_the_collector_works_while_a_command_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []
    monkeypatch.setattr(program, "main", lambda: told.append(gc.isenabled()) or 7)

    gc.disable()

    assert (main(), told) == (7, [True])
