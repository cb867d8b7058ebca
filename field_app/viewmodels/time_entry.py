"""Reads times and days as people in a hurry type them: "14-15", "9.30", "2026-05", "2026.5.3"."""

import re
from datetime import date, time

_TIME = r"(\d{1,2})(?:[:：.]?(\d{2}))?"
_SPAN = re.compile(rf"^\s*{_TIME}\s*[-–—~～到至]\s*{_TIME}\s*$")
_DAY = re.compile(r"^\s*(\d{4})[-./年](\d{1,2})(?:[-./月](\d{1,2}))?[月日]?\s*$")
_COMING = re.compile(r"^\s*(?:(\d{1,2})\.(\d{1,2})\.?|(\d{1,2})月(\d{1,2})日?)\s*$")
_ONE = re.compile(rf"^\s*{_TIME}\s*$")


def read_time(text: str) -> time | None:
    """Return the time of day written in `text`, or None when it is none."""
    found = _ONE.match(text)
    return _time(found.group(1), found.group(2)) if found else None


def read_day(text: str) -> date | None:
    """Return the day written in `text` (of a month alone its first), None when it is none."""
    found = _DAY.match(text)
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        return date(int(year), int(month), int(day or 1))
    except ValueError:  # a 31st of June
        return None


def read_day_to_come(text: str, from_day: date) -> date | None:
    """Return the next such day for "15.12" or "12月15日", any day written whole; else None."""
    found = _COMING.match(text)
    if found is None:
        return read_day(text)
    one, other, month, day = found.groups()
    wanted = (int(month), int(day)) if month else (int(other), int(one))
    for year in (from_day.year, from_day.year + 1):
        try:
            coming = date(year, *wanted)
        except ValueError:  # a 31st of June, or a 29th of February this year
            continue
        if coming >= from_day:
            return coming
    return None


def read_span(text: str) -> tuple[time, time] | None:
    """Return (start, end) when `text` is a span that ends after it starts, else None."""
    found = _SPAN.match(text)
    if found is None:
        return None
    start = _time(found.group(1), found.group(2))
    end = _time(found.group(3), found.group(4))
    if start is None or end is None or end <= start:
        return None
    return start, end


def _time(hours: str, minutes: str | None) -> time | None:
    hour, minute = int(hours), int(minutes or 0)
    if hour > 23 or minute > 59:
        return None
    return time(hour, minute)
