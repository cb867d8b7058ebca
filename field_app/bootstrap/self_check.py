"""What a frozen build proves of itself: vault, policies, words, planner, a paper and a map."""

import asyncio
import os
import sys
import tempfile
from datetime import UTC, date, datetime
from io import TextIOWrapper
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication  # noqa: TID251  # the composition root

from field_app.bootstrap.running import new_application, run_loop
from field_app.i18n.words import LANGUAGES, load_words
from field_app.maps.pack import MapPack
from field_app.maps.stops import MapStop
from field_app.planning.problem import DayProblem, Travel
from field_app.planning.solver import VroomSolver
from field_app.reports.paper import Paper, Paragraph
from field_app.reports.typesetting import pdf_of
from field_app.settings.settings import resources_folder
from field_app.storage.keys import new_vault_key
from field_app.storage.vault import Vault
from field_app.theme.tokens import load_tokens
from field_app.ui.map.map_view import MapView
from sync.domain.situation import Act, Situation
from sync.policy.engine import PolicyEngine
from sync.policy.packs.pack import load_pack

MAP_WAIT_S = 30


def self_check() -> int:
    """Run every check, print one line each; 0 when all hold."""
    resources = resources_folder()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # a pipe on Windows has the letters of its region
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "vault").mkdir()
        key = new_vault_key(os.urandom)
        Vault.create(scratch / "vault", key, os.urandom).close()
        Vault.open(scratch / "vault", key, os.urandom).close()
        print("vault: opened")  # noqa: T201
    engine = PolicyEngine(load_pack(resources / "policies" / "cn.toml"))
    night = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    decision = engine.judge(Act.CALL, night, Situation(zone="Asia/Shanghai"))
    assert str(decision.verdict) == "block"  # noqa: S101  # a call at 23:00 is never lawful
    print(f"policy: {engine.pack.id} {engine.pack.version}")  # noqa: T201
    for language in LANGUAGES:
        words = load_words(resources / "i18n", language)
        print(f"words: {language} {words('Today')}")  # noqa: T201
    empty = DayProblem(date(2026, 11, 24), "Asia/Shanghai", (), (), Travel((), "straight_line"))
    VroomSolver().solve(empty)
    print("planner: answered")  # noqa: T201
    sheet = Paper("约访", "zh_CN", "", (Paragraph("Yuefang"),))
    print(f"paper: set, {len(pdf_of(sheet))} bytes")  # noqa: T201
    colours = run_loop(application := new_application(), lambda: _render_map(application))
    print(f"map: rendered, {colours} colours")  # noqa: T201
    return 0 if colours > 3 else 1


async def _render_map(application: QApplication) -> int:
    """Render the sample pack and count colours: an empty page has one."""
    resources = resources_folder()
    pack = MapPack.open(resources / "sample" / "city.mappack")
    view = MapView(pack, load_tokens(resources / "themes", "light"))
    view.resize(QSize(800, 600))
    loaded = asyncio.Event()
    view.ready.connect(loaded.set)
    view.show()
    async with asyncio.timeout(MAP_WAIT_S):
        await loaded.wait()
    lat, lon = pack.info.middle
    view.show_stops([MapStop("1", lat, lon, 1, "visit")], [])
    colours = 0
    for _ in range(MAP_WAIT_S * 5):
        await asyncio.sleep(0.2)
        image = view.grab().toImage()
        points = ((x, y) for x in range(0, 800, 8) for y in range(0, 600, 8))
        colours = len({image.pixel(x, y) for x, y in points})
        if colours > 3:
            break
    view.close_page()
    await asyncio.sleep(0)
    pack.close()
    return colours
