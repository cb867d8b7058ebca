"""Appointments as an iCalendar file (RFC 5545) that names nobody and no place.

The library is loaded with the first file: every start would wait for it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from icalendar import Event

PRODID = "-//Yuefang//field-app//ZH"


class Entry(msgspec.Struct, frozen=True):
    """One appointment; `summary` must carry no personal data."""

    summary: str
    uid: str
    start: datetime
    end: datetime


def calendar_file(entries: Iterable[Entry], now: datetime, line: str) -> bytes:
    """Return the file; `line` says whose it is, in each entry's comment."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    for one in entries:
        calendar.add_component(_event(one, now, line))
    data: bytes = calendar.to_ical()
    return data


def _event(one: Entry, now: datetime, line: str) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("summary", one.summary)
    event.add("comment", line)
    event.add("uid", f"{one.uid}@yuefang")
    # In UTC: a named zone would have to be described in the file for other calendars to know it.
    for name, instant in (("dtstart", one.start), ("dtend", one.end), ("dtstamp", now)):
        event.add(name, instant.astimezone(UTC))
    return event
