"""What a batch answers anew: told in the log, and kept so that it is answered so for ever."""

from collections.abc import Mapping, Sequence

import msgspec

from sync.domain.ids import MutationId
from sync.protocol.envelope import Envelope, decode_envelope, encode_envelope
from sync.protocol.messages import Result, Status
from sync.server.audit.envelopes import emptied, erased_hash
from sync.server.caller import Caller
from sync.server.commit import Commit
from sync.server.late_work import about_erased
from sync.server.opened import Opened
from sync.server.repositories import mutations
from sync.server.repositories.audit import Head
from sync.server.repositories.mutations import Mutation
from sync.server.repositories.session import Session


class Given(msgspec.Struct, frozen=True):
    """An answer that waits to be kept; `is_forked`: one of two copies of the laptop made it."""

    envelope: Envelope
    result: Result
    is_forked: bool


class Answers:
    """The answers of one transaction: `known` are those that were given before."""

    def __init__(
        self,
        session: Session,
        caller: Caller,
        commit: Commit,
        read: Mapping[MutationId, Opened],
        at: str,
    ) -> None:
        self._session = session
        self._branch = caller.device.branch_id
        self._scopes = caller.scopes
        self._commit = commit
        self._read = read
        self._at = at
        self._given: list[Given] = []
        self.known: dict[MutationId, mutations.Known] = {}

    async def recall(self, mids: Sequence[MutationId]) -> None:
        """Read what was answered before."""
        self.known = await mutations.answered(self._session, self._branch, mids)

    def give(self, envelope: Envelope, what: str, result: Result, *, is_forked: bool) -> Result:
        """Answer an envelope, `what` it asked for told in the log; return the answer."""
        self._given.append(Given(envelope, result, is_forked))
        self._leaf(envelope, what, result)
        return result

    @property
    def are_given(self) -> bool:
        """Say whether there is any that was not known."""
        return bool(self._given)

    async def keep(self) -> Head:
        """Write them with what they brought about, without the words of what came too late."""
        late = await self._late()
        head = await self._commit.finish()
        again = [one.envelope.mid for one in self._given if one.envelope.mid in self.known]
        before = await mutations.stored(self._session, self._branch, again)
        rows = [self._row(one, before, head.commit_no, late) for one in self._given]
        new = [row for row in rows if row.mid not in before]
        await mutations.add(self._session, self._branch, new)
        anew = [row for row in rows if row.mid in before]
        await mutations.answer_anew(self._session, self._branch, anew, self.known)
        return head

    def _leaf(self, envelope: Envelope, what: str, result: Result) -> None:
        # An envelope has one entry that proves it; a later answer to it is told beside that.
        named = "again" if envelope.mid in self.known else "mid"
        self._commit.leaf(
            self._at,
            what=what,
            **{named: envelope.mid},
            officer=envelope.officer_id,
            device=envelope.device_id,
            seq=envelope.seq,
            envelope=self._read[envelope.mid].hash,
            status=str(result.status),
        )

    def _row(
        self,
        one: Given,
        before: Mapping[MutationId, mutations.Stored],
        number: int,
        late: set[MutationId],
    ) -> Mutation:
        envelope, mid = one.envelope, one.envelope.mid
        came = decode_envelope(before[mid].envelope) if mid in before else envelope
        is_bare = mid in late and erased_hash(came) is None
        return Mutation(
            mid,
            envelope.device_id,
            envelope.seq,
            self._read[mid].body_hash,
            encode_envelope(emptied(came) if is_bare else came),
            msgspec.structs.replace(one.result, commit_no=number),
            self._at,
            number,
            one.is_forked,
        )

    async def _late(self) -> set[MutationId]:
        """Return what is about erased cases; the log tells that its words are not kept."""
        in_vain = [
            (one.envelope.mid, command)
            for one in self._given
            if one.result.status is not Status.APPLIED
            and (command := self._read[one.envelope.mid].command)
        ]
        hand = self._commit.hand
        late = await about_erased(self._session, self._branch, self._scopes, hand, in_vain)
        for case_id, mids in late.items():
            self._commit.leaf(
                self._at, what="case.erased", id=case_id, records=0, why="late", mids=mids
            )
        return {mid for mids in late.values() for mid in mids}
