"""What every widget needs to look and speak right; built once and passed down."""

from dataclasses import dataclass

from PySide6.QtGui import QIcon

from field_app.i18n.words import Words
from field_app.theme.appearance import icon
from field_app.theme.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Look:
    """Words of the chosen language and tokens of the chosen theme."""

    words: Words
    tokens: Tokens

    def icon(self, name: str, role: str = "text") -> QIcon:
        """Return an icon by what it means."""
        return icon(name, self.tokens, role)

    def px(self, size: int) -> int:
        """Return a size at the chosen text size."""
        return self.tokens.px(size)
