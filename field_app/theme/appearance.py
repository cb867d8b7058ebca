"""Puts a theme on the application: Fusion, palette, font, style sheet, icons from one set."""

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette

from field_app.theme.icons import drawn
from field_app.theme.stylesheet import style_sheet
from field_app.theme.tokens import Tokens

FAMILIES = ["Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC", "Noto Sans", "Segoe UI"]
BASE_PX = 14

ICONS = {
    "today": "calendar-today",
    "cases": "folder-account-outline",
    "map": "map-outline",
    "sync": "sync",
    "team": "account-group-outline",
    "plan": "map-marker-path",
    "review": "clipboard-check-outline",
    "learning": "school-outline",
    "settings": "cog-outline",
    "lock": "lock-outline",
    "phone": "phone-outline",
    "visit": "home-account",
    "appointment": "calendar-check-outline",
    "warn": "alert-outline",
    "block": "hand-back-right-outline",
    "ok": "check-circle-outline",
    "info": "information-outline",
    "hold": "pause-circle-outline",
    "search": "magnify",
    "empty": "tray",
    "back": "arrow-left",
    "print": "printer-outline",
    "reveal": "eye-outline",
    "arrow": "chevron-down",
    "up": "chevron-up",
    "tick": "check-bold",
}


def palette_of(tokens: Tokens) -> QPalette:
    """Return the palette of a theme, for what the style sheet does not draw."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: "page",
        QPalette.ColorRole.Base: "card",
        QPalette.ColorRole.AlternateBase: "raised",
        QPalette.ColorRole.Button: "card",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.PlaceholderText: "muted",
        QPalette.ColorRole.Highlight: "selected",
        QPalette.ColorRole.HighlightedText: "text",
        QPalette.ColorRole.Link: "accent",
        QPalette.ColorRole.ToolTipBase: "card",
        QPalette.ColorRole.ToolTipText: "text",
    }
    for role, name in roles.items():
        palette.setColor(role, QColor(tokens[name]))
    return palette


def base_font(tokens: Tokens) -> QFont:
    """Return the application's font at the chosen text size."""
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setPixelSize(tokens.px(BASE_PX))
    return font


def dress(application: QGuiApplication, tokens: Tokens, folder: Path) -> None:
    """Put the theme on the whole application; `folder` takes the sheet's few pictures."""
    application.setPalette(palette_of(tokens))
    application.setFont(base_font(tokens))
    if hasattr(application, "setStyleSheet"):
        application.setStyleSheet(style_sheet(tokens, _pictures(tokens, folder)))


def _pictures(tokens: Tokens, folder: Path) -> dict[str, str]:
    """Draw the pictures a style sheet can only name by file; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, role in (("arrow", "muted"), ("up", "muted"), ("tick", "on_accent")):
        path = folder / f"{tokens.name}-{name}.png"
        icon(name, tokens, role).pixmap(QSize(48, 48)).save(str(path))
        found[name] = path.as_posix()
    return found


def icon(name: str, tokens: Tokens, role: str = "text") -> QIcon:
    """Return an icon by what it means, in a colour of the theme."""
    return drawn(ICONS[name], tokens[role])
