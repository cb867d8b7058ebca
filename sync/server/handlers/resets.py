"""A locked laptop asks for its key. Two custodians agree at the server; then it is handed out.

Nothing in the answers tells whether there is such a laptop. What is handed out is sealed to a key
that the laptop made for this request, so it is of use to no other.
"""

from datetime import datetime, timedelta

from sync.domain.ids import BranchId
from sync.protocol.lease import ResetAnswer, ResetAsk
from sync.protocol.messages import Codes
from sync.protocol.signed_form import is_key
from sync.server.commit import Commit
from sync.server.handlers import lockout
from sync.server.problems import Refusal
from sync.server.repositories import accounts, device_keys
from sync.server.repositories.accounts import Device
from sync.server.repositories.device_keys import Reset
from sync.server.repositories.session import Session
from sync.server.service import Service
from sync.server.well_formed import is_id

LIFE = timedelta(hours=24)  # of a request, agreed to or not


async def reset(service: Service, message: ResetAsk, address: str) -> ResetAnswer:
    """Note the request, or answer what became of it; raises Refusal 400, 403 and 429."""
    if not (is_id(message.device_id) and is_key(message.public_key)):
        raise Refusal(400, Codes.MALFORMED)
    answer = await service.database.write(lambda s: _reset(s, service, message, address))
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def _reset(
    session: Session, service: Service, message: ResetAsk, address: str
) -> ResetAnswer | Refusal:
    device = await _known(session, message)
    branch = device.branch_id if device else BranchId("")
    asked = await device_keys.reset_of(session, branch, message.device_id)
    now = service.latest.now()
    if asked is not None and asked.public_key == message.public_key:
        return await _became(session, asked, now)
    trouble = await lockout.count(session, now, message.device_id, address)
    if trouble is not None:
        return trouble
    if device is not None and await _has_escrow(session, device):
        await device_keys.put_reset(
            session, Reset(branch, device.id, message.public_key, now.isoformat())
        )
        await _leaf(session, device, "reset.asked", now)
    return ResetAnswer()


async def _known(session: Session, message: ResetAsk) -> Device | None:
    """Return the laptop when it and its person may still work."""
    for device in await accounts.devices(session):
        if device.id == message.device_id and device.state in accounts.ACTIVE:
            person = await accounts.account_by_id(session, device.branch_id, device.account_id)
            return device if person and person.active else None
    return None


async def _has_escrow(session: Session, device: Device) -> bool:
    kept = await device_keys.get(session, device.branch_id, device.id)
    return kept is not None and bool(kept.escrow)


async def _became(session: Session, asked: Reset, now: datetime) -> ResetAnswer:
    if now >= datetime.fromisoformat(asked.asked_at) + LIFE:
        await device_keys.forget_reset(session, asked.branch_id, asked.device_id)
        return ResetAnswer()
    return ResetAnswer(asked.sealed) if asked.second_by else ResetAnswer()


async def _leaf(session: Session, device: Device, what: str, now: datetime) -> None:
    commit = Commit(session, device.branch_id)
    commit.leaf(now.isoformat(), what=what, id=device.id)
    await commit.finish()
