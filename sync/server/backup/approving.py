"""A second person approves that the server was put back: request, approval, and taking it in.

The request is a file for the approver; it and what comes back name every branch's ended epochs.
The server needs no private key of the approver, and the approver no database.
"""

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import BranchId
from sync.protocol.epochs import Ended, approve, declare, is_approved, is_declared
from sync.protocol.signed_form import key_text
from sync.server.administration import AdminRefused
from sync.server.audit import sealing
from sync.server.commit import Commit
from sync.server.key_file import KeyUnusable
from sync.server.repositories import accounts, approvals, audit, horizons, policies
from sync.server.repositories.session import Session
from sync.server.service import Service

FORMAT = "yuefang/put-back/v1"


class Request(msgspec.Struct, frozen=True):
    """What an approver is asked, or has answered; the keys are public ones, base64."""

    format: str
    audit_key: str
    approver_key: str
    epochs: tuple[Ended, ...]


async def name_approver(service: Service, key: str, *, instead: bool) -> None:
    """Make this the approver's key for laptops enrolled from now on; raises AdminRefused.

    Laptops keep the approver they know: whoever could change it would need no approval.
    """

    async def work(session: Session) -> None:
        stands = await approvals.approver(session)
        if key in {await audit.public_key(session), await accounts.meta(session, policies.KEY)}:
            raise AdminRefused("this is a key of the server itself: the approver needs another")
        if stands == key:
            return
        if stands and not instead:
            raise AdminRefused("there is an approver already: --instead names another")
        await accounts.set_meta(session, approvals.APPROVER, key)
        for branch, _ in await accounts.branches(session):
            commit = Commit(session, branch)
            commit.leaf(service.clock.now().isoformat(), what="approver.named", key=key)
            await commit.finish()

    await service.database.write(work)


async def request(service: Service) -> Request:
    """Return what waits for an approval, declared by the server; raises AdminRefused."""

    async def work(session: Session) -> Request:
        approver = await approvals.approver(session)
        if not approver:
            raise AdminRefused("there is no approver: nobody is asked")
        key = await _audit_key(session, service.data)
        asked = []
        for branch, _ in await accounts.branches(session):
            for past in await horizons.past(session, branch):
                ended = Ended(branch, past)
                if not is_approved(ended, approver):
                    asked.append(declare(ended, key))
        for ended in asked:
            await approvals.keep(session, ended)
        return Request(FORMAT, key_text(key.public_key()), approver, tuple(asked))

    return await service.database.write(work)


async def _audit_key(session: Session, data: Path) -> Ed25519PrivateKey:
    try:
        key = await sealing.signing_key(session, data)
    except KeyUnusable as error:
        raise AdminRefused(f"{error}; bring it, then run field-server approver request") from error
    if key is None:
        raise AdminRefused("the server has no audit key: run field-server init once")
    return key


def read_request(path: Path) -> Request:
    """Return a request or an answered one; raises AdminRefused for anything else."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Request)
    except msgspec.DecodeError as error:
        raise AdminRefused(f"{path} is no request for an approval") from error
    if found.format != FORMAT or not found.epochs:
        raise AdminRefused(f"{path} asks for nothing that this program knows")
    return found


def write_request(request: Request, out: Path) -> None:
    """Write a request or an answer; raises FileExistsError."""
    with out.open("xb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(request), indent=2))


def answered(asked: Request, key: Ed25519PrivateKey) -> Request:
    """Return the request approved; raises AdminRefused for another's, or one not declared."""
    if asked.approver_key != key_text(key.public_key()):
        raise AdminRefused("another person's approval is asked for")
    if not all(is_declared(ended, asked.audit_key) for ended in asked.epochs):
        raise AdminRefused("the request is not signed by the audit key it names")
    done = tuple(approve(ended, key) for ended in asked.epochs)
    return msgspec.structs.replace(asked, epochs=done)


async def take(service: Service, answer: Request) -> int:
    """Keep the approvals of ended epochs, each told in its branch's log; return how many are new.

    Raises AdminRefused, and keeps nothing, when one is forged or of an epoch that is not ours.
    """

    async def work(session: Session) -> int:
        approver = await approvals.approver(session)
        count = 0
        for ended in answer.epochs:
            if await _take(session, service, ended, approver):
                count += 1
        return count

    return await service.database.write(work)


async def _take(session: Session, service: Service, ended: Ended, approver: str) -> bool:
    past, branch = ended.past, BranchId(ended.branch_id)
    ours = [one for one in await horizons.past(session, branch) if one.epoch == past.epoch]
    if not ours or msgspec.structs.replace(past, approval=ours[0].approval) != ours[0]:
        raise AdminRefused(f"epoch {past.epoch} of {branch} did not end like this here")
    if not is_approved(ended, approver):
        raise AdminRefused(f"the approval of {past.begins} is not signed by the approver")
    if ours[0] == past:
        return False
    await approvals.keep(session, ended)
    commit = Commit(session, branch)
    commit.leaf(
        service.clock.now().isoformat(),
        what="server.put_back_approved",
        ended=past.epoch,
        epoch=past.begins,
        commit=past.up_to,
        leaves=past.leaves,
        sig=past.sig,
        approval=past.approval,
        approver=approver,
    )
    await commit.finish()
    return True
