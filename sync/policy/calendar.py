"""Working days with make-up days; years nobody has announced yet are known to be unknown.

`chinesecalendar` refuses such years; for them weekends and the days the standing regulation
(全国年节及纪念日放假办法) fixes, as `holidays` projects them, still count as rest days.
"""

from datetime import date
from functools import lru_cache
from typing import Protocol

import chinese_calendar
import holidays

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


def calendar_for(name: str, announced_until: int) -> WorkCalendar:
    """Return the calendar a pack names: "CN" or "weekdays"."""
    if name == "CN":
        return ChineseCalendar(announced_until)
    return WeekdayCalendar()
