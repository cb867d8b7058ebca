"""Descriptions of map packs are signed and put in force, each with its entry in the audit log."""

from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import BranchId
from sync.protocol.published_map import PublishedMap, sign_map
from sync.protocol.signed_form import fingerprint, key_text
from sync.server.commit import Commit
from sync.server.repositories import maps
from sync.server.repositories.session import Session


async def put(
    session: Session, unsigned: PublishedMap, key: Ed25519PrivateKey, now: datetime
) -> PublishedMap:
    """Sign a description and put it in force."""
    told = sign_map(unsigned, key)
    await maps.add(session, told)
    commit = Commit(session, told.branch_id)
    commit.leaf(
        now.isoformat(),
        what="mappack.withdrawn" if told.withdrawn else "mappack.published",
        serial=told.serial,
        hash=told.sha256,
        key=fingerprint(key_text(key.public_key())),
    )
    await commit.finish()
    return told


async def sign_anew(
    session: Session, branch: BranchId, key: Ed25519PrivateKey, now: datetime
) -> None:
    """Sign what is in force with the key that follows, under the next serial."""
    stands = await maps.newest(session, branch)
    if stands is not None:
        again = msgspec.structs.replace(stands, serial=stands.serial + 1, published_at=now)
        await put(session, again, key, now)
