"""Working days with make-up days; years nobody has announced yet are known to be unknown.

`chinesecalendar` refuses such years; for them weekends and the days the standing regulation
(全国年节及纪念日放假办法) fixes, as `holidays` projects them, still count as rest days. A pack may
bring the arrangement of a year itself, so that a new year needs no new program.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Protocol

import chinese_calendar
import holidays
import msgspec

FIRST_KNOWN = 2004
LAST_KNOWN: int = max(day.year for day in chinese_calendar.holidays)


class WorkCalendar(Protocol):
    """What the rules ask of a calendar."""

    def is_working_day(self, day: date) -> bool:
        """Say whether people work on this day."""
        ...

    def is_announced(self, year: int) -> bool:
        """Say whether the year's arrangement is public."""
        ...


class ChineseCalendar:
    """The State Council's arrangements up to `announced_until`, projections beyond.

    A year the installed library does not carry yet is not announced, whatever the pack says.
    """

    def __init__(self, announced_until: int) -> None:
        self._announced_until = min(announced_until, LAST_KNOWN)
        self.is_working_day = lru_cache(maxsize=4096)(self._is_working_day)

    def is_announced(self, year: int) -> bool:
        """Say whether the year's arrangement is public."""
        return FIRST_KNOWN <= year <= self._announced_until

    def _is_working_day(self, day: date) -> bool:
        if self.is_announced(day.year):
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5 and day not in _projected(day.year)


@lru_cache(maxsize=64)
def _projected(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=[year]))


class WeekdayCalendar:
    """Monday to Friday, for packs of countries whose rules know no holidays."""

    def is_working_day(self, day: date) -> bool:
        """Say whether it is Monday to Friday."""
        return day.weekday() < 5

    def is_announced(self, year: int) -> bool:
        """Say yes: there is nothing to announce."""
        return year > 0


class YearTable(msgspec.Struct, frozen=True):
    """One year's arrangement as a pack brings it: rest days and make-up days beside the weekends.

    Every day lies in the year; `work` are Saturdays and Sundays; no day is in both.
    """

    year: int
    rest: tuple[date, ...]
    work: tuple[date, ...]
    source_zh: str
    source_en: str


class TabledCalendar:
    """A calendar in which some years go by the pack's own tables."""

    def __init__(self, beyond: WorkCalendar, tables: Iterable[YearTable]) -> None:
        self._beyond = beyond
        self._tables = {t.year: (frozenset(t.rest), frozenset(t.work)) for t in tables}

    def is_announced(self, year: int) -> bool:
        """Say whether the year's arrangement is public."""
        return year in self._tables or self._beyond.is_announced(year)

    def is_working_day(self, day: date) -> bool:
        """Say whether people work on this day."""
        table = self._tables.get(day.year)
        if table is None:
            return self._beyond.is_working_day(day)
        rest, work = table
        return day in work or (day.weekday() < 5 and day not in rest)


def calendar_for(
    name: str, announced_until: int, tables: tuple[YearTable, ...] = ()
) -> WorkCalendar:
    """Return the calendar a pack names, "CN" or "weekdays", with the years it brings itself."""
    plain = ChineseCalendar(announced_until) if name == "CN" else WeekdayCalendar()
    return TabledCalendar(plain, tables) if tables else plain


def unknown_year(name: str, announced_until: int, tables: Iterable[YearTable]) -> int:
    """Return the first year up to `announced_until` that nothing here arranges, or 0."""
    if name != "CN":
        return 0
    if announced_until < FIRST_KNOWN:
        return announced_until
    brought = {t.year for t in tables}
    later = range(LAST_KNOWN + 1, announced_until + 1)
    return next((year for year in later if year not in brought), 0)
