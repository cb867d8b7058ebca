"""A batch opened on several threads says the same of each envelope as one by itself."""

import asyncio
import os
from datetime import UTC, datetime

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.commands import RecordContact, encode_command
from sync.domain.records import Contact
from sync.domain.vocabulary import Channel, ContactResult
from sync.protocol.envelope import (
    FIRST_PREVIOUS,
    SUITE,
    Envelope,
    body_hash,
    envelope_hash,
    sign,
    verifies,
)
from sync.protocol.signed_form import key_text
from sync.server.opened import FEW, Opened, opened

AT = datetime(2026, 9, 10, 1, tzinfo=UTC)
KEY, FOREIGN = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
UNSEEN = "\u202e"


def envelope(number: int) -> Envelope:
    """Return one of a batch: every third with a foreign signature, every fifth with a bad body."""
    note = UNSEEN if number % 5 == 0 else "她说下周回电"
    call = Contact(f"k{number}", "c1", Channel.PHONE, AT, ContactResult.NO_ANSWER, note=note)
    body = msgspec.Raw(encode_command(RecordContact(call)))
    unsigned = Envelope(
        SUITE, f"m{number}", "main", "li", "laptop", number, FIRST_PREVIOUS, body, AT, "boot", 1
    )
    return sign(unsigned, FOREIGN if number % 3 == 0 else KEY)


@pytest.mark.parametrize("count", [0, 1, FEW - 1, FEW, FEW + 1, 50])
@pytest.mark.parametrize("processors", [1, 2, 64])
def test_each_is_read_and_checked(
    count: int, processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    batch = [envelope(number) for number in range(1, count + 1)]
    found = asyncio.run(opened(batch, key_text(KEY.public_key())))
    assert list(found) == [e.mid for e in batch]
    for number, one in enumerate(batch, 1):
        read = found[one.mid]
        assert read.signed == verifies(one, KEY.public_key()) == (number % 3 != 0)
        assert (read.command is None) == (number % 5 == 0)
        said = Opened(read.command, envelope_hash(one), body_hash(bytes(one.body)), read.signed)
        assert read == said
