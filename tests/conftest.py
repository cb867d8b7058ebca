"""The counts of the crash suites are an option of every run that can reach them."""

from tests.crash.counts import pytest_addoption, pytest_terminal_summary

__all__ = ["pytest_addoption", "pytest_terminal_summary"]
