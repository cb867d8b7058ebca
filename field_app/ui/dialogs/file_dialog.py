"""The question for a file that leaves no trace: which folders were looked at is told to nobody.

Qt keeps the folders of its file dialogs in a file shared by all Qt programs, in clear, and writes
it when a dialog is destroyed. What stood there before is put back then. A dialog of Windows keeps
a list of its own, which a program cannot empty (docs/security.md says so).
"""

from typing import Any

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QWidget

PLACES = "FileDialog"


class FileDialog(QFileDialog):
    """Opened, never executed; goes when it was answered."""

    def __init__(self, parent: QWidget, title: str, folder: str = "") -> None:
        super().__init__(parent, title, folder)
        before = _places()
        self.finished.connect(self.deleteLater)
        # A function and no method: by then only the bare QObject is left.
        self.destroyed.connect(lambda: _put_back(before))


def _shared() -> QSettings:
    return QSettings(QSettings.Scope.UserScope, "QtProject")


def _places() -> dict[str, Any]:
    kept = _shared()
    kept.beginGroup(PLACES)
    return {name: kept.value(name) for name in kept.allKeys()}


def _put_back(before: dict[str, Any]) -> None:
    kept = _shared()
    kept.remove(PLACES)
    for name, value in before.items():
        kept.setValue(f"{PLACES}/{name}", value)
    kept.sync()
