"""Between which instants an envelope was made, whatever the laptop's own clock said.

Not before the checkpoint it names was the server's newest, not after it was received, and in the
order of the numbers. Where the batch was sent by the program that made the envelope, a clock that
nobody sets tells the instant itself, as much as the batch was under way.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import msgspec

from sync.domain.time import Between
from sync.protocol.envelope import Envelope
from sync.protocol.messages import Clocks
from sync.server.well_formed import is_instant

CLOCK_SLACK = timedelta(minutes=5)
FIRST_LAPTOPS = datetime(2000, 1, 1, tzinfo=UTC)  # a clock that shows less was never set
UNDER_WAY = timedelta(minutes=1)  # a batch may have been this long on its way


class Made(msgspec.Struct, frozen=True):
    """When an envelope was made: the bracket, and the best guess of the instant itself.

    `trusted`: the laptop's own clock agrees, then the guess is what it showed.
    """

    between: Between
    at: datetime
    trusted: bool


def made(
    envelopes: Sequence[Envelope],
    sent: Clocks | None,
    received: datetime,
    shown: Mapping[str, datetime],
) -> list[Made]:
    """Return when each envelope of a batch was made, oldest first.

    `shown` has the instants of the checkpoints that the envelopes name.
    """
    exact = [_by_uptime(e, sent, received) for e in envelopes]
    first = [_earliest(e, at, shown) for e, at in zip(envelopes, exact, strict=True)]
    last = [received if at is None else at for at in exact]
    opened = accumulate(first, _later)
    closed = [*accumulate(reversed(last), min)][::-1]
    every = zip(envelopes, opened, closed, exact, strict=True)
    return [_made(e, earliest, latest, at) for e, earliest, latest, at in every]


def _by_uptime(envelope: Envelope, sent: Clocks | None, received: datetime) -> datetime | None:
    if sent is None or sent.boot_id != envelope.boot_id or sent.mono_ms < envelope.mono_ms:
        return None
    try:
        return received - timedelta(milliseconds=sent.mono_ms - envelope.mono_ms)
    except OverflowError:
        return None


def _earliest(
    envelope: Envelope, exact: datetime | None, shown: Mapping[str, datetime]
) -> datetime | None:
    floor = shown.get(envelope.checkpoint)
    return _later(floor, exact - UNDER_WAY if exact else None)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [at for at in (one, other) if at is not None]
    return max(known) if known else None


def _made(
    envelope: Envelope, earliest: datetime | None, latest: datetime, exact: datetime | None
) -> Made:
    between = Between(min(earliest, latest) if earliest else None, latest)
    wall = envelope.wall_at
    in_order = is_instant(wall) and FIRST_LAPTOPS <= wall <= latest + CLOCK_SLACK
    if in_order and (between.earliest is None or wall >= between.earliest - CLOCK_SLACK):
        return Made(between, wall, trusted=True)
    return Made(between, exact or latest, trusted=False)
