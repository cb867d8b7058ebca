"""A passphrase is stretched once for the same salt and work: what comes of it is always the same.

A laptop of these tests is locked and opened many times with one slot, an administrator's key is
shown to many commands, and each time takes a sixth of a second of a processor by intent. The tests
of a laptop's keys themselves stretch it every time.
"""

from collections.abc import Iterator
from functools import cache
from unittest import mock

import pytest

from field_app.storage import keys
from sync.server import approver_key

once = cache(keys._passed)
shown_once = cache(approver_key._cipher)


@pytest.fixture(scope="module", autouse=True)
def stretched_once() -> Iterator[None]:
    """Give what was worked out before, in the tests of one file."""
    with (
        mock.patch.object(keys, "_passed", once),
        mock.patch.object(approver_key, "_cipher", shown_once),
    ):
        yield
