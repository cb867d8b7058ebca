"""How far a laptop's clock is off: known while the program runs, guessed well after a new start."""

from datetime import UTC, datetime, timedelta

import pytest

from field_app.storage.server_time import ServerTime, Uptime
from tests.storage.furnished_vault import NOW, Furnished

STRANGE = {
    "a day ahead": NOW + timedelta(days=1),
    "a day behind": NOW - timedelta(days=1),
    "1970": datetime(1970, 1, 1, tzinfo=UTC),
    "2038": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
}
HOUR = timedelta(hours=1)


class Mono:
    """A clock that nobody sets but the test."""

    def __init__(self) -> None:
        self.ms = 0

    def pass_by(self, span: timedelta) -> None:
        self.ms += int(span.total_seconds() * 1000)


def time_of(furnished: Furnished, mono: Mono, boot: str = "first") -> ServerTime:
    return ServerTime(furnished.store.vault, furnished.clock, Uptime(boot, lambda: mono.ms))


def test_nothing_is_known_before_the_first_sync(furnished: Furnished) -> None:
    time = time_of(furnished, Mono())
    assert (time.off_by(), time.now()) == (timedelta(), NOW)


@pytest.mark.parametrize("name", STRANGE)
def test_a_clock_that_is_set_while_the_program_runs(furnished: Furnished, name: str) -> None:
    mono = Mono()
    time = time_of(furnished, mono)
    time.heard(NOW)
    mono.pass_by(HOUR)
    furnished.clock.at = STRANGE[name]
    assert time.now() == NOW + HOUR
    assert time.off_by() == STRANGE[name] - NOW - HOUR


@pytest.mark.parametrize("name", STRANGE)
def test_a_clock_that_was_wrong_already(furnished: Furnished, name: str) -> None:
    furnished.clock.at = STRANGE[name]
    time = time_of(furnished, Mono())
    time.heard(NOW)
    assert (time.now(), time.off_by()) == (NOW, STRANGE[name] - NOW)
    again = time_of(furnished, Mono(), "second")
    furnished.clock.at += HOUR
    assert again.now() == NOW + HOUR


def test_a_clock_that_went_back_over_a_new_start(furnished: Furnished) -> None:
    """Show at least what the server once said."""
    time_of(furnished, Mono()).heard(NOW)
    furnished.clock.at = STRANGE["1970"]
    time = time_of(furnished, Mono(), "second")
    assert time.now() == NOW
    assert time.off_by() < timedelta(days=-365 * 50)


def test_a_few_minutes_are_nobodys_business(furnished: Furnished) -> None:
    time = time_of(furnished, Mono())
    time.heard(NOW - timedelta(minutes=4))
    assert time.now() == NOW


def test_hearing_the_same_again_writes_nothing(furnished: Furnished) -> None:
    mono = Mono()
    time = time_of(furnished, mono)
    time.heard(NOW)
    before = furnished.store.vault.meta("server_time")
    mono.pass_by(HOUR)
    furnished.clock.at += HOUR
    time.heard(NOW + HOUR + timedelta(seconds=1))
    assert furnished.store.vault.meta("server_time") == before
    time.heard(NOW + HOUR + timedelta(seconds=9))
    assert furnished.store.vault.meta("server_time") != before
