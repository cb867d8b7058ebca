"""Reads a PDF as somebody with the paper in hand does: page by page, words only."""

import re

import pypdfium2


def pages_of(data: bytes) -> list[str]:
    """Return the words of each page, every gap one space."""
    document = pypdfium2.PdfDocument(data)
    try:
        return [re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def words_of(data: bytes) -> str:
    """Return all words of a PDF."""
    return " ".join(pages_of(data))


def squeezed(text: str) -> str:
    """Return a text without its blanks: between Chinese and digits a paper sets a little room."""
    return re.sub(r"\s+", "", text)
