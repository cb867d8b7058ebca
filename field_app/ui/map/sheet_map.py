"""The day's map on paper: tiles, lines and numbered stops painted into one picture."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from field_app.maps.grid import SIDE, fitting_zoom, middle_of, pixel_of
from field_app.maps.pack import MapPack
from field_app.maps.stops import MapStop, MapWay
from field_app.theme.tokens import Tokens
from field_app.ui.map.marks import draw_lines, draw_mark, lines_of, marks_of
from field_app.ui.map.tile_painter import TilePainter, png_of

WIDTH, HEIGHT, FINER = 680, 420, 2
FIRST_ZOOM, NEAR_ZOOM = 4, 16


def sheet_map(
    pack: MapPack | None, tokens: Tokens, stops: Sequence[MapStop], ways: Sequence[MapWay]
) -> bytes:
    """Return the PNG of a map with all stops in sight; without a pack they are on plain land."""
    places = [(s.lat, s.lon) for s in stops]
    first = pack.info.first_zoom if pack else FIRST_ZOOM
    zoom = fitting_zoom(places, WIDTH, HEIGHT, first, NEAR_ZOOM)
    x, y = pixel_of(middle_of(places), zoom)
    left, top = round(x - WIDTH / 2), round(y - HEIGHT / 2)
    image = QImage(WIDTH * FINER, HEIGHT * FINER, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(FINER)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-left, -top)
    tiles = TilePainter(pack, tokens)
    for column in range(left // SIDE, (left + WIDTH) // SIDE + 1):
        for row in range(top // SIDE, (top + HEIGHT) // SIDE + 1):
            place = QRect(column * SIDE, row * SIDE, SIDE, SIDE)
            painter.drawImage(place, tiles.picture(zoom, column, row, FINER))
    draw_lines(painter, lines_of(ways, zoom), tokens, QRectF(left, top, WIDTH, HEIGHT))
    for mark in marks_of(stops, zoom):
        draw_mark(painter, mark, tokens, chosen=False)
    painter.end()
    return png_of(image)
