"""Work that reaches the server behind the lawful erasure of its case: its words are not kept.

A laptop without a line may record a call on a case that is erased meanwhile. Nothing comes of it,
and it is answered for ever as anything else; its body would be the one thing left of the case.
"""

from collections.abc import Iterable, Sequence

from sync.domain.commands import Command
from sync.domain.ids import BranchId, CaseId, MutationId
from sync.domain.snapshot import needs
from sync.server.in_hand import InHand
from sync.server.repositories import records
from sync.server.repositories.session import Session

type ByCase = dict[CaseId, list[MutationId]]


async def about_erased(
    session: Session,
    branch: BranchId,
    scopes: Sequence[str],
    hand: InHand,
    in_vain: Iterable[tuple[MutationId, Command]],
) -> ByCase:
    """Return which work that changed nothing is about cases that were erased, by the case.

    Whoever could record it was told of the erasure in one of these scopes.
    """
    about: ByCase = {}
    for mid, command in in_vain:
        for case_id in needs(command).cases:
            if await hand.stands("case", case_id) is None:
                about.setdefault(case_id, []).append(mid)
    if not about or not scopes:
        return {}
    erased = await records.erased(session, branch, scopes, list(about))
    return {case_id: mids for case_id, mids in about.items() if case_id in erased}
