"""Text that can be read at arm's length: half as large again as the person chose."""

from PySide6.QtWidgets import QWidget

from field_app.theme.stylesheet import large_text
from field_app.theme.tokens import Tokens
from field_app.ui.look import Look

LARGER = 1.5


def larger(look: Look) -> Look:
    """Return the look in which everything is half as large again."""
    tokens = look.tokens
    return Look(look.words, Tokens(tokens.name, tokens.colours, tokens.scale * LARGER))


def enlarge(widget: QWidget, look: Look) -> None:
    """Let a widget and all in it speak in the sizes of this look."""
    widget.setStyleSheet(large_text(look.tokens))
