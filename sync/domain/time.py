"""Instants, the injected clock, and local time at the customer's address."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec


class Between(msgspec.Struct, frozen=True):
    """When something happened, as far as can be proven; `earliest` None = nothing is known."""

    earliest: datetime | None
    latest: datetime


class Clock(Protocol):
    """Where the present comes from; the core never asks the machine itself."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


def local(instant: datetime, zone: str) -> datetime:
    """Return `instant` as wall time in the IANA zone of the customer's address."""
    return instant.astimezone(ZoneInfo(zone))


def local_date(instant: datetime, zone: str) -> date:
    """Return the calendar date of `instant` at the customer's address."""
    return local(instant, zone).date()


def at_local(day: date, clock_time: time, zone: str) -> datetime:
    """Return the instant at which the customer's clock shows `clock_time` on `day`."""
    return datetime.combine(day, clock_time, ZoneInfo(zone)).astimezone(UTC)


def days_between(earlier: date, later: date) -> int:
    """Return whole days from `earlier` to `later`, never negative."""
    return max(0, (later - earlier) // timedelta(days=1))
