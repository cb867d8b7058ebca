"""One appointment as an iCalendar file (RFC 5545) that names nobody and no place."""

from datetime import UTC, datetime

from icalendar import Calendar, Event

PRODID = "-//Yuefang//field-app//ZH"


def calendar_file(summary: str, uid: str, start: datetime, end: datetime, now: datetime) -> bytes:
    """Return the file; `summary` must carry no personal data."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    event = Event()
    event.add("summary", summary)
    event.add("uid", f"{uid}@yuefang")
    # In UTC: a named zone would have to be described in the file for other calendars to know it.
    for name, instant in (("dtstart", start), ("dtend", end), ("dtstamp", now)):
        event.add(name, instant.astimezone(UTC))
    calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data
