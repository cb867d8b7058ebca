"""The map in a web view that can reach nothing but its own scheme.

It has the same signals and acts as `PaintedMap`, so a screen need not know which it holds:
`ready()` once it can be spoken to, `clicked(str)` with the id of a point, `pinned(float, float)`
where a person put the pin, `painted(int)` when so many points are on the screen, and `died()`
when the web engine's process ended.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineSettings
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.maps.pack import MapPack
from field_app.maps.stops import SCHEME, MapColours, MapStop, MapWay, call, stops_call
from field_app.theme.tokens import Tokens
from field_app.ui.map.scheme import Gatekeeper, SchemeHandler
from field_app.ui.map.tile_painter import TilePainter

PAGE = f"{SCHEME}://page/"
TOLD = ("click", "pin", "painted")


class MapPageHost(QWebEnginePage):
    """A page that goes nowhere: clicks come as navigations, which are read and refused."""

    told = Signal(str, list)
    complained = Signal(str)

    def acceptNavigationRequest(
        self, url: QUrl | str, kind: QWebEnginePage.NavigationType, is_main: bool
    ) -> bool:
        """Accept the map's own page only."""
        wanted = QUrl(url)
        if wanted.host() in TOLD:
            self.told.emit(wanted.host(), wanted.path().strip("/").split("/"))
            return False
        return wanted.toString() == PAGE

    def javaScriptConsoleMessage(
        self,
        level: QWebEnginePage.JavaScriptConsoleMessageLevel,
        message: str,
        line: int,
        source: str,
    ) -> None:
        """Pass on what the page complains of."""
        self.complained.emit(message)


class MapView(QWidget):
    """One map; `close_page` must be called before it is let go."""

    ready = Signal()
    clicked = Signal(str)
    pinned = Signal(float, float)
    painted = Signal(int)
    died = Signal()

    def __init__(self, pack: MapPack, tokens: Tokens) -> None:
        # Here and not above: the map maker takes as long to load as the rest of the program.
        from field_app.maps.page import map_page

        super().__init__()
        self._profile = _forgetful_profile(self)
        self.gatekeeper = Gatekeeper(self)
        self._profile.setUrlRequestInterceptor(self.gatekeeper)
        self._painter = TilePainter(pack, tokens)
        self._handler = SchemeHandler(self, self._painter.paint)
        self._handler.page = map_page(pack.info, colours_of(tokens))
        self._profile.installUrlSchemeHandler(SCHEME.encode(), self._handler)
        self.view = QWebEngineView(self)
        self.page = MapPageHost(self._profile, self.view)
        self.page.told.connect(self._on_told)
        self.page.renderProcessTerminated.connect(lambda _how, _code: self.died.emit())
        self.complaints: list[str] = []
        self.page.complained.connect(self.complaints.append)
        _lock_down(self.page.settings())
        self.view.setPage(self.page)
        self.is_ready = False
        self.page.loadFinished.connect(self._on_loaded)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.view)
        self.page.load(QUrl(PAGE))

    def _on_loaded(self, ok: bool) -> None:
        # A navigation that was read and refused ends here too, as one that failed.
        if ok and not self.is_ready:
            self.is_ready = True
            self.ready.emit()

    def _on_told(self, what: str, values: list[str]) -> None:
        try:
            match what, values:
                case "click", [stop_id]:
                    self.clicked.emit(stop_id)
                case "pin", [lat, lon]:
                    self.pinned.emit(float(lat), float(lon))
                case "painted", [count]:
                    self.painted.emit(int(count))
        except ValueError:  # only a page that is not ours tells such numbers
            self.complaints.append(f"{what} {values}")

    def show_stops(
        self, stops: Sequence[MapStop], ways: Sequence[MapWay] = (), *, fit: bool = True
    ) -> None:
        """Show these points and the lines through them; with `fit`, all of them in sight."""
        if self.is_ready:
            self.page.runJavaScript(stops_call(stops, ways, fit=fit))

    def choose(self, stop_id: str) -> None:
        """Mark a point and bring it into sight."""
        self._call("chooseStop", stop_id)

    def look_at(self, lat: float, lon: float, zoom: int) -> None:
        """Bring a place into the middle, at this zoom or nearer."""
        self._call("lookAt", lat, lon, zoom)

    def zoom_by(self, steps: int) -> None:
        """Go nearer, or farther with a negative number."""
        self._call("zoomBy", steps)

    def pan_by(self, across: int, down: int) -> None:
        """Look so many pixels to the right and down."""
        self._call("panBy", across, down)

    def take_pin(self) -> None:
        """Let the next click on the map place the pin."""
        self._call("takePin")

    def set_pin(self, lat: float, lon: float) -> None:
        """Show the pin here; it can be dragged."""
        self._call("setPin", lat, lon)

    def drop_pin(self) -> None:
        """Take the pin away again."""
        self._call("dropPin")

    def _call(self, name: str, *values: object) -> None:
        if self.is_ready:
            self.page.runJavaScript(call(name, *values))

    def close_page(self) -> None:
        """Let the page go before its profile, as the web engine wants it."""
        self.is_ready = False
        self._handler.leave()
        self.view.setPage(None)  # type: ignore[arg-type]
        self.page.deleteLater()


def colours_of(tokens: Tokens) -> MapColours:
    """Return the page's colours of a theme."""
    return MapColours(
        visit=tokens["accent"],
        done=tokens["ok"],
        blocked=tokens["block"],
        case=tokens["info"],
        on_mark=tokens["on_accent"],
        line=tokens["accent"],
        land=tokens["map_land"],
        surface=tokens["card"],
        text=tokens["muted"],
    )


def _forgetful_profile(parent: QObject) -> QWebEngineProfile:
    """Return a profile that writes nothing to the disk; raises RuntimeError where there is none."""
    profile = QWebEngineProfile(parent)  # without a name: off the record
    profile.setSpellCheckEnabled(False)
    kept = profile.persistentCookiesPolicy(), profile.httpCacheType()
    forgotten = (
        QWebEngineProfile.PersistentCookiesPolicy.NoPersistentCookies,
        QWebEngineProfile.HttpCacheType.MemoryHttpCache,
    )
    if not profile.isOffTheRecord() or kept != forgotten:
        raise RuntimeError("the web engine would write to the disk")
    return profile


def _lock_down(settings: QWebEngineSettings) -> None:
    kind = QWebEngineSettings.WebAttribute
    for attribute in (
        kind.LocalContentCanAccessRemoteUrls,
        kind.LocalContentCanAccessFileUrls,
        kind.PluginsEnabled,
        kind.HyperlinkAuditingEnabled,
        kind.DnsPrefetchEnabled,
        kind.LocalStorageEnabled,
    ):
        settings.setAttribute(attribute, False)
