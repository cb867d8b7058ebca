"""The server's record is changed after the fact: the screens say so, and the evidence is saved."""

import json
from pathlib import Path

import pytest

from sync.protocol.checkpoint import Doubt
from sync.server.repositories.session import Session
from tests.sync.rules import at_the_server
from tests.ui.lookup import in_language, words_on
from tests.ui.room import Room
from tools.tour.hands import taken_out, until
from tools.tour.seat import quiet


async def shorten(session: Session) -> None:
    """Let the log be as it was before anything was told."""
    await session.run("UPDATE feed_head SET leaves = 0, frontier = ?", b"")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_a_changed_record_is_told(room: Room, tmp_path: Path, language: str) -> None:
    server = room.serve()
    li = await room.seat("li", language=language)
    await li.sync()
    await li.show("sync")
    screen = li.screens.navigable["sync"]
    told = li.main.words.code(Doubt.SHRANK)
    assert told not in words_on(screen)

    at_the_server(server, shorten)
    await li.sync()
    await quiet()
    assert in_language(told, language)
    assert told in words_on(screen)
    assert told in li.main.strip.text.text()
    assert li.main.width() <= 1280

    path = tmp_path / "checkpoints.jsonl"
    screen.testify.click()
    await taken_out(li.main, path)
    await until(lambda: li.main.words("Saved: {name}", name=path.name) in li.main.told.text)
    kept = [json.loads(line)["checkpoint"] for line in path.read_text("utf-8").splitlines()]
    assert {one["size"] for one in kept} > {0}

    screen.testify.click()
    await taken_out(li.main, tmp_path / "nowhere" / "checkpoints.jsonl")
    await until(lambda: bool(screen.notice.text))
