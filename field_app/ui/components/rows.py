"""Rows of a form."""

from PySide6.QtWidgets import QFormLayout, QWidget

from field_app.ui.components.texts import label


def add_row(form: QFormLayout, text: str, entry: QWidget) -> None:
    """Add a row with its words as plain text; a screen reader calls the entry by them."""
    name = label(text, wrap=False)
    if text:
        name.setBuddy(entry)
        entry.setAccessibleName(text)
    form.addRow(name, entry)
