"""The customer's wishes as entered: codes one behind the other, times as typed."""

import msgspec

from field_app.viewmodels.problem import Problem
from field_app.viewmodels.time_entry import read_time
from sync.domain.situation import Wishes


class WishEntry(msgspec.Struct, frozen=True):
    """Everything in the question about wishes; several codes stand with spaces between them."""

    channels: str = ""
    not_before: str = ""
    not_after: str = ""
    weekdays: str = ""
    places: str = ""
    language: str = ""
    words: str = ""


def wish_entry(wishes: Wishes) -> WishEntry:
    """Return what stands as it would be entered; the words are asked anew."""
    return WishEntry(
        channels=" ".join(wishes.channels_refused),
        not_before=f"{wishes.not_before:%H:%M}" if wishes.not_before else "",
        not_after=f"{wishes.not_after:%H:%M}" if wishes.not_after else "",
        weekdays=" ".join(map(str, wishes.no_weekdays)),
        places=" ".join(wishes.places_refused),
        language=wishes.language,
    )


def read_wishes(entry: WishEntry) -> Wishes | Problem:
    """Return the wishes, or the problem that a time is none or that no time of day is left."""
    before, after = read_time(entry.not_before), read_time(entry.not_after)
    if (entry.not_before and before is None) or (entry.not_after and after is None):
        return Problem("wish.not_a_time")
    if before is not None and after is not None and after <= before:
        return Problem("wish.no_time_left")
    return Wishes(
        channels_refused=tuple(entry.channels.split()),
        not_before=before,
        not_after=after,
        no_weekdays=tuple(map(int, entry.weekdays.split())),
        places_refused=tuple(entry.places.split()),
        language=entry.language,
    )
