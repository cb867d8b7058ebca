"""A laptop is enrolled once, with a code that was made for its officer."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.domain.ids import BranchId, OfficerId, TeamId
from sync.domain.vocabulary import Role
from sync.protocol.envelope import FIRST_PREVIOUS
from sync.protocol.messages import Codes, Enrol, Enrolled, enrol_form
from sync.server.caller import token_hash
from sync.server.commit import Commit
from sync.server.handlers import lockout
from sync.server.problems import Refusal
from sync.server.repositories import accounts, approvals, audit, policies, records
from sync.server.repositories.accounts import Account, Device, EnrolCode
from sync.server.repositories.session import Session
from sync.server.service import Service
from sync.server.well_formed import is_id

NO_CODE = EnrolCode("0" * 64, "", None)
# Asked about in place of a name that nobody has, so that the database has the same to do for both.
NOBODY = Account(BranchId(""), OfficerId(""), "", Role.OFFICER, TeamId(""), active=False)


def code_hash(code: str) -> str:
    """Return what is stored of a code; blanks, dashes and case do not matter."""
    plain = "".join(c for c in code.upper() if c.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


async def enrol(service: Service, request: Enrol, address: str) -> Enrolled:
    """Make the laptop known; raises Refusal for a wrong, used or expired code or a bad proof.

    `address` is where the request comes from.
    """
    _check_proof(request)
    if not (is_id(request.device_id) and request.account.isprintable()):
        raise Refusal(400, Codes.MALFORMED)
    answer = await service.database.write(lambda s: _enrol(s, service, request, address))
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def _enrol(
    session: Session, service: Service, request: Enrol, address: str
) -> Enrolled | Refusal:
    """Use the code and make the laptop known together; a refusal is returned, so it is counted."""
    trouble = await lockout.count(session, service.latest.now(), request.account, address)
    trouble = trouble or await _spend_code(session, service, request)
    if trouble is not None:
        return trouble
    await lockout.pardon(session, request.account, address)
    return await _add_device(session, service, request)


def _check_proof(request: Enrol) -> None:
    try:
        key = Ed25519PublicKey.from_public_bytes(
            base64.b64decode(request.public_key, validate=True)
        )
        form = enrol_form(request.account, request.code, request.device_id, request.public_key)
        key.verify(base64.b64decode(request.proof, validate=True), form)
    except (ValueError, InvalidSignature) as error:
        raise Refusal(400, Codes.BAD_SIGNATURE) from error


async def _spend_code(session: Session, service: Service, request: Enrol) -> Refusal | None:
    """Use the code up; an unknown or ended account answers as a wrong code does."""
    account = await accounts.account_by_login(session, request.account.strip())
    code = await accounts.enrol_code(session, account or NOBODY) or NO_CODE
    right = hmac.compare_digest(code.code_hash, code_hash(request.code))
    if account is None or not account.active or not right:
        return Refusal(403, Codes.WRONG_CODE)
    now = service.latest.now()
    if code.used_at is not None:
        return Refusal(403, Codes.CODE_USED)
    if now >= datetime.fromisoformat(code.expires_at):
        return Refusal(403, Codes.CODE_EXPIRED)
    used = msgspec.structs.replace(code, used_at=now.isoformat())
    await accounts.put_enrol_code(session, account, used)
    return None


async def _add_device(session: Session, service: Service, request: Enrol) -> Enrolled:
    account = await accounts.account_by_login(session, request.account.strip())
    if account is None:
        raise Refusal(403, Codes.WRONG_CODE)
    if await accounts.device_by_id(session, account.branch_id, request.device_id) is not None:
        raise Refusal(409, Codes.FORKED)
    token = secrets.token_urlsafe(32)
    now = service.clock.now()
    device = Device(
        account.branch_id,
        request.device_id,
        account.id,
        "".join(c for c in request.device_name[:80] if c.isprintable()),
        request.public_key,
        "active",
        0,
        FIRST_PREVIOUS,
        request.proves,
    )
    await accounts.add_device(session, device, token_hash(token), now.isoformat())
    commit = Commit(session, account.branch_id)
    commit.leaf(
        now.isoformat(),
        what="device.enrolled",
        device=device.id,
        officer=account.id,
        public_key=request.public_key,
    )
    await commit.finish()
    return await _enrolled(session, account, token, now)


async def _enrolled(session: Session, account: Account, token: str, now: datetime) -> Enrolled:
    officer = await records.get(session, account.branch_id, "officer", account.id)
    names = dict(await accounts.branches(session))
    if officer is None:
        raise LookupError(f"account {account.id} has no officer record")
    return Enrolled(
        token=token,
        branch_id=account.branch_id,
        branch_name=names[account.branch_id],
        officer=officer.record,
        server_id=await accounts.meta(session, "server_id") or "",
        epoch=await accounts.meta(session, "epoch") or "",
        server_time=now,
        policy_key=await accounts.meta(session, policies.KEY) or "",
        audit_key=await audit.public_key(session) or "",
        approver_key=await approvals.approver(session),
    )
