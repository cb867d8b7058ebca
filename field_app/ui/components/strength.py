"""The strength of a passphrase as it is typed."""

from PySide6.QtWidgets import QProgressBar

from field_app.ui.look import Look

STRENGTHS = 4


class StrengthMeter(QProgressBar):
    """Shows 0 (refused) to 4, in words too."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setRange(0, STRENGTHS)
        self.setAccessibleName(look.words("Strength of the passphrase"))
        self.show_strength(0)

    def show_strength(self, strength: int) -> None:
        """Show a strength."""
        self.setValue(strength)
        self.setFormat(self._look.words.code(f"strength.{strength}"))
