"""A server keeps its buffers where the C library lets it, and goes on where it does not."""

import ctypes
import platform
from collections.abc import Callable

import pytest

from sync.server import kept_memory


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_the_c_library_is_told_what_to_keep() -> None:
    assert kept_memory.keep()


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: Callable[[None], object] = lambda _: object()  # noqa: E731
    monkeypatch.setattr(ctypes, "CDLL", loaded)
    assert not kept_memory.keep()
