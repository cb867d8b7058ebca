"""One appointment as an iCalendar file (RFC 5545) that names nobody and no place."""

from datetime import datetime

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
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("dtstamp", now)
    calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data
