"""Paints raster tiles out of the pack's vector tiles, in the theme's colours.

Zooms beyond the pack's last are cut out of the last tile and drawn larger.
"""

from functools import lru_cache

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen

from field_app.maps.grid import SIDE
from field_app.maps.pack import MapPack
from field_app.maps.vector_tile import EXTENT, Ring, Shape, decode_tile
from field_app.theme.tokens import Tokens

KEPT_TILES = 64
AREAS = (("landuse", "map_park"), ("water", "map_water"), ("building", "map_building"))
MAIN_ROADS = ("motorway", "trunk", "primary", "secondary")
WIDTHS = {"motorway": 5.0, "trunk": 5.0, "primary": 4.5, "secondary": 4.0, "tertiary": 3.0}
LABELLED_FROM = 14
NAME_EVERY_PX = 320
FAST = 90  # of Qt's 100: packed lightly, for a tile goes no farther than this machine


class TilePainter:
    """Turns (zoom, column, row) into a picture; without a pack every tile is plain land."""

    def __init__(self, pack: MapPack | None, tokens: Tokens) -> None:
        self._pack = pack
        self._tokens = tokens
        self._decoded = lru_cache(KEPT_TILES)(self._decode)

    def paint(self, zoom: int, column: int, row: int) -> bytes:
        """Return a tile as the bytes of a PNG."""
        return png_of(self.picture(zoom, column, row))

    def picture(self, zoom: int, column: int, row: int, finer: int = 1) -> QImage:
        """Return a tile, with `finer` dots to the pixel; where the map is empty it is land."""
        image = QImage(SIDE * finer, SIDE * finer, QImage.Format.Format_RGB32)
        image.fill(QColor(self._tokens["map_land"]))
        if self._pack is None:
            return image
        image.setDevicePixelRatio(finer)
        deeper = max(0, zoom - self._pack.info.last_zoom)
        layers = self._decoded(zoom - deeper, column >> deeper, row >> deeper)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = SIDE / EXTENT * (1 << deeper)
        part = (1 << deeper) - 1
        painter.translate(-(column & part) * SIDE, -(row & part) * SIDE)
        self._draw(painter, layers, scale, zoom)
        painter.end()
        return image

    def _decode(self, zoom: int, column: int, row: int) -> dict[str, tuple[Shape, ...]]:
        data = self._pack.tile(zoom, column, row) if self._pack else None
        return decode_tile(data) if data else {}

    def _draw(
        self, painter: QPainter, layers: dict[str, tuple[Shape, ...]], scale: float, zoom: int
    ) -> None:
        for name, colour in AREAS:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._tokens[colour]))
            for shape in layers.get(name, ()):
                if shape.kind == "area":
                    painter.drawPath(_path(shape.rings, scale, closed=True))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        roads = [s for s in layers.get("transportation", ()) if s.kind == "line"]
        for edge in (True, False):
            for shape in roads:
                self._draw_road(painter, shape, scale, zoom, edge=edge)
        if zoom >= LABELLED_FROM:
            for shape in roads:
                self._write_name(painter, shape, scale)

    def _draw_road(
        self, painter: QPainter, shape: Shape, scale: float, zoom: int, *, edge: bool
    ) -> None:
        kind = str(shape.properties.get("class", ""))
        main = kind in MAIN_ROADS
        width = WIDTHS.get(kind, 2.0) * 1.5 ** (zoom - 13) + (1.6 if edge else 0.0)
        role = "map_road_edge" if edge else "map_main_road" if main else "map_road"
        pen = QPen(QColor(self._tokens[role]), max(0.8, min(width, 26.0)))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(_path(shape.rings, scale, closed=False))

    def _write_name(self, painter: QPainter, shape: Shape, scale: float) -> None:
        name = str(shape.properties.get("name", ""))
        if not name or not shape.rings:
            return
        line = _path(shape.rings[:1], scale, closed=False)
        if line.length() < len(name) * 26:
            return
        font = QFont()
        font.setPixelSize(11)
        painter.setFont(font)
        # Nearer, one name a street would mostly be out of sight: it comes again along the line.
        times = max(1, int(line.length() // NAME_EVERY_PX))
        for number in range(times):
            self._write_along(painter, line, (number + 0.5) / times, name)

    def _write_along(self, painter: QPainter, line: QPainterPath, part: float, name: str) -> None:
        painter.save()
        angle = -line.angleAtPercent(part)
        if not -90 <= (angle + 180) % 360 - 180 <= 90:
            angle += 180
        painter.translate(line.pointAtPercent(part))
        painter.rotate(angle)
        wide = painter.fontMetrics().horizontalAdvance(name)
        _write_with_halo(painter, name, -wide / 2, 4, self._tokens)
        painter.restore()


def png_of(image: QImage) -> bytes:
    """Return an image as PNG bytes."""
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", FAST)  # type: ignore[call-overload]
    return bytes(store.data())


def _write_with_halo(painter: QPainter, text: str, x: float, y: float, tokens: Tokens) -> None:
    path = QPainterPath()
    path.addText(QPointF(x, y), painter.font(), text)
    painter.strokePath(path, QPen(QColor(tokens["map_road"]), 3))
    painter.fillPath(path, QColor(tokens["map_text"]))


def _path(rings: tuple[Ring, ...], scale: float, *, closed: bool) -> QPainterPath:
    path = QPainterPath()
    for ring in rings:
        for number, (x, y) in enumerate(ring):
            point = QPointF(x * scale, y * scale)
            path.lineTo(point) if number else path.moveTo(point)
        if closed:
            path.closeSubpath()
    return path
