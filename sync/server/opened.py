"""Opens a batch's envelopes before its transaction: what each says, its hashes, its signature.

Signatures are most of this work, and the library lets go of Python's lock while it checks one: a
large batch is checked on several threads, and nobody's transaction waits for it.
"""

import asyncio
import base64
import os
from collections.abc import Sequence
from functools import partial
from itertools import batched, chain

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.domain.commands import Command
from sync.domain.ids import MutationId
from sync.protocol.envelope import Envelope, body_hash, hash_of_form, signed_form, verifies_form
from sync.server.well_formed import read_command

FEW = 16  # envelopes that are opened before a thread has begun
MOST_THREADS = 4

type _Read = tuple[Envelope, bytes, "Opened"]  # with the envelope's signed form


class Opened(msgspec.Struct, frozen=True):
    """An envelope as it was read; `signed` when this laptop's key signed exactly this."""

    command: Command | None
    hash: str
    body_hash: str
    signed: bool = False


async def opened(
    envelopes: Sequence[Envelope], public_key: str, *, unread: bool = False
) -> dict[MutationId, Opened]:
    """Return what each envelope says, by its id; the key is the device's, in base64.

    Of what is to stay `unread` only hashes and signature are told.
    """
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    if len(envelopes) < FEW:
        return dict(_checked(key, _read(envelopes, unread=unread)))
    on_a_thread = partial(asyncio.get_running_loop().run_in_executor, None)
    # All are read before the first is checked: who reads has the lock, and would hold up the rest.
    read = await on_a_thread(_read, envelopes)
    parts = batched(read, -(-len(read) // _threads()))
    checked = await asyncio.gather(*(on_a_thread(_checked, key, part) for part in parts))
    return dict(chain.from_iterable(checked))


def _threads() -> int:
    return min(MOST_THREADS, os.cpu_count() or 1)


def _read(envelopes: Sequence[Envelope], *, unread: bool = False) -> list[_Read]:
    read = []
    for envelope in envelopes:
        body, form = bytes(envelope.body), signed_form(envelope)
        command = None if unread else read_command(body, envelope.officer_id)
        known = Opened(command, hash_of_form(form, envelope), body_hash(body))
        read.append((envelope, form, known))
    return read


def _checked(key: Ed25519PublicKey, read: Sequence[_Read]) -> list[tuple[MutationId, Opened]]:
    return [
        (e.mid, msgspec.structs.replace(known, signed=verifies_form(form, e, key)))
        for e, form, known in read
    ]
