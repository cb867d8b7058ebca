"""The day sheet: order, windows, areas and ways, and nothing that tells why."""

import re
from datetime import UTC, date, datetime

import pytest

from field_app.i18n.words import LANGUAGES, load_words
from field_app.reports.day_sheet import DayFacts, SheetVisit, day_sheet
from field_app.reports.typesetting import pdf_of
from field_app.settings.settings import resources_folder
from sync.domain.vocabulary import Place
from tests.unit.field_app.reports.papers_read import words_of

ZONE = "Asia/Shanghai"
TELLING = re.compile(
    r"[¥\uffe5]|\d+\.\d\d\b|debt|overdue|loan|owed|repay|欠|款|债|逾期|贷|元", re.IGNORECASE
)


def visit(hour: int, name: str, **other: object) -> SheetVisit:
    start = datetime(2026, 11, 24, hour - 8, 0, tzinfo=UTC)
    values: dict[str, object] = {
        "start": start,
        "end": start.replace(hour=hour - 7),
        "zone": ZONE,
        "name": name,
        "case_no": "YC20260001",
        "area": "城北区",
        "place": Place.HOME,
        "travel_s": 900,
        "leave_by": start.replace(hour=hour - 9, minute=45),
    } | other
    return SheetVisit(**values)  # type: ignore[arg-type]


VISITS = (visit(10, "王**"), visit(14, "#b[李]*", travel_s=None, leave_by=None))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_day_in_order_without_a_word_of_the_debt(language: str) -> None:
    words = load_words(resources_folder() / "i18n", language)
    facts = DayFacts(date(2026, 11, 24), "李静", VISITS)
    seen = words_of(pdf_of(day_sheet(words, facts)))
    for told in ("10:00–11:00", "09:45", "14:00–15:00", "王**", "#b[李]*", "城北区", "YC20260001"):
        assert told in seen, told
    assert words.minutes(900) in seen
    assert seen.index("10:00–11:00") < seen.index("14:00–15:00")
    assert not TELLING.search(seen), TELLING.search(seen)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_free_day_says_so(language: str) -> None:
    words = load_words(resources_folder() / "i18n", language)
    seen = words_of(pdf_of(day_sheet(words, DayFacts(date(2026, 11, 24), "李静", ()))))
    assert words("No visit is agreed for this day.") in seen
