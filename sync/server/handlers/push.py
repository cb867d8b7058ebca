"""Takes signed envelopes: proves them, decides them again, answers each one for ever.

Order of checks (research: security, device authentication): size, shape, device, epoch, then for
each envelope owner → repeat → signature → number and chain → command → rights and rules. The
answer is stored in the transaction of the effect, so no envelope is ever "in progress".

An envelope that goes on from another one than the newest was made on a second copy of the laptop.
From then on both copies are *forked*: facts are kept and marked, commands refused, until the
person enrols anew.
"""

from collections.abc import Mapping, Sequence

import msgspec

from sync.domain.commands import FACTS, Command, fact_record, name_of
from sync.domain.decide import decide
from sync.domain.ids import DeviceId, MutationId
from sync.domain.outcome import Applied, Change, Conflict, Gone, Outcome, Reason, Refused
from sync.domain.question import Question
from sync.domain.records import encode_record, kind_of
from sync.domain.situation import Policy
from sync.domain.snapshot import Needs, Snapshot, needs
from sync.domain.vocabulary import FactFlag
from sync.protocol.envelope import Envelope
from sync.protocol.messages import (
    MAX_BATCH,
    STUMBLED,
    Codes,
    Push,
    Pushed,
    Reading,
    Result,
    Status,
    has_stumbled,
)
from sync.server.brackets import Made, made
from sync.server.caller import Caller
from sync.server.commit import Commit
from sync.server.handlers.answers import Answers
from sync.server.handlers.news import news
from sync.server.handlers.stumbling import past_faults
from sync.server.opened import Opened, opened
from sync.server.problems import Refusal
from sync.server.repositories import accounts, audit, standing
from sync.server.repositories.accounts import ACTIVE, FORKED, LEAVING, Device
from sync.server.repositories.audit import Head
from sync.server.repositories.session import Clash, Session
from sync.server.service import Service
from sync.server.stamping import bracketed, stamped
from sync.server.well_formed import is_id, read_command

LARGEST_SEQ = 2**63 - 1  # what the column holds


async def push(service: Service, caller: Caller, request: Push) -> Pushed:
    """Take a batch, mostly in one transaction; raises Refusal when it must not be taken at all."""
    if len(request.envelopes) > MAX_BATCH:
        raise Refusal(413, Codes.TOO_LARGE, most=MAX_BATCH)
    if request.device_id != caller.device.id:
        raise Refusal(403, Codes.FORBIDDEN)
    if not all(is_id(e.mid) and 0 < e.seq <= LARGEST_SEQ for e in request.envelopes):
        raise Refusal(400, Codes.MALFORMED)
    _refuse_twins(request)

    async def taken(part: Push, *, unread: bool = False) -> Pushed:
        read = await opened(part.envelopes, caller.device.public_key, unread=unread)
        return await service.database.write(
            lambda s: Batch(service, caller, s, read, unread=unread).take(part)
        )

    return await past_faults(request, taken)


def _refuse_twins(request: Push) -> None:
    """Refuse a batch in which two envelopes share an id: no laptop makes one."""
    met: set[MutationId] = set()
    for envelope in request.envelopes:
        if envelope.mid in met:
            raise Refusal(400, Codes.MALFORMED, seq=envelope.seq)
        met.add(envelope.mid)


def only_facts(request: Push) -> bool:
    """Say whether a batch holds nothing that changes what others may have changed too."""
    commands = (read_command(bytes(e.body), e.officer_id) for e in request.envelopes)
    return all(isinstance(command, FACTS) for command in commands)


class Batch:
    """One push inside its transaction; of one that is `unread` nothing is decided."""

    def __init__(
        self,
        service: Service,
        caller: Caller,
        session: Session,
        read: Mapping[MutationId, Opened],
        *,
        unread: bool = False,
    ) -> None:
        self._service = service
        self._caller = caller
        self._session = session
        self._branch = caller.device.branch_id
        self._now = service.clock.now()
        self._now_text = self._now.isoformat()
        self._commit = Commit(session, self._branch)
        self._answers = Answers(session, caller, self._commit, read, self._now_text)
        self._read = read
        self._unread = unread
        self._forked: set[MutationId] = set()
        self._brought: set[MutationId] = set()  # sent before by another laptop of this person
        self._made: dict[MutationId, Made] = {}

    async def take(self, request: Push) -> Pushed:
        """Answer every envelope in order."""
        device = await accounts.device_by_id(self._session, self._branch, self._caller.device.id)
        if device is None or device.state not in ACTIVE | {LEAVING}:
            raise Refusal(401, Codes.REVOKED)
        is_forked = device.state == FORKED
        if request.epoch != (await accounts.meta(self._session, "epoch") or ""):
            raise Refusal(409, Codes.RESET)
        policy = await self._service.rules.of(self._session, self._branch)
        await self._answers.recall([envelope.mid for envelope in request.envelopes])
        last_seq, chain = device.last_seq, device.chain_hash
        if not self._unread:
            await self._date(request)
        await self._look_ahead()
        results: list[Result] = []
        for envelope in request.envelopes:
            self._own(device, envelope)
            repeat = await self._repeat(envelope)
            brought = envelope.mid in self._brought and envelope.seq > last_seq
            if repeat is None or brought:
                is_forked = self._prove(envelope, last_seq, chain, is_forked=is_forked)
                if not is_forked:
                    last_seq, chain = envelope.seq, self._read[envelope.mid].hash
            is_open = repeat is not None and has_stumbled(repeat) and not self._unread
            if is_open and is_forked:
                self._forked.add(envelope.mid)
            if repeat is None or is_open:
                repeat = await self._decide(envelope, policy)
            results.append(repeat)
        head = await self._write(device, last_seq, chain)
        checkpoint = await self._service.seal.checkpoint(
            self._session, self._service.data, self._branch, head, self._now
        )
        number = head.commit_no
        numbered = tuple(self._numbered(r, number) for r in results)
        may_read = device.state in ACTIVE and not is_forked and not self._forked
        pages = await self._news(request.reads) if may_read else ()
        return Pushed(numbered, number, self._now, checkpoint, pages)

    async def _news(self, reads: Sequence[Reading]) -> tuple[msgspec.Raw, ...]:
        stands = await standing.get(self._session, self._branch) if reads else None
        if stands is None:
            return ()
        return await news(self._session, self._branch, stands, self._caller.scopes, reads)

    async def _date(self, request: Push) -> None:
        """Find out when each envelope was made."""
        marks = {e.checkpoint for e in request.envelopes}
        shown = {m: await audit.shown_at(self._session, self._branch, m) for m in sorted(marks)}
        known = {mark: at for mark, at in shown.items() if at is not None}
        when = made(request.envelopes, request.sent, self._now, known)
        self._made = {e.mid: one for e, one in zip(request.envelopes, when, strict=True)}

    async def _look_ahead(self) -> None:
        """Read together what the new envelopes are decided upon."""
        new = (one.command for mid, one in self._read.items() if mid not in self._answers.known)
        meant = [command for command in new if command is not None]
        facts = [fact_record(command) for command in meant if isinstance(command, FACTS)]
        named = [(kind_of(fact), fact.id) for fact in facts]
        await self._commit.hand.read([needs(command) for command in meant], named)

    def _own(self, device: Device, envelope: Envelope) -> None:
        own = (device.branch_id, device.account_id, device.id)
        if (envelope.branch_id, envelope.officer_id, envelope.device_id) != own:
            raise Refusal(403, Codes.FORBIDDEN)

    async def _repeat(self, envelope: Envelope) -> Result | None:
        known = self._answers.known.get(envelope.mid)
        if known is None:
            return None
        if known.device_id != envelope.device_id:
            await self._carried(known.device_id, envelope)
        if known.body_hash != self._read[envelope.mid].body_hash:
            return _invalid(envelope, "mutation.id_taken")
        stored = known.result
        if has_stumbled(stored):
            if not self._read[envelope.mid].signed:
                raise Refusal(400, Codes.BAD_SIGNATURE, seq=envelope.seq)
            return stored
        return msgspec.structs.replace(stored, status=Status.ALREADY, first=stored.status)

    async def _carried(self, former: DeviceId, envelope: Envelope) -> None:
        """Let work be repeated that this person's laptop had sent before it was enrolled anew."""
        device = await accounts.device_by_id(self._session, self._branch, former)
        if device is None or device.account_id != envelope.officer_id:
            raise Refusal(403, Codes.FORBIDDEN)
        self._brought.add(envelope.mid)

    def _prove(self, envelope: Envelope, last_seq: int, chain: str, *, is_forked: bool) -> bool:
        """Say whether one of two copies of the laptop made it; raises Refusal when none did."""
        if envelope.wall_at.tzinfo is None:
            raise Refusal(400, Codes.MALFORMED, seq=envelope.seq)
        if not self._read[envelope.mid].signed:
            raise Refusal(400, Codes.BAD_SIGNATURE, seq=envelope.seq)
        if envelope.seq > last_seq + 1 and not is_forked:
            raise Refusal(409, Codes.SEQ_GAP, expected=last_seq + 1)
        if is_forked or envelope.seq <= last_seq or envelope.prev_hash != chain:
            self._forked.add(envelope.mid)
        return envelope.mid in self._forked

    async def _decide(self, envelope: Envelope, policy: Policy) -> Result:
        command = self._read[envelope.mid].command
        if command is None:
            if self._unread:
                return self._give(envelope, "stumbled", _invalid(envelope, STUMBLED))
            return self._give(envelope, "malformed", _invalid(envelope, "mutation.malformed"))
        asked = needs(command)
        snapshot = await self._commit.hand.snapshot(asked)
        outcome = self._outcome(snapshot, envelope, command, policy)
        if isinstance(outcome, Applied) and await self._taken(snapshot, asked, outcome.changes):
            result = _invalid(envelope, "mutation.id_taken")
        else:
            if isinstance(outcome, Applied):
                await self._commit.apply(outcome.changes)
            result = await self._result(envelope, outcome)
        return self._give(envelope, name_of(command), result)

    def _give(self, envelope: Envelope, what: str, result: Result) -> Result:
        is_forked = envelope.mid in self._forked
        return self._answers.give(envelope, what, result, is_forked=is_forked)

    def _outcome(
        self, snapshot: Snapshot, envelope: Envelope, command: Command, policy: Policy
    ) -> Outcome:
        if envelope.mid in self._forked:
            if not isinstance(command, FACTS):
                return Refused((Reason("mutation.forked"),))
            command = stamped(command, FactFlag.FORKED)
        if self._caller.device.state == LEAVING and not isinstance(command, FACTS):
            return Refused((Reason("mutation.leaving"),))
        when = self._made[envelope.mid]
        if isinstance(command, FACTS):
            command = bracketed(command, None if when.trusted else when.between)
            if not when.trusted:
                command = stamped(command, FactFlag.TIME_SUSPECT)
        return decide(Question(snapshot, self._caller.actor, policy, when.at), command)

    async def _taken(self, snapshot: Snapshot, asked: Needs, changes: Sequence[Change]) -> bool:
        """Say whether an id is that of a record which the decision has not seen.

        Facts are new by nature: one with a known id would write over what is kept for ever. Raises
        Clash when somebody else wrote a record since the snapshot: then it is decided again.
        """
        for change in changes:
            record = change.record
            stands = await self._commit.hand.stands(kind_of(record), record.id)
            rev = stands.rev if stands else 0
            if rev == change.base_rev:
                continue
            seen = snapshot.rev_of(kind_of(record), record.id)
            named = record.id in (*asked.routes, *asked.officers)
            if named if seen is None else seen != rev:
                raise Clash
            return True
        return False

    async def _result(self, envelope: Envelope, outcome: Outcome) -> Result:
        base = Result(envelope.mid, envelope.seq, Status.APPLIED)
        match outcome:
            case Applied():
                flags = [str(f) for c in outcome.changes for f in getattr(c.record, "flags", ())]
                return msgspec.structs.replace(base, flags=tuple(flags))
            case Refused():
                return msgspec.structs.replace(base, status=Status.REFUSED, reasons=outcome.reasons)
            case Conflict():
                return await self._lost(base, outcome)
            case Gone():
                return msgspec.structs.replace(
                    base, status=Status.GONE, kind=outcome.kind, record_id=outcome.record_id
                )

    async def _lost(self, base: Result, conflict: Conflict) -> Result:
        stands = await self._commit.hand.stands(conflict.kind, conflict.record_id)
        current = encode_record(stands.record) if stands else b"null"
        return msgspec.structs.replace(
            base,
            status=Status.CONFLICT,
            kind=conflict.kind,
            record_id=conflict.record_id,
            current_rev=conflict.current_rev,
            current=msgspec.Raw(current),
        )

    async def _write(self, device: Device, last_seq: int, chain: str) -> Head:
        if not self._answers.are_given and last_seq == device.last_seq:
            return await self._standing()
        await accounts.advance_device(self._session, device, last_seq, chain, self._now_text)
        if not self._answers.are_given:
            return await self._standing()
        if self._forked and device.state != FORKED:
            await accounts.set_device_state(self._session, device.id, FORKED)
            self._commit.leaf(self._now_text, what="device.forked", id=device.id)
        return await self._answers.keep()

    async def _standing(self) -> Head:
        head = await audit.head(self._session, self._branch)
        if head is None:
            raise LookupError(f"there is no branch {self._branch}")
        return head

    def _numbered(self, result: Result, number: int) -> Result:
        if result.status is Status.ALREADY or result.commit_no:
            return result
        return msgspec.structs.replace(result, commit_no=number)


def _invalid(envelope: Envelope, code: str) -> Result:
    return Result(envelope.mid, envelope.seq, Status.INVALID, reasons=(Reason(code),))
