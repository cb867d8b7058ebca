"""The map's own scheme: page, Leaflet and tiles from memory; every other request is stopped.

`register_scheme` must run before the application exists (Qt's rule for custom schemes).
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject
from PySide6.QtWebEngineCore import (
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)
from xstatic.pkg import leaflet

from field_app.maps.stops import SCHEME

TYPES = {".js": b"text/javascript", ".css": b"text/css", ".png": b"image/png"}
type TileSource = Callable[[int, int, int], bytes]


def register_scheme() -> None:
    """Make the scheme known to the web engine."""
    scheme = QWebEngineUrlScheme(SCHEME.encode())
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    flag = QWebEngineUrlScheme.Flag
    scheme.setFlags(flag.SecureScheme | flag.CorsEnabled)
    QWebEngineUrlScheme.registerScheme(scheme)


class SchemeHandler(QWebEngineUrlSchemeHandler):
    """Answers fieldmap://page, fieldmap://asset/leaflet/… and fieldmap://tile/z/x/y.png."""

    def __init__(self, parent: QObject, tile: TileSource) -> None:
        super().__init__(parent)
        self._tile = tile
        self._assets = Path(leaflet.BASE_DIR).resolve()
        self.page = ""
        self._left = False

    def leave(self) -> None:
        """Answer nothing more: the pack is about to be closed."""
        self._left = True

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        """Answer one request."""
        if self._left:
            job.fail(QWebEngineUrlRequestJob.Error.RequestAborted)
            return
        url = job.requestUrl()
        match url.host():
            case "page":
                _reply(job, b"text/html;charset=utf-8", self.page.encode())
            case "asset":
                self._asset(job, url.path())
            case "tile":
                self._one_tile(job, url.path())
            case _:
                job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)

    def _asset(self, job: QWebEngineUrlRequestJob, path: str) -> None:
        wanted = (self._assets / path.removeprefix("/leaflet/")).resolve()
        kind = TYPES.get(wanted.suffix)
        if kind is None or not wanted.is_relative_to(self._assets) or not wanted.is_file():
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        _reply(job, kind, wanted.read_bytes())

    def _one_tile(self, job: QWebEngineUrlRequestJob, path: str) -> None:
        parts = path.removesuffix(".png").strip("/").split("/")
        if len(parts) != 3 or not all(p.isdecimal() for p in parts):
            job.fail(QWebEngineUrlRequestJob.Error.UrlInvalid)
            return
        zoom, column, row = map(int, parts)
        _reply(job, b"image/png", self._tile(zoom, column, row))


class Gatekeeper(QWebEngineUrlRequestInterceptor):
    """Stops every request that is not the map's own, and counts them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.blocked: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        """Let the own scheme and inline data pass."""
        if info.requestUrl().scheme() not in (SCHEME, "data"):
            self.blocked.append(info.requestUrl().toString())
            info.block(True)


def _reply(job: QWebEngineUrlRequestJob, kind: bytes, data: bytes) -> None:
    buffer = QBuffer(job)
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    job.reply(QByteArray(kind), buffer)
