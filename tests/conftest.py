"""The counts of the crash suites are an option of every run that can reach them."""

import faulthandler
import gc

import pytest

from tests.crash.counts import pytest_addoption, pytest_terminal_summary

__all__ = ["pytest_addoption", "pytest_terminal_summary"]


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
