"""The counts of the crash suites are an option of every run that can reach them."""

import faulthandler
import gc

import pytest
from hypothesis import HealthCheck, settings

from tests.crash.counts import pytest_addoption, pytest_terminal_summary

__all__ = ["pytest_addoption", "pytest_terminal_summary"]
PLAIN, LONG = "plain", "long"
IN_ITS_TIME = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(PLAIN, IN_ITS_TIME, derandomize=True)
settings.register_profile(LONG, IN_ITS_TIME)


def pytest_configure(config: pytest.Config) -> None:
    """Let the plain run try the same examples each time, and the long one look for others.

    How long one takes is the machine's matter in either.
    """
    plain = "not long" in config.getoption("markexpr")
    settings.load_profile(PLAIN if plain else LONG)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let long tests take the time that they take."""
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(0))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let long tests live on when the watch for hung ones, which has one time for all, is over."""
    if item.get_closest_marker("long"):
        faulthandler.cancel_dump_traceback_later()


def pytest_collection_finish() -> None:
    """Set aside what was loaded: Python's collector would look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let the last collections find whatever there is to find."""
    gc.unfreeze()
