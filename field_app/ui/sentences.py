"""Puts the timeline's codes and values into sentences."""

from datetime import datetime
from typing import Any

from field_app.i18n.words import Words
from field_app.viewmodels.case import TimelineEntry


def timeline_sentence(words: Words, entry: TimelineEntry, zone: str) -> str:
    """Return what happened, in one line."""
    return words.code(entry.code, **{k: _told(words, v, zone) for k, v in entry.params.items()})


def timeline_flags(words: Words, entry: TimelineEntry) -> list[str]:
    """Return the marks of an entry."""
    marks = [words.code(f"flag.{flag}") for flag in entry.flags]
    return [*marks, words("to be sent")] if entry.pending else marks


def _told(words: Words, value: Any, zone: str) -> str:
    if isinstance(value, datetime):
        return words.moment(value, zone)
    if isinstance(value, list | tuple):
        return words.listed(_told(words, part, zone) for part in value)
    return words.code(str(value))
