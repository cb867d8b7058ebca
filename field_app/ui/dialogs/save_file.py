"""Asks where a file shall be kept; opened, never executed, answered by a future."""

import asyncio
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from field_app.ui.dialogs.file_dialog import FileDialog
from field_app.ui.look import Look


async def ask_where(
    parent: QWidget, look: Look, title: str, name: str, suffix: str = "pdf"
) -> Path | None:
    """Ask for the place of a file and wait; None when the person changed their mind."""
    dialog = FileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    kind = look.words("PDF files") if suffix == "pdf" else look.words("Files")
    dialog.setNameFilter(f"{kind} (*.{suffix})")
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(name)
    answer: asyncio.Future[Path | None] = asyncio.get_running_loop().create_future()

    def done(code: int) -> None:
        chosen = dialog.selectedFiles() if code == QFileDialog.DialogCode.Accepted else []
        if not answer.done():
            answer.set_result(Path(chosen[0]) if chosen else None)

    dialog.finished.connect(done)
    dialog.open()
    return await answer
