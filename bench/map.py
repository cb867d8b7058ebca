"""The map's speed with 500 stops: `python -m bench.map`.

First paint is counted from the moment the map's view exists to the page's word that the points
stand on the screen (two animation frames after they were drawn). Panning is counted in frames the
page was given while it moved the map a little in each; beside it stands the same page without a
stop, which is what the machine had to give at that moment. The painted map beside it needs no web
view: there a frame is one whole picture drawn. The machine draws without a graphics card.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from bench.figures import OUT, Goal, Metric, beside, publish, timed, within
from field_app.bootstrap.running import new_application
from field_app.maps.pack import MapPack
from field_app.maps.stops import MapStop, MapWay
from field_app.settings.settings import resources_folder
from field_app.theme.tokens import load_tokens
from field_app.ui.map.map_view import MapView
from field_app.ui.map.painted_map import PaintedMap
from field_app.ui.map.sheet_map import sheet_map

STOPS, ROUNDS, FRAMES, SEED = 500, 5, 60, 20261126
FIRST_PAINT_S, FRAMES_A_SECOND, PATIENCE_MS = 1.0, 30.0, 30_000
WIDTH, HEIGHT = 1000, 700
BANDS, ROUND = 12, 12
GOALS = {
    "first_paint_web": Goal(1.0),
    "first_paint_painted": Goal(1.0),
    "pan_web": Goal(1.0, at_least=True),
    "pan_painted": Goal(1.0, at_least=True),
}
PAN = """(function () {
  var began = performance.now(), frames = 0;
  function step() {
    if (frames === %d) {
      window.panned = frames / (performance.now() - began) * 1000;
      return;
    }
    frames += 1;
    panBy(frames %% 40 < 20 ? 6 : -6, 3 - frames %% 6);
    requestAnimationFrame(step);
  }
  window.panned = 0;
  requestAnimationFrame(step);
})()"""


def main(argv: list[str], out: Path = OUT) -> int:
    """Measure, print a table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=STOPS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--frames", type=int, default=FRAMES)
    asked = parser.parse_args(argv)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    application = new_application()
    pack = MapPack.open(resources_folder() / "sample" / "city.mappack")
    rounds = [_round(pack, asked.stops, asked.frames) for _ in range(asked.rounds)]
    metrics = _metrics(rounds)
    publish("map", metrics, GOALS, out)
    pack.close()
    application.processEvents()
    return 0


def _metrics(rounds: list[dict[str, float]]) -> dict[str, Metric]:
    def of(name: str) -> list[float]:
        return [one[name] for one in rounds]

    return {
        "first_paint_web": within(of("first_paint_web"), FIRST_PAINT_S),
        "first_paint_painted": within(of("first_paint_painted"), FIRST_PAINT_S),
        "pan_web": within(of("pan_web"), FRAMES_A_SECOND, "frames/s"),
        "pan_web_against_empty": beside(
            list(zip(of("pan_web"), of("pan_empty"), strict=True)), "frames/s"
        ),
        "pan_painted": within(of("pan_painted"), FRAMES_A_SECOND, "frames/s"),
        "sheet_map": within(of("sheet_map"), FIRST_PAINT_S),
    }


def _round(pack: MapPack, count: int, frames: int) -> dict[str, float]:
    tokens = load_tokens(resources_folder() / "themes", "light")
    stops, way = _stops(pack, count)
    found: dict[str, float] = {}
    web = MapView(pack, tokens)
    found["first_paint_web"] = _first_paint(web, stops, way)
    found["pan_web"] = _pan_web(web, frames)
    web.show_stops([], [], fit=False)
    found["pan_empty"] = _pan_web(web, frames)
    if web.gatekeeper.blocked or web.complaints:
        raise AssertionError(f"{web.gatekeeper.blocked} {web.complaints}")
    web.close_page()
    web.close()
    web.deleteLater()
    painted = PaintedMap(pack, tokens)
    found["first_paint_painted"] = _first_paint(painted, stops, way)
    found["pan_painted"] = frames / timed(lambda: _pan_painted(painted, frames))
    painted.close_page()
    painted.close()
    painted.deleteLater()
    found["sheet_map"] = timed(lambda: sheet_map(pack, tokens, stops, way))
    return found


def _stops(pack: MapPack, count: int) -> tuple[list[MapStop], list[MapWay]]:
    chance = random.Random(SEED)
    west, south, east, north = pack.info.bounds
    looks = ("visit", "done", "blocked")
    stops = [
        MapStop(f"s{n}", chance.uniform(south, north), chance.uniform(west, east), n, looks[n % 3])
        for n in range(1, count + 1)
    ]
    # Each officer's round keeps to a band of the city, as rounds do.
    bands = sorted(stops, key=lambda s: (int((s.lat - south) / (north - south) * BANDS), s.lon))
    rounds = [bands[n : n + ROUND] for n in range(0, count, ROUND)]
    return stops, [MapWay(tuple((s.lat, s.lon) for s in one), True) for one in rounds]


def _first_paint(view: MapView | PaintedMap, stops: list[MapStop], way: list[MapWay]) -> float:
    told: list[int] = []
    view.painted.connect(told.append)
    view.ready.connect(lambda: view.show_stops(stops, way))
    view.resize(WIDTH, HEIGHT)
    began = time.perf_counter()
    view.show()
    _until(lambda: len(stops) in told, view)
    return time.perf_counter() - began


def _pan_web(view: MapView, frames: int) -> float:
    told: list[float] = []
    view.page.runJavaScript("zoomBy(2)")
    view.page.runJavaScript(PAN % frames)

    def asks() -> bool:
        view.page.runJavaScript("window.panned || 0", 0, lambda r: told.append(float(r or 0)))
        return bool(told and told[-1])

    _until(asks, view)
    return told[-1]


def _pan_painted(view: PaintedMap, frames: int) -> None:
    for number in range(frames):
        view.pan_by(6 if number % 40 < 20 else -6, 3 - number % 6)
        view.viewport().repaint()


def _until(true: Callable[[], bool], holder: QWidget) -> None:
    """Turn the loop until something is true; raises TimeoutError."""
    turn, patience, look = QEventLoop(), QTimer(holder), QTimer(holder)
    patience.setSingleShot(True)
    patience.timeout.connect(turn.quit)
    look.timeout.connect(lambda: turn.quit() if true() else None)
    patience.start(PATIENCE_MS)
    look.start(5)
    turn.exec()
    look.stop()
    if not patience.isActive():
        raise TimeoutError("the map did not say that it was painted")
    patience.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
