"""Draws the map's marks with a painter: for the map without a web view, and on paper."""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap, QPolygonF

from field_app.maps.grid import Pixel, clusters, pixel_of
from field_app.maps.stops import MapStop, MapWay
from field_app.theme.tokens import Tokens

COLOURS = {"visit": "accent", "done": "ok", "blocked": "block", "case": "info"}
NUMBERED, PLAIN, CLUSTER = 30, 16, 34
EDGE = 6  # pixels around a mark for the ring of the chosen one


class Mark(msgspec.Struct, frozen=True):
    """A stop, or several that would cover each other, at a pixel of the whole map."""

    stops: tuple[MapStop, ...]
    pixel: Pixel

    @property
    def size(self) -> int:
        """Return the diameter in pixels."""
        if len(self.stops) > 1:
            return CLUSTER
        return NUMBERED if self.stops[0].number else PLAIN

    @property
    def text(self) -> str:
        """Return what stands in the mark."""
        if len(self.stops) > 1:
            return str(len(self.stops))
        return str(self.stops[0].number or "")


def marks_of(stops: Sequence[MapStop], zoom: int) -> list[Mark]:
    """Return the marks to draw at a zoom."""
    pixels = [pixel_of((s.lat, s.lon), zoom) for s in stops]
    return [Mark(tuple(stops[n] for n in group), pixels[group[0]]) for group in clusters(pixels)]


def lines_of(ways: Sequence[MapWay], zoom: int) -> list[tuple[QPolygonF, bool]]:
    """Return each line in pixels of the whole map, and whether it follows roads."""
    return [(QPolygonF([QPointF(*pixel_of(p, zoom)) for p in w.points]), w.roads) for w in ways]


def draw_lines(
    painter: QPainter, lines: Sequence[tuple[QPolygonF, bool]], tokens: Tokens, seen: QRectF
) -> None:
    """Draw the lines that touch what is seen; a straight one is dotted."""
    colour = QColor(tokens["accent"])
    colour.setAlphaF(0.75)
    for line, roads in lines:
        if not line.boundingRect().adjusted(-5, -5, 5, 5).intersects(seen):
            continue
        pen = QPen(colour, 5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if not roads:
            pen.setDashPattern([0.8, 2])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(line)


class MarkPictures:
    """Marks drawn once and kept: a map that moves draws hundreds of them in each frame."""

    def __init__(self, tokens: Tokens, finer: float) -> None:
        self._tokens = tokens
        self._finer = finer
        self._kept: dict[tuple[int, str, str, bool], QPixmap] = {}

    def draw(self, painter: QPainter, mark: Mark, *, chosen: bool) -> None:
        """Draw a mark around its pixel."""
        key = (mark.size, mark.text, mark.stops[0].look, chosen)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._picture(mark, chosen=chosen)
        half = found.width() / found.devicePixelRatio() / 2
        painter.drawPixmap(QPointF(mark.pixel[0] - half, mark.pixel[1] - half), found)

    def _picture(self, mark: Mark, *, chosen: bool) -> QPixmap:
        side = mark.size + 2 * EDGE
        made = QPixmap(round(side * self._finer), round(side * self._finer))
        made.setDevicePixelRatio(self._finer)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = msgspec.structs.replace(mark, pixel=(side / 2, side / 2))
        draw_mark(painter, middle, self._tokens, chosen=chosen)
        painter.end()
        return made


def draw_mark(painter: QPainter, mark: Mark, tokens: Tokens, *, chosen: bool) -> None:
    """Draw a mark around its pixel."""
    half = mark.size / 2
    box = QRectF(mark.pixel[0] - half, mark.pixel[1] - half, mark.size, mark.size)
    several = len(mark.stops) > 1
    if chosen:
        painter.setPen(QPen(QColor(tokens["accent"]), 4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box.adjusted(-3, -3, 3, 3))
    fill = "card" if several else COLOURS[mark.stops[0].look]
    edge, text = ("info", "muted") if several else ("on_accent", "on_accent")
    painter.setPen(QPen(QColor(tokens[edge]), 2))
    painter.setBrush(QColor(tokens[fill]))
    painter.drawEllipse(box.adjusted(1, 1, -1, -1))
    font = QFont(painter.font())
    font.setPixelSize(14)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(tokens[text]))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, mark.text)
