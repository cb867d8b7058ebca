"""Colours by role from `resources/themes`, sizes from one scale."""

import tomllib
from pathlib import Path

import msgspec


class Tokens(msgspec.Struct, frozen=True):
    """One theme: colours by role as "#rrggbb"; `scale` multiplies every size (1.0 to 2.0)."""

    name: str
    colours: dict[str, str]
    scale: float = 1.0

    def __getitem__(self, role: str) -> str:
        """Return the colour of a role."""
        return self.colours[role]

    def px(self, size: int) -> int:
        """Return a size in pixels at this text size."""
        return round(size * self.scale)


def load_tokens(folder: Path, name: str, text_size: int = 100) -> Tokens:
    """Return the theme "light" or "dark" at a text size in per cent."""
    raw = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    return Tokens(name, raw["colours"], max(100, min(200, text_size)) / 100)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, relative luminance), 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
