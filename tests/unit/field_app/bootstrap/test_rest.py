"""What the unlock screen needs is loaded before it; the rest comes while somebody types."""

import subprocess
import sys

STORY = """
import asyncio, sys
import field_app.bootstrap.running
from field_app.bootstrap import rest

late = ("field_app.ui.main_window", "field_app.planning.process",
        "field_app.storage.store", "sync.policy.engine", "sync.engine.http_transport",
        "requests", "keyring", "pypinyin", "holidays")
assert not rest.is_loaded() and not any(name in sys.modules for name in late)
wanted = ("icalendar", "xlsxwriter", "folium", "pandas", "pypdf")  # with the first of their files
assert not any(name in sys.modules for name in ("qtawesome", "qtpy"))
turns = []

async def typing():
    while not rest.is_loaded():
        turns.append(len(sys.modules))
        await asyncio.sleep(0)

async def whole():
    await asyncio.gather(typing(), rest.load_in_pieces())

asyncio.run(whole())
assert all(name in sys.modules for name in late)
assert not any(name in sys.modules for name in wanted)
assert len(turns) >= len(rest.PIECES), turns
"""


def test_the_rest_is_loaded_in_pieces_with_room_for_keys_between() -> None:
    said = subprocess.run(
        [sys.executable, "-c", STORY], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
