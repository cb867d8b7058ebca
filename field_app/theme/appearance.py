"""Puts a theme on the application: Fusion, palette, font, style sheet, icons from one set."""

from pathlib import Path

import qtawesome
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette

from field_app.theme.stylesheet import style_sheet
from field_app.theme.tokens import Tokens

FAMILIES = ["Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC", "Noto Sans", "Segoe UI"]
BASE_PX = 14

ICONS = {
    "today": "mdi6.calendar-today",
    "cases": "mdi6.folder-account-outline",
    "map": "mdi6.map-outline",
    "sync": "mdi6.sync",
    "team": "mdi6.account-group-outline",
    "plan": "mdi6.map-marker-path",
    "review": "mdi6.clipboard-check-outline",
    "learning": "mdi6.school-outline",
    "settings": "mdi6.cog-outline",
    "lock": "mdi6.lock-outline",
    "phone": "mdi6.phone-outline",
    "visit": "mdi6.home-account",
    "appointment": "mdi6.calendar-check-outline",
    "warn": "mdi6.alert-outline",
    "block": "mdi6.hand-back-right-outline",
    "ok": "mdi6.check-circle-outline",
    "info": "mdi6.information-outline",
    "hold": "mdi6.pause-circle-outline",
    "search": "mdi6.magnify",
    "empty": "mdi6.tray",
    "back": "mdi6.arrow-left",
    "print": "mdi6.printer-outline",
    "reveal": "mdi6.eye-outline",
    "arrow": "mdi6.chevron-down",
    "up": "mdi6.chevron-up",
    "tick": "mdi6.check-bold",
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
    found: QIcon = qtawesome.icon(ICONS[name], color=tokens[role])
    return found
