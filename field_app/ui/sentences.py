"""Puts the timeline's codes and values into sentences."""

from datetime import date, datetime, timedelta
from typing import Any

from field_app.i18n.words import Words
from field_app.viewmodels.case import TimelineEntry
from sync.domain.time import Between

MINUTES_TOLD = 120  # from here on in hours


def timeline_sentence(words: Words, entry: TimelineEntry, zone: str) -> str:
    """Return what happened, in one line."""
    return words.code(entry.code, **{k: _told(words, v, zone) for k, v in entry.params.items()})


def timeline_flags(words: Words, entry: TimelineEntry) -> list[str]:
    """Return the marks of an entry."""
    marks = [words.code(f"flag.{flag}") for flag in entry.flags]
    return [*marks, words("to be sent")] if entry.pending else marks


def happened(
    words: Words, at: datetime, between: Between | None, zone: str, today: date | None = None
) -> str:
    """Return when it happened: the laptop's word, or what can be proven when that is doubtful."""
    if between is None:
        return words.moment(at, zone, today)
    latest = words.moment(between.latest, zone, today)
    if between.earliest is None:
        return words("happened before {latest}", latest=latest)
    earliest = words.moment(between.earliest, zone, today)
    return words("happened between {earliest} and {latest}", earliest=earliest, latest=latest)


def clock_words(words: Words, off: timedelta) -> str:
    """Return by how much a laptop's clock is ahead, or behind when negative, and what to do."""
    minutes = round(abs(off).total_seconds() / 60)
    hours, is_fast = round(minutes / 60), off > timedelta()
    if minutes < MINUTES_TOLD:
        by = (
            words("{n} minutes fast", n=minutes)
            if is_fast
            else words("{n} minutes slow", n=minutes)
        )
    else:
        by = words("{n} hours fast", n=hours) if is_fast else words("{n} hours slow", n=hours)
    return words(
        "The clock of this laptop is {by}. Please set it; until then the rules go by the "
        "server's time and what you record is marked.",
        by=by,
    )


def _told(words: Words, value: Any, zone: str) -> str:
    if isinstance(value, datetime):
        return words.moment(value, zone)
    if isinstance(value, list | tuple):
        return words.listed(_told(words, part, zone) for part in value)
    return words.code(str(value))
