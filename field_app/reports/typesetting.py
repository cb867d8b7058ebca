"""Sets a paper as PDF. The one place that knows the typesetter.

The template is fixed and reads the paper as JSON: what people typed stays text and never becomes
markup or a command.
"""

import msgspec
import typst

from field_app.reports.paper import Paper
from field_app.settings.settings import resources_folder

TEMPLATE = "paper.typ"
# Typefaces with Chinese, those of Linux, Windows and macOS; the first that is there is taken.
CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "DengXian",
    "SimHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "WenQuanYi Micro Hei",
)
LATIN = "Libertinus Serif"  # comes with the typesetter
FIRST_CHINESE = "\u2e80"


class NoTypeface(Exception):
    """No typeface on this machine has Chinese; a paper without its words is not made."""


def pdf_of(paper: Paper, fonts: typst.Fonts | None = None) -> bytes:
    """Return the paper as a tagged PDF; raises NoTypeface when its words cannot be written."""
    known = fonts or typst.Fonts()
    body = msgspec.json.encode(paper).decode()
    there = set(known.families())
    found = [name for name in CHINESE if name in there][:1]
    if not found and any(letter >= FIRST_CHINESE for letter in body):
        raise NoTypeface
    template = (resources_folder() / "reports" / TEMPLATE).read_bytes()
    inputs = {"paper": body, "fonts": ",".join([*found, LATIN])}
    return typst.compile(template, font_paths=known, sys_inputs=inputs)
