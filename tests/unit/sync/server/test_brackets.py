"""When an envelope was made, whatever the laptop's clock says: jumps, wrong years, a new boot."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from sync.domain.ids import BranchId, DeviceId, MutationId, OfficerId
from sync.protocol.envelope import Envelope
from sync.protocol.messages import Clocks
from sync.server.brackets import UNDER_WAY, Made, made

RECEIVED = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
SHOWN = RECEIVED - timedelta(days=2)
TRUE = RECEIVED - timedelta(hours=3)
MARK = "12." + "a" * 64
WRONG = {
    "a day ahead": TRUE + timedelta(days=1),
    "a day behind": TRUE - timedelta(days=1),
    "of 1970": datetime(1970, 1, 1, tzinfo=UTC),
    "of 2038": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    "of the year one": datetime(1, 1, 1, tzinfo=UTC),
}
OFF_AT_ALL_TIMES = [n for n in WRONG if n != "a day behind"]  # that may have been so


def envelope(wall: datetime, boot: str = "now", mono_ms: int = 0, mark: str = MARK) -> Envelope:
    return Envelope(
        "yf1",
        MutationId("m"),
        BranchId("b"),
        OfficerId("li"),
        DeviceId("d"),
        1,
        "0" * 64,
        msgspec.Raw(b"{}"),
        wall,
        boot,
        mono_ms,
        mark,
    )


def dated(*envelopes: Envelope, sent: Clocks | None) -> list[Made]:
    return made(envelopes, sent, RECEIVED, {MARK: SHOWN})


def sent_by(boot: str) -> Clocks:
    """Return clocks that have gone on for three hours since an envelope at zero."""
    return Clocks(RECEIVED, boot, int(timedelta(hours=3).total_seconds() * 1000))


@pytest.mark.parametrize("sent", [None, sent_by("now"), sent_by("later")])
def test_a_right_clock_is_believed(sent: Clocks | None) -> None:
    [one] = dated(envelope(TRUE), sent=sent)
    assert (one.trusted, one.at) == (True, TRUE)


@pytest.mark.parametrize("name", WRONG)
def test_the_clock_that_nobody_sets_tells_the_instant(name: str) -> None:
    [one] = dated(envelope(WRONG[name]), sent=sent_by("now"))
    assert (one.trusted, one.at) == (False, TRUE)
    assert (one.between.earliest, one.between.latest) == (TRUE - UNDER_WAY, TRUE)


@pytest.mark.parametrize("name", OFF_AT_ALL_TIMES)
@pytest.mark.parametrize("sent", [None, sent_by("later")])
def test_after_a_new_start_the_bracket_is_all_there_is(name: str, sent: Clocks | None) -> None:
    """Know no more than: after the checkpoint it names, before it was received."""
    [one] = dated(envelope(WRONG[name]), sent=sent)
    assert not one.trusted
    assert (one.between.earliest, one.between.latest, one.at) == (SHOWN, RECEIVED, RECEIVED)


def test_what_names_no_checkpoint_has_no_beginning() -> None:
    [one] = dated(envelope(WRONG["of 2038"], mark=""), sent=None)
    assert (one.between.earliest, one.between.latest) == (None, RECEIVED)


def test_the_order_of_the_numbers_narrows_the_bracket() -> None:
    """Set the clock back after a start: what came before the next known instant was before it."""
    before = envelope(WRONG["of 1970"], boot="empty battery")
    after = envelope(TRUE)
    first, second = dated(before, after, sent=sent_by("now"))
    assert (first.trusted, first.between.latest) == (False, TRUE)
    assert second.trusted
    later = envelope(WRONG["of 1970"], boot="empty battery")
    first, second = dated(after, later, sent=sent_by("now"))
    assert second.between.earliest == TRUE - UNDER_WAY


def test_a_count_that_goes_back_proves_nothing() -> None:
    one = envelope(WRONG["of 2038"], mono_ms=10**15)
    [found] = dated(one, sent=sent_by("now"))
    assert found.between.latest == RECEIVED
    [found] = dated(envelope(TRUE, mono_ms=-(10**18)), sent=sent_by("now"))
    assert found.between.latest == RECEIVED
