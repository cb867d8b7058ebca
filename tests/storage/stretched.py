"""A passphrase is stretched once for the same salt and work: what comes of it is always the same.

A laptop of these tests is locked and opened many times with one slot, and each time takes a sixth
of a second of a processor by intent. The tests of the keys themselves stretch it every time.
"""

from collections.abc import Iterator
from functools import cache
from unittest import mock

import pytest

from field_app.storage import keys

once = cache(keys._passed)


@pytest.fixture(scope="module", autouse=True)
def stretched_once() -> Iterator[None]:
    """Give what was worked out before, in the tests of one file."""
    with mock.patch.object(keys, "_passed", once):
        yield
