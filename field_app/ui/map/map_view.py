"""The map in a web view that can reach nothing but its own scheme.

Signals: `ready()` once the page can be spoken to, `clicked(str)` with the id of a point.
"""

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineSettings
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.maps.pack import MapPack
from field_app.maps.stops import SCHEME, MapColours, MapStop, choose_call, stops_call
from field_app.theme.tokens import Tokens
from field_app.ui.map.scheme import Gatekeeper, SchemeHandler
from field_app.ui.map.tile_painter import TilePainter

PAGE = f"{SCHEME}://page/"


class MapPageHost(QWebEnginePage):
    """A page that goes nowhere: clicks come as navigations, which are read and refused."""

    clicked = Signal(str)
    complained = Signal(str)

    def acceptNavigationRequest(
        self, url: QUrl | str, kind: QWebEnginePage.NavigationType, is_main: bool
    ) -> bool:
        """Accept the map's own page only."""
        wanted = QUrl(url)
        if wanted.host() == "click":
            self.clicked.emit(wanted.path().removeprefix("/"))
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

    def __init__(self, pack: MapPack, tokens: Tokens) -> None:
        # Here and not above: the map maker takes as long to load as the rest of the program.
        from field_app.maps.page import map_page

        super().__init__()
        self._profile = QWebEngineProfile(self)  # without a name: off the record
        self.gatekeeper = Gatekeeper(self)
        self._profile.setUrlRequestInterceptor(self.gatekeeper)
        self._painter = TilePainter(pack, tokens)
        self._handler = SchemeHandler(self, self._painter.paint)
        self._handler.page = map_page(pack.info, colours_of(tokens))
        self._profile.installUrlSchemeHandler(SCHEME.encode(), self._handler)
        self.view = QWebEngineView(self)
        self.page = MapPageHost(self._profile, self.view)
        self.page.clicked.connect(self.clicked)
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
        self.is_ready = ok
        if ok:
            self.ready.emit()

    def show_stops(
        self, stops: list[MapStop], line: list[tuple[float, float]], *, fit: bool = True
    ) -> None:
        """Show these points and the line through them."""
        if self.is_ready:
            self.page.runJavaScript(stops_call(stops, line, fit=fit))

    def choose(self, stop_id: str) -> None:
        """Mark a point and bring it into sight."""
        if self.is_ready:
            self.page.runJavaScript(choose_call(stop_id))

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
        blocked=tokens["block"],
        case=tokens["info"],
        on_mark=tokens["on_accent"],
        line=tokens["accent"],
        land=tokens["map_land"],
        surface=tokens["card"],
        text=tokens["muted"],
    )


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
