"""What a person's hands and eyes do at a window: type, press, look, wait. For tour and tests."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from field_app.ui.dialogs.form_dialog import FormDialog

WAIT_S = 30.0
STEP_S = 0.02


async def until(true: Callable[[], bool], why: Callable[[], str] = str) -> None:
    """Wait until something is true, or fail with what the window says."""
    end = asyncio.get_running_loop().time() + WAIT_S
    while not true():
        assert asyncio.get_running_loop().time() < end, f"this did not come true: {why()}"
        await asyncio.sleep(STEP_S)


def type_text(field: QWidget, text: str) -> None:
    """Type into a field as a person does, in place of what stands there."""
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    if not text:
        QTest.keyClick(field, Qt.Key.Key_Delete)
    if text.isascii():
        QTest.keyClicks(field, text)
        return
    # Chinese comes from an input method, as it does at a desk.
    composed = QInputMethodEvent()
    composed.setCommitString(text)
    QApplication.sendEvent(field, composed)


def press(
    field: QWidget, key: Qt.Key, with_: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press a key."""
    QTest.keyClick(field, key, with_)


def write(dialog: FormDialog, name: str, text: str) -> None:
    """Put words into a large field of a question."""
    field = dialog.entries[name]
    assert isinstance(field, QPlainTextEdit)
    field.setPlainText(text)


def dialog_over(window: QWidget) -> FormDialog | None:
    """Return the question that stands over a window."""
    dialogs = [d for d in window.findChildren(QDialog) if d.isVisible()]
    return dialogs[0] if dialogs and isinstance(dialogs[0], FormDialog) else None


async def asked(window: QWidget) -> FormDialog:
    """Wait for a question over a window."""
    await until(lambda: dialog_over(window) is not None)
    dialog = dialog_over(window)
    assert dialog is not None
    return dialog


async def taken_out(window: QWidget, path: Path, password: str = "", **answers: str) -> FormDialog:
    """Say why a file is taken out and where to; without a password it is left open."""
    dialog = await asked(window)
    for name, value in {**answers, "lock": "locked" if password else "open"}.items():
        entry = dialog.entries[name]
        if isinstance(entry, QComboBox):
            entry.setCurrentIndex(entry.findData(value))
        else:
            type_text(entry, value)
    if password:
        type_text(dialog.entries["password"], password)
    dialog.ok.click()
    await kept_as(window, path)
    return dialog


async def kept_as(window: QWidget, path: Path) -> None:
    """Answer the question where a file shall be kept, and wait until it was tried."""

    def asking() -> list[QFileDialog]:
        return [d for d in window.findChildren(QFileDialog) if d.isVisible()]

    await until(lambda: bool(asking()))
    [dialog] = asking()
    entry = dialog.findChild(QLineEdit)
    assert entry is not None
    entry.setText(str(path))
    dialog.accept()
