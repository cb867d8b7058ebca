"""Gives a laptop more time without its server, keeps its key in escrow, hears that it was wiped."""

import secrets
from datetime import timedelta

import msgspec

from sync.protocol.envelope import SUITE
from sync.protocol.lease import Escrow, Kept, Lease, LeaseGrant, sign_order
from sync.protocol.messages import Codes
from sync.server.audit import sealing
from sync.server.caller import Caller
from sync.server.commit import Commit
from sync.server.problems import Refusal
from sync.server.repositories import accounts, device_keys
from sync.server.repositories.accounts import Device
from sync.server.repositories.device_keys import DeviceKey
from sync.server.repositories.session import Session
from sync.server.service import Service

SECRET_BYTES = 32
LARGEST_ESCROW = 512


async def lease(service: Service, caller: Caller) -> LeaseGrant:
    """Return a lease that begins now; raises Refusal 404 while the server has no audit key."""
    return await service.database.write(lambda s: _lease(s, service, caller.device))


async def _lease(session: Session, service: Service, device: Device) -> LeaseGrant:
    key = await sealing.signing_key(session, service.data)
    if key is None:
        raise Refusal(404, Codes.NOT_FOUND)
    stands = await device_keys.get(session, device.branch_id, device.id)
    if stands is None:
        stands = DeviceKey(1, secrets.token_bytes(SECRET_BYTES))
        await device_keys.put(session, device.branch_id, device.id, stands)
    now = service.clock.now()
    hours = await device_keys.lease_hours(session, device.branch_id, device.id)
    unsigned = Lease(
        SUITE,
        device.branch_id,
        device.account_id,
        device.id,
        stands.epoch,
        now,
        now + timedelta(hours=hours),
    )
    return LeaseGrant(
        sign_order(unsigned, key),
        stands.secret,
        now,
        await device_keys.custody(session),
        stands.escrow_mark,
    )


async def escrow(service: Service, caller: Caller, message: Escrow) -> Kept:
    """Keep a vault's sealed key; raises Refusal for one that is none."""
    if message.suite != SUITE or not 0 < len(message.sealed) <= LARGEST_ESCROW:
        raise Refusal(400, Codes.MALFORMED)
    if len(message.mark) > 64 or not message.mark.isalnum():
        raise Refusal(400, Codes.MALFORMED)

    async def work(session: Session) -> Kept:
        device = caller.device
        if not await device_keys.keep_escrow(session, device.branch_id, device.id, message):
            raise Refusal(404, Codes.NOT_FOUND)
        return await _noted(session, service, device, "escrow.kept")

    return await service.database.write(work)


async def wiped(service: Service, device: Device) -> Kept:
    """Note that a laptop destroyed its keys, and destroy the server's part of them.

    Raises Refusal 403 for a laptop that was not ordered to.
    """

    async def work(session: Session) -> Kept:
        stands = await device_keys.get(session, device.branch_id, device.id)
        if stands is None or not stands.wipe:
            raise Refusal(403, Codes.FORBIDDEN)
        bare = msgspec.structs.replace(stands, secret=b"", escrow=b"", escrow_mark="")
        await device_keys.put(session, device.branch_id, device.id, bare)
        if device.state == accounts.WIPED:
            return Kept(service.clock.now())
        await accounts.set_device_state(session, device.id, accounts.WIPED)
        return await _noted(session, service, device, "device.wiped")

    return await service.database.write(work)


async def _noted(session: Session, service: Service, device: Device, what: str) -> Kept:
    now = service.clock.now()
    commit = Commit(session, device.branch_id)
    commit.leaf(now.isoformat(), what=what, id=device.id)
    await commit.finish()
    return Kept(now)
