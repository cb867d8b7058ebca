"""Shows the map with a few stops, saves its picture and tells what it asked for: for one test.

`python -m tests.e2e.map_picture OUT.png` prints `blocked N, complaints N`.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QImage

from field_app.bootstrap.running import new_application
from field_app.maps.pack import MapPack
from field_app.maps.stops import MapStop, MapWay
from field_app.settings.settings import resources_folder
from field_app.theme.tokens import load_tokens
from field_app.ui.map.map_view import MapView

PATIENCE_MS = 30_000
SAME = 8
# Every tile is there, and none is still fading in.
DRAWN = """document.querySelectorAll('img.leaflet-tile').length > 0 &&
 [...document.querySelectorAll('img.leaflet-tile')].every(
   t => t.classList.contains('leaflet-tile-loaded') && getComputedStyle(t).opacity === '1')"""


def main(out: Path) -> int:
    """Return the exit code: 0 when the picture was saved."""
    application = new_application()
    pack = MapPack.open(resources_folder() / "sample" / "city.mappack")
    view = MapView(pack, load_tokens(resources_folder() / "themes", "light"))
    lat, lon = pack.info.middle
    stops = [MapStop(f"s{n}", lat + n * 0.004, lon + n * 0.006, n, "visit") for n in range(1, 6)]
    ways = [MapWay(tuple((s.lat, s.lon) for s in stops), True)]
    turn = QEventLoop()

    def ask() -> None:
        view.page.runJavaScript(DRAWN, 0, lambda drawn: turn.quit() if drawn is True else None)

    look = QTimer(view)
    look.timeout.connect(ask)
    view.ready.connect(lambda: view.show_stops(stops, ways))
    view.painted.connect(lambda _count: look.start(50))
    QTimer.singleShot(PATIENCE_MS, turn.quit)
    view.resize(800, 600)
    view.show()
    turn.exec()
    look.stop()
    saved = _settled(view).save(str(out))
    print(f"blocked {len(view.gatekeeper.blocked)}, complaints {len(view.complaints)}")
    view.close_page()
    application.processEvents()
    pack.close()
    return 0 if saved else 1


def _settled(view: MapView) -> QImage:
    """Return the picture once it has stayed the same for some looks in a row."""
    seen: list[QImage] = []
    turn, look = QEventLoop(), QTimer(view)

    def take() -> None:
        seen.append(view.grab().toImage())
        if len(seen) >= SAME and all(one == seen[-1] for one in seen[-SAME:]):
            turn.quit()

    look.timeout.connect(take)
    look.start(100)
    QTimer.singleShot(PATIENCE_MS, turn.quit)
    turn.exec()
    look.stop()
    return seen[-1]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
