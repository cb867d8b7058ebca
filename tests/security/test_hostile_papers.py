"""Hostile texts on paper and in files for others: PDF, calendar, workbook, comma-separated text."""

import io
from datetime import UTC, datetime

import pypdfium2
import pytest
from icalendar import Calendar
from python_calamine import CalamineWorkbook

from field_app.i18n.words import load_words
from field_app.reports.calendar_file import Entry, calendar_file
from field_app.reports.conduct_sheet import conduct_sheet
from field_app.reports.paper import (
    Facts,
    Heading,
    Notice,
    Paper,
    Paragraph,
    Points,
    Signatures,
    Table,
)
from field_app.reports.typesetting import pdf_of
from field_app.settings.settings import resources_folder
from sync.domain.hidden_text import HIDDEN as HIDING
from sync.server.subject_access import RISKY, _harmless
from tests.security.hostile import HIDDEN, SHOWN
from tests.unit.field_app.reports.papers_read import squeezed, words_of

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
# Letters that no typeface of a test machine need have; they are boxes on paper, and still text.
UNWRITTEN = {"emoji", "mongolian", "marks"}


def everywhere(text: str) -> Paper:
    """Return a paper with the text in every block there is."""
    return Paper(
        text,
        "zh_CN",
        text,
        (
            Heading(text),
            Paragraph(text),
            Notice(text),
            Points((text,)),
            Facts(((text, text),)),
            Table((text, text), ((text, text),), "lr"),
            Signatures((text,), text),
        ),
    )


def test_a_paper_holds_every_text_as_text() -> None:
    texts = {n: t for n, t in SHOWN.items() if n not in UNWRITTEN}
    paper = Paper("纸", "zh_CN", "", tuple(Paragraph(f"«{t}»") for t in texts.values()))
    seen = squeezed(words_of(pdf_of(paper)))
    missing = [n for n, t in texts.items() if squeezed(plainer(t)) not in plainer(seen)]
    assert missing == []
    assert "«1+1»" not in seen


def plainer(text: str) -> str:
    """Return a text without what a paper sets in another form: quotes, ligatures, accents."""
    import unicodedata

    folded = unicodedata.normalize("NFKD", text)
    return "".join(c for c in folded if c.isalnum() or c in "<>{}$%=+-@/\\&;:()*_#")


@pytest.mark.parametrize("name", ["markup", "typst", "local-picture", "link", "template-jinja"])
def test_in_every_block_it_is_text(name: str) -> None:
    data = pdf_of(everywhere(SHOWN[name]))
    assert plainer(squeezed(words_of(data))).count(plainer(squeezed(SHOWN[name]))) >= 10
    document = pypdfium2.PdfDocument(data)
    pictures = [o for page in document for o in page.get_objects() if o.type == 3]
    assert pictures == [], "nothing was loaded"
    assert b"/URI" not in data
    assert b"/JavaScript" not in data
    document.close()


@pytest.mark.parametrize("name", SHOWN | HIDDEN)
def test_a_calendar_file_has_one_event_and_no_line_of_anybodys(name: str) -> None:
    text = (SHOWN | HIDDEN)[name]
    data = calendar_file([Entry(text, "id", NOON, NOON)], NOON, text)
    [event] = Calendar.from_ical(data).walk("VEVENT")
    assert {str(key) for key in event} == {
        "SUMMARY",
        "COMMENT",
        "UID",
        "DTSTART",
        "DTEND",
        "DTSTAMP",
    }
    begun = [line for line in data.decode().split("\r\n") if line.startswith("BEGIN:")]
    assert begun == ["BEGIN:VCALENDAR", "BEGIN:VEVENT"]


@pytest.mark.parametrize("name", SHOWN)
def test_a_workbook_holds_no_formula_and_no_link(name: str) -> None:
    words = load_words(resources_folder() / "i18n", "zh_CN")
    data = conduct_sheet(words, (), {}, {}, SHOWN[name])
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert SHOWN[name] in [cell for row in rows for cell in row]
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = b"".join(archive.read(entry) for entry in archive.namelist())
    assert b"<f>" not in parts
    assert b"<hyperlink" not in parts


@pytest.mark.parametrize("name", SHOWN)
def test_a_line_of_comma_separated_text_begins_with_no_formula(name: str) -> None:
    told = _harmless(SHOWN[name])
    assert not told.startswith(RISKY)
    assert told.removeprefix("'") == SHOWN[name].removeprefix("'")


def test_no_paper_needs_a_hidden_character() -> None:
    """What reaches a paper went through the projection, which marks them."""
    assert all(HIDING.search(text) for text in HIDDEN.values())
