"""The map without a web view: the same tiles and marks, drawn by a QGraphicsView.

It stands in where the web engine cannot run, and where there is no usable pack: then the marks
are on plain land. Signals and acts are those of `MapView`.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView

from field_app.maps.grid import SIDE, Point, fitting_zoom, middle_of, pixel_of, point_of
from field_app.maps.pack import MapPack
from field_app.maps.stops import MapStop, MapWay
from field_app.theme.tokens import Tokens
from field_app.ui.map.marks import Mark, MarkPictures, draw_lines, lines_of, marks_of
from field_app.ui.map.tile_painter import TilePainter

FIRST_ZOOM, LAST_ZOOM, NEAR_ZOOM = 4, 18, 15
KEPT_TILES = 200
CHINA = (35.0, 105.0)  # where one looks before there is anything to look at
PIN_PX = 13
WHEEL_STEP = 120


class PaintedMap(QGraphicsView):
    """One map; `close_page` may be called as for the web view."""

    ready = Signal()
    clicked = Signal(str)
    pinned = Signal(float, float)
    painted = Signal(int)

    def __init__(self, pack: MapPack | None, tokens: Tokens) -> None:
        super().__init__()
        self._ground = QGraphicsScene(self)  # the view alone would not keep it
        self.setScene(self._ground)
        self._tokens = tokens
        self._info = pack.info if pack else None
        painter = TilePainter(pack, tokens)
        self._tile = lru_cache(KEPT_TILES)(
            lambda z, c, r: QPixmap.fromImage(painter.picture(z, c, r))
        )
        self._stops: tuple[MapStop, ...] = ()
        self._ways: tuple[MapWay, ...] = ()
        self._marks: list[Mark] = []
        self._lines: list[tuple[QPolygonF, bool]] = []
        self._pictures = MarkPictures(tokens, self.devicePixelRatioF())
        self._chosen = ""
        self._pin: Point | None = None
        self._pinning = self._dragging = self._fitted = self._told = False
        self._pressed = QPointF()
        self._zoom = self._info.first_zoom + 2 if self._info else FIRST_ZOOM
        self._middle = self._info.middle if self._info else CHINA
        self.is_ready = True
        self.complaints: list[str] = []
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # What is painted stays in its corner while the ground moves: all is painted anew.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(200, 200))
        self._attribution = self._info.attribution if self._info else ""
        self._lay_ground()
        QTimer.singleShot(0, self, self.ready.emit)

    def show_stops(
        self, stops: Sequence[MapStop], ways: Sequence[MapWay] = (), *, fit: bool = True
    ) -> None:
        """Show these points and the lines through them; with `fit`, all of them in sight."""
        self._stops, self._ways = tuple(stops), tuple(ways)
        self._told = False
        if fit and stops:
            self._fitted = True
            self._fit()
        self._group()

    def choose(self, stop_id: str) -> None:
        """Mark a point and bring it into sight."""
        self._chosen = stop_id
        found = next((s for s in self._stops if s.id == stop_id), None)
        if found is not None:
            self._bring((found.lat, found.lon))
        self.viewport().update()

    def look_at(self, lat: float, lon: float, zoom: int) -> None:
        """Bring a place into the middle, at this zoom or nearer."""
        self._go((lat, lon), max(zoom, self._zoom))

    def zoom_by(self, steps: int) -> None:
        """Go nearer, or farther with a negative number."""
        self._go(self._looks_at(), self._zoom + steps)

    def pan_by(self, across: int, down: int) -> None:
        """Look so many pixels to the right and down."""
        self._fitted = False
        for bar, step in ((self.horizontalScrollBar(), across), (self.verticalScrollBar(), down)):
            bar.setValue(bar.value() + step)

    def take_pin(self) -> None:
        """Let the next click on the map place the pin."""
        self._pinning = True
        self.setDragMode(QGraphicsView.DragMode.NoDrag)
        self.viewport().setCursor(Qt.CursorShape.CrossCursor)

    def set_pin(self, lat: float, lon: float) -> None:
        """Show the pin here; it can be dragged."""
        self._pin = (lat, lon)
        self._bring(self._pin)
        self.viewport().update()

    def drop_pin(self) -> None:
        """Take the pin away again."""
        self._pin, self._pinning = None, False
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.viewport().unsetCursor()
        self.viewport().update()

    def close_page(self) -> None:
        """Paint nothing more: the pack is about to be closed."""
        self.is_ready = False

    def _lay_ground(self) -> None:
        whole = SIDE << self._zoom
        self._ground.setSceneRect(0, 0, whole, whole)
        self.centerOn(QPointF(*pixel_of(self._middle, self._zoom)))

    def _go(self, middle: Point, zoom: int) -> None:
        first = self._info.first_zoom if self._info else FIRST_ZOOM
        self._fitted = False
        self._middle, self._zoom = middle, max(first, min(LAST_ZOOM, zoom))
        self._lay_ground()
        self._group()

    def _fit(self) -> None:
        places = [(s.lat, s.lon) for s in self._stops]
        size = self.viewport().size()
        first = self._info.first_zoom if self._info else FIRST_ZOOM
        self._zoom = fitting_zoom(places, size.width(), size.height(), first, NEAR_ZOOM)
        self._middle = middle_of(places)
        self._lay_ground()

    def _group(self) -> None:
        self._marks = marks_of(self._stops, self._zoom)
        self._lines = lines_of(self._ways, self._zoom)
        self.viewport().update()

    def _looks_at(self) -> Point:
        middle = self.mapToScene(self.viewport().rect().center())
        return point_of((middle.x(), middle.y()), self._zoom)

    def _bring(self, place: Point) -> None:
        at = self.mapFromScene(QPointF(*pixel_of(place, self._zoom)))
        width, height = self.viewport().width(), self.viewport().height()
        if (
            not self.viewport()
            .rect()
            .adjusted(width // 10, height // 10, -width // 10, -height // 10)
            .contains(at)
        ):
            self._fitted = False
            self.centerOn(QPointF(*pixel_of(place, self._zoom)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep in sight what was fitted."""
        super().resizeEvent(event)
        if self._fitted and self._stops:
            self._fit()
            self._group()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and tell once that the points are there."""
        if not self.is_ready:
            return
        super().paintEvent(event)
        if not self._told:
            self._told = True
            QTimer.singleShot(0, self, lambda: self.painted.emit(len(self._stops)))

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Paint the tiles that are looked at."""
        painter.fillRect(rect, QColor(self._tokens["map_land"]))
        if self._info is None:
            return
        size = 1 << self._zoom
        columns = range(max(0, int(rect.left() // SIDE)), min(size, int(rect.right() // SIDE) + 1))
        rows = range(max(0, int(rect.top() // SIDE)), min(size, int(rect.bottom() // SIDE) + 1))
        for column in columns:
            for row in rows:
                tile = self._tile(self._zoom, column, row)
                painter.drawPixmap(column * SIDE, row * SIDE, tile)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Paint lines, marks, the pin and whose map it is."""
        seen = QRectF(rect).adjusted(-40, -40, 40, 40)
        draw_lines(painter, self._lines, self._tokens, seen)
        for mark in self._marks:
            if seen.contains(QPointF(*mark.pixel)):
                here = any(s.id == self._chosen for s in mark.stops)
                self._pictures.draw(painter, mark, chosen=here)
        if self._pin is not None:
            self._draw_pin(painter, self._pin)
        self._draw_attribution(painter)

    def _draw_pin(self, painter: QPainter, pin: Point) -> None:
        at = QPointF(*pixel_of(pin, self._zoom))
        painter.setPen(QColor(self._tokens["on_accent"]))
        painter.setBrush(QColor(self._tokens["block"]))
        painter.drawEllipse(at, PIN_PX, PIN_PX)
        painter.setBrush(QColor(self._tokens["on_accent"]))
        painter.drawEllipse(at, 3, 3)

    def _draw_attribution(self, painter: QPainter) -> None:
        if not self._attribution:
            return
        painter.save()
        painter.resetTransform()
        frame = painter.fontMetrics().boundingRect(self._attribution).adjusted(-4, -2, 4, 2)
        frame.moveBottomRight(self.viewport().rect().bottomRight())
        painter.fillRect(frame, QColor(self._tokens["card"]))
        painter.setPen(QColor(self._tokens["muted"]))
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, self._attribution)
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where; take hold of the pin when it is there."""
        self._pressed = event.position()
        self._fitted = False
        if self._pin is not None and event.button() is Qt.MouseButton.LeftButton:
            at = self.mapFromScene(QPointF(*pixel_of(self._pin, self._zoom)))
            away = event.position() - QPointF(at)
            self._dragging = math.hypot(away.x(), away.y()) <= PIN_PX + 4
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Take the pin along."""
        if self._dragging:
            self._pin = self._place(event.position())
            self.viewport().update()
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the pin, place it, or choose what was clicked."""
        super().mouseReleaseEvent(event)
        moved = event.position() - self._pressed
        if self._dragging or (self._pinning and moved.manhattanLength() < 6):
            self._dragging = False
            self._pin = self._place(event.position())
            self.viewport().update()
            self.pinned.emit(*self._pin)
        elif moved.manhattanLength() < 6:
            self._click(self.mapToScene(event.position().toPoint()))

    def _place(self, at: QPointF) -> Point:
        spot = self.mapToScene(at.toPoint())
        return point_of((spot.x(), spot.y()), self._zoom)

    def _click(self, at: QPointF) -> None:
        for mark in reversed(self._marks):
            if math.dist(mark.pixel, (at.x(), at.y())) > mark.size / 2:
                continue
            if len(mark.stops) > 1 and self._zoom < LAST_ZOOM:
                self._go(point_of(mark.pixel, self._zoom), self._zoom + 2)
                return
            ids = [s.id for s in mark.stops]
            now = ids.index(self._chosen) if self._chosen in ids else -1
            self.clicked.emit(ids[(now + 1) % len(ids)])
            return

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go nearer or farther."""
        steps = event.angleDelta().y() / WHEEL_STEP
        if steps:
            self.zoom_by(1 if steps > 0 else -1)
        event.accept()
