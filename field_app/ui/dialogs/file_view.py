"""Shows one photo or paper of a case over its screen, page by page, near or far."""

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QScrollArea, QVBoxLayout

from field_app.ui.components.file_pages import FilePages, pages_of
from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Notice
from field_app.ui.components.texts import button, label
from field_app.viewmodels.attachment import AttachmentViewModel

OF_WINDOW = 0.9
STEP, NEAREST = 1.25, 8.0
MB = 1_000_000
TURNS = {"PgDown": 1, "PgUp": -1}
ZOOMS = {"+": STEP, "=": STEP, "-": 1 / STEP, "0": 0.0}


class FileView(QDialog):
    """The file the view-model has open; closing lets it go."""

    def __init__(self, page: Page, view: AttachmentViewModel, title: str) -> None:
        super().__init__(page)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        look, words = page.look, page.words
        self._look, self._words, self._view = look, words, view
        self._pages: FilePages | None = None
        self._number, self._zoom = 0, 1.0
        self.setWindowTitle(words("Photo or paper"))
        self.notice = Notice(look)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(words("Fetched"))
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.area = QScrollArea()
        self.area.setWidget(self.picture)
        self.area.setWidgetResizable(True)
        self.area.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setSpacing(look.px(10))
        column.addWidget(label(title, "heading"))
        for part in (self.notice, self.bar):
            column.addWidget(part)
        column.addWidget(self.area, 1)
        column.addWidget(label(words("Every look is recorded."), "muted"))
        column.addLayout(self._buttons())
        self.resize(page.window().size() * OF_WINDOW)
        self.area.setFocus()
        self._bind()
        view.changed.connect(self._show)

    def _bind(self) -> None:
        """Turn pages and look nearer by keys; the arrows move what is larger than its room."""
        acts = {keys: partial(self._turn, by) for keys, by in TURNS.items()}
        acts |= {keys: partial(self._look_from, by) for keys, by in ZOOMS.items()}
        for keys, act in acts.items():
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def _buttons(self) -> QHBoxLayout:
        look, words = self._look, self._words
        self.back = button(look, words("Page before"), lambda: self._turn(-1), kind="quiet")
        self.next = button(look, words("Next page"), lambda: self._turn(1), kind="quiet")
        self.told = label("", "muted", wrap=False)
        self.nearer = button(look, words("Nearer"), lambda: self._look_from(STEP), kind="quiet")
        self.farther = button(
            look, words("Farther"), lambda: self._look_from(1 / STEP), kind="quiet"
        )
        self.back.setToolTip("PgUp")
        self.next.setToolTip("PgDn")
        self.nearer.setToolTip("+")
        self.farther.setToolTip("-")
        line = QHBoxLayout()
        line.setSpacing(look.px(8))
        for part in (self.back, self.told, self.next):
            line.addWidget(part)
        line.addStretch(1)
        for part in (self.farther, self.nearer):
            line.addWidget(part)
        line.addWidget(button(look, words("Close"), self.reject))
        return line

    def _show(self) -> None:
        view = self._view
        comes = view.shown is None and not view.problems
        self.bar.setVisible(comes)
        self.area.setVisible(view.shown is not None)
        if comes:
            self._show_progress()
        elif view.problems:
            told = "\n".join(problem_text(self._words, problem) for problem in view.problems)
            self.notice.say(told, "warn")
        elif view.shown is not None and view.fact is not None and self._pages is None:
            self._pages = pages_of(view.fact.media_type, view.shown)
            unreadable = self._words("This file cannot be shown: it is damaged, or has a password.")
            self.notice.say("" if self._pages.count else unreadable, "warn")
        self._draw()

    def _show_progress(self) -> None:
        fact, got = self._view.fact, self._view.got
        if fact is None:
            return
        self.bar.setRange(0, fact.size)
        self.bar.setValue(got)
        done, size = f"{got / MB:.1f}", f"{fact.size / MB:.1f}"
        text = self._words("It comes from the server: {done} of {size} MB", done=done, size=size)
        self.notice.say(text, "info")

    def _draw(self) -> None:
        count = self._pages.count if self._pages else 0
        for part in (self.back, self.next, self.told):
            part.setVisible(count > 1)
        for part in (self.nearer, self.farther):
            part.setVisible(count > 0)
        if self._pages is None or not count:
            return
        self.told.setText(self._words("Page {n} of {all}", n=self._number + 1, all=count))
        self.back.setEnabled(self._number > 0)
        self.next.setEnabled(self._number < count - 1)
        room = self.area.maximumViewportSize()
        fits = self._pages.size(self._number).scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        fine = self.devicePixelRatioF()
        pixels = (fits * (self._zoom * fine)).expandedTo(QSize(1, 1))
        drawn = QPixmap.fromImage(self._pages.drawn(self._number, pixels))
        drawn.setDevicePixelRatio(fine)
        self.picture.setPixmap(drawn)

    def _turn(self, by: int) -> None:
        if self._pages is not None:
            self._number = min(max(self._number + by, 0), self._pages.count - 1)
            self.area.verticalScrollBar().setValue(0)
            self._draw()

    def _look_from(self, by: float) -> None:
        """Go nearer or farther, no farther than the whole page."""
        self._zoom = min(max(self._zoom * by, 1.0), NEAREST)
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the page to the new size."""
        super().resizeEvent(event)
        self._draw()

    def done(self, code: int) -> None:
        """Let the file go before the window does."""
        self._view.changed.disconnect(self._show)
        self._view.close()
        super().done(code)
