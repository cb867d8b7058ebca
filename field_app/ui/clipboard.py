"""The one way to the clipboard: what is copied is marked as private and goes again by itself.

The marks are those that password managers use, so that histories and clouds of clipboards leave it
out: KDE's hint, macOS's concealed type, Windows's three formats (untried here).
"""

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

KEPT_MS = 10_000
WINDOWS = 'application/x-qt-windows-mime;value="{}"'
MARKS = {
    "x-kde-passwordManagerHint": b"secret",
    "application/x-nspasteboard-concealed-type": b"1",
    WINDOWS.format("ExcludeClipboardContentFromMonitorProcessing"): b"1",
    WINDOWS.format("CanIncludeInClipboardHistory"): bytes(4),
    WINDOWS.format("CanUploadToCloudClipboard"): bytes(4),
}


class Clipboard(QObject):
    """Copies texts and forgets them; what somebody else copied since then is left alone."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ours = ""
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(KEPT_MS)
        self.timer.timeout.connect(self.forget)

    def copy(self, text: str) -> None:
        """Copy a text for ten seconds."""
        data = QMimeData()
        data.setText(text)
        for name, value in MARKS.items():
            data.setData(name, value)
        QGuiApplication.clipboard().setMimeData(data)
        self._ours = text
        self.timer.start()

    def forget(self) -> None:
        """Take the text back, unless something else has taken its place."""
        self.timer.stop()
        board = QGuiApplication.clipboard()
        if self._ours and board.text() == self._ours:
            board.clear()
        self._ours = ""


class Copied:
    """What a person copied in a window of this program by the keys, to be taken back at a lock."""

    def __init__(self) -> None:
        self._text = ""
        QGuiApplication.clipboard().dataChanged.connect(self._note)

    def _note(self) -> None:
        if QGuiApplication.focusWindow() is not None:
            self._text = QGuiApplication.clipboard().text()

    def forget(self) -> None:
        """Empty clipboard and selection when what they hold came from this program."""
        board = QGuiApplication.clipboard()
        if board.ownsClipboard() or (self._text and board.text() == self._text):
            board.clear()
        if board.ownsSelection():
            board.clear(QClipboard.Mode.Selection)
        self._text = ""
