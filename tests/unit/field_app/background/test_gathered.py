"""What a sync changed is told at once, then in few pieces, and nothing of it is left untold."""

import asyncio

from field_app.background.gathered import Gathered
from field_app.operations.submit import RULES, Changes
from sync.domain.ids import CaseId

PAUSE_S = 0.02


def changes(name: str) -> Changes:
    return Changes(frozenset({CaseId(name)}), frozenset({"case"}))


def test_the_first_is_told_at_once_and_the_others_together() -> None:
    async def work() -> None:
        told: list[Changes] = []
        pages = [changes(str(n)) for n in range(4)]
        last = asyncio.Event()

        def tell(one: Changes) -> None:
            told.append(one)
            if one == pages[-1]:
                last.set()

        gathered = Gathered(tell, PAUSE_S)
        for page in pages:
            gathered.add(page)
        assert told == pages[:1]
        async with asyncio.timeout(5):
            await last.wait()
        assert told == pages
        gathered.end()
        assert told == pages

    asyncio.run(work())


def test_the_same_is_told_once_and_what_means_more_is_not_lost_in_what_means_less() -> None:
    async def work() -> None:
        told: list[Changes] = []
        gathered = Gathered(told.append, 60)
        gathered.add(changes("first"))
        kept = [Changes(), Changes(kinds=RULES), Changes(), changes("a"), Changes()]
        for one in kept:
            gathered.add(one)
        gathered.end()
        assert told == [changes("first"), Changes(), Changes(kinds=RULES), changes("a")]

    asyncio.run(work())


def test_after_the_end_the_next_sync_is_told_of_at_once() -> None:
    async def work() -> None:
        told: list[Changes] = []
        gathered = Gathered(told.append, 60)
        gathered.add(changes("a"))
        gathered.end()
        gathered.add(changes("b"))
        assert told == [changes("a"), changes("b")]
        gathered.end()
        assert told == [changes("a"), changes("b")]

    asyncio.run(work())
