"""Hostile texts before a person's eyes: every window shows them as text, and the map has none.

They are put into the vault as a server that lies would put them there.
"""

import json
import re
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from field_app.maps.stops import MapStop, MapWay, call, stops_call
from field_app.operations.desk import Desk
from field_app.settings.settings import resources_folder
from field_app.ui.components.texts import tip
from field_app.ui.map import map_view
from sync.domain.hidden_text import HIDDEN as HIDING
from sync.domain.hidden_text import marked
from sync.domain.ids import CaseId
from tests.security.hostile import HIDDEN, SHOWN
from tests.ui.acts import VISIT_DAY, agree, hold, ready
from tests.ui.lookup import read, words_on
from tests.ui.room import NO_GRAPHICS, Room
from tools.tour.hands import until
from tools.tour.seat import Seat, quiet

PACK = resources_folder() / "sample" / "city.mappack"
ALL = SHOWN | HIDDEN


async def lied_to(seat: Seat, text: str, case_id: CaseId) -> None:
    """Let the server have said this of a customer everywhere it says anything."""

    def write(desk: Desk) -> None:
        vault, index = desk.store.vault, desk.store.index
        with vault.transaction() as connection:
            sql = "SELECT body FROM replica WHERE kind = 'case' AND id = ?"
            [(body,)] = connection.execute(sql, (case_id,)).fetchall()
            told = json.loads(body)
            told["customer"]["name"] = told["address"]["text"] = told["address"]["area"] = text
            told["case_no"] = f"N{text}"
            changed = json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")
            connection.execute(
                "UPDATE replica SET body = ? WHERE kind = 'case' AND id = ?", (changed, case_id)
            )
            index.refresh([case_id])

    await read(seat, write)


def wrong_on(window: QWidget) -> list[str]:
    """Return what is markup, hides a character or would be markup in a tooltip."""
    found = []
    for one in window.findChildren(QWidget):
        if isinstance(one, QLabel) and one.textFormat() != Qt.TextFormat.PlainText and one.text():
            found.append(f"label {one.text()!r}")
        text = one.toolTip()
        if "<" in text and not text.startswith("<qt>"):
            found.append(f"tooltip {text!r}")
    if HIDING.search(words_on(window)):
        found.append("a hidden character is shown")
    return found


async def test_every_text_is_shown_as_it_is(room: Room) -> None:
    li = await room.seat("li")
    [case_id, other, *_] = await ready(li)
    await agree(li, case_id, VISIT_DAY)
    screen = li.screens.case
    for name, text in ALL.items():
        await lied_to(li, text, case_id)
        li.main.open_case(case_id)
        await quiet()
        assert marked(f"N{text}") in words_on(screen), name
        assert wrong_on(li.main) == [], name
    await hold(li, other, SHOWN["markup"])
    li.main.open_case(other)
    await quiet()
    assert SHOWN["markup"] in words_on(screen)
    room.clock.jump_to(VISIT_DAY)
    for name in ("markup", "turned", "escape"):
        await lied_to(li, ALL[name], case_id)
        for show in ("today", "cases", "sync"):
            await li.show(show)
            assert wrong_on(li.main) == [], (name, show)
        for opened in (li.main.open_appointment, li.main.open_visit):
            opened(case_id, None)
            await quiet()
            assert wrong_on(li.main) == [], (name, opened.__name__)
            assert li.main.windowTitle() == "Yuefang"


@NO_GRAPHICS
async def test_only_ids_go_into_the_page_of_the_map(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []

    def heard(*told: Any, **more: Any) -> str:
        called.append(stops_call(*told, **more))
        return called[-1]

    monkeypatch.setattr(map_view, "stops_call", heard)
    li = await room.seat("li", map_pack=str(PACK))
    [case_id, *_] = await ready(li)
    await agree(li, case_id, VISIT_DAY)
    text = " ".join(ALL[n] for n in ("script", "template-js", "template-jinja", "turned"))
    await lied_to(li, text, case_id)
    room.clock.jump_to(VISIT_DAY)
    await li.show("map")
    shown = li.screens.map.map
    assert shown is not None
    await until(lambda: shown.is_ready)
    await quiet()
    html: list[str] = []
    shown.page.toHtml(html.append)
    await until(lambda: bool(html))
    assert any('"id":' in script for script in called), called
    page = html[0] + shown._handler.page + "".join(called)
    for part in ("alert(1)", "7*7", "‹U+", "张"):
        assert part not in page
    scripts = re.findall(r"<script[^>]*>", shown._handler.page)
    assert scripts
    assert all('nonce="' in script for script in scripts)
    assert "default-src 'none'" in shown._handler.page
    assert shown.complaints == []
    assert shown.gatekeeper.blocked == []


def test_a_call_of_the_page_is_data_whatever_an_id_is() -> None:
    """Ids are letters, digits and dashes; one that is not is still one text in the script."""
    for text in ALL.values():
        stop, way = MapStop(text, 35.0, 118.0, 1, "visit"), MapWay(((35.0, 118.0),), roads=True)
        told = stops_call([stop], [way], fit=True).removeprefix("showStops(")
        stops, _ = json.JSONDecoder().raw_decode(told)
        assert [set(stop) for stop in stops] == [{"id", "lat", "lon", "number", "look"}]
        assert stops[0]["id"] == text
        chosen = call("chooseStop", text).removeprefix("chooseStop(").removesuffix(")")
        assert json.loads(chosen) == text


def test_a_tooltip_is_words() -> None:
    for text in SHOWN.values():
        told = tip(text)
        assert told == text or told.startswith("<qt>")
        assert "<img" not in told
        assert "<a " not in told
        assert "<script" not in told
