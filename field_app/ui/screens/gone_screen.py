"""The last window of a laptop whose data was destroyed by the bank's order."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from field_app.ui.components.surfaces import Card, centre, row
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look


class GoneScreen(QWidget):
    """Tells what happened and what can be done; there is nothing else here any more.

    The window itself has the keys: it comes by itself, and a key was meant for another.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        words = look.words
        card = Card(look)
        card.setMaximumWidth(look.px(520))
        card.body.addWidget(label("约访 Yuefang", "brand"))
        card.body.addWidget(label(words("The data on this laptop was destroyed"), "title"))
        self.told = label(
            words(
                "The bank ordered it. Its key is gone and cannot be restored. What was sent before "
                "is at the bank. Ask your administrator; with a new code this laptop can be "
                "enrolled again."
            )
        )
        card.body.addWidget(self.told)
        self.out = button(look, words("Close"), self.close)
        card.body.addLayout(row(look, None, self.out))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.told.text())
        self.setFocus()
        centre(self, card)
