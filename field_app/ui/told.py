"""What came of an act, told for a few seconds where nothing moves: over the strip's words."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from field_app.ui.components.surfaces import Notice
from field_app.ui.look import Look
from field_app.ui.status_strip import StatusStrip

TOLD_MS = 5000
MOVED = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show)
BESIDE_TEXT = 60  # the sign, the gap beside it and the edges


class Told(Notice):
    """Takes no key and no click; a screen reader reads it out where it has the keys elsewhere."""

    def __init__(self, look: Look, home: QWidget, strip: StatusStrip) -> None:
        super().__init__(look)
        self.setParent(home)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._home = home
        self._strip = strip
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self.say(""))
        strip.installEventFilter(self)
        self.hide()

    def tell(self, text: str, tone: str) -> None:
        """Say something for a few seconds, aloud too."""
        self.say(text, tone)
        self._timer.start(TOLD_MS)
        event = QAccessibleAnnouncementEvent(self, text)
        if tone != "ok":
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    def say(self, text: str, tone: str = "info", source: str = "") -> None:
        """Say something, or nothing: then the strip's own words are there again."""
        super().say(text, tone, source)
        if self.parent() is not None:
            self._strip.give_way(bool(text))
            self._place()
            self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go with the strip."""
        if event.type() in MOVED:
            self._place()
        return False

    def _place(self) -> None:
        """Lie in the middle of the strip's height; what is taller reaches up over the screen.

        Where that is over what has the keys, it lies at the top of the window.
        """
        words, band = self._in_home(self._strip.text), self._in_home(self._strip)
        line = self._look.px(BESIDE_TEXT) + self.fontMetrics().horizontalAdvance(self.text)
        place = QRect(0, 0, min(words.width(), line), 0)
        place.setHeight(self._height_at(place.width()))
        top = band.top() + (band.height() - place.height()) // 2
        place.moveTo(words.left(), min(top, band.bottom() - place.height()))
        if place.intersects(self._keys()):
            place.moveTop(self._look.px(10))
        self.setGeometry(place)

    def _keys(self) -> QRect:
        """Return where what has the keys is seen, outside the strip."""
        keys = self.window().focusWidget()
        if keys is None or self._strip.isAncestorOf(keys):
            return QRect()
        seen = keys.visibleRegion().boundingRect()
        return QRect(keys.mapTo(self.window(), seen.topLeft()), seen.size())

    def _height_at(self, width: int) -> int:
        layout = self.layout()
        if layout is not None:
            layout.update()  # what was said before had another height
            layout.activate()
        return self.heightForWidth(width)

    def _in_home(self, widget: QWidget) -> QRect:
        return QRect(widget.mapTo(self._home, QPoint(0, 0)), widget.size())
