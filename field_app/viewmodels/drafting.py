"""What is typed in questions and forms: kept in the vault at the next pause, gone once it is taken.

A lock ends the process; what was half typed is there again when the same question is asked anew.
Names end with the ids of what they are about, so that an erased case takes its drafts with it.
"""

from typing import NamedTuple

from field_app.background.runner import Runner
from field_app.operations import drafts
from field_app.operations.desk import Desk
from field_app.viewmodels.reloading import Reloading

KEEP_AFTER_S = 0.2


class Drafting:
    """Drafts by name; a burst of keys is written once, and nothing is read before it is written."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._waiting: dict[str, bytes | None] = {}
        self._writing = Reloading(self._write, KEEP_AFTER_S)

    def keep(self, name: str, body: bytes) -> None:
        """Keep a draft soon, in place of an earlier one of the name."""
        self._waiting[name] = body
        self._writing.ask()

    def drop(self, name: str) -> None:
        """Remove a draft soon."""
        self._waiting[name] = None
        self._writing.ask()

    async def recall(self, name: str) -> bytes | None:
        """Return a draft, or None."""
        await self.settled()
        return await self._runner.run(lambda desk: drafts.load(desk, name))

    async def settled(self) -> None:
        """Wait until everything is written."""
        await self._writing.settled()

    async def _write(self) -> None:
        waiting, self._waiting = self._waiting, {}

        def write(desk: Desk) -> None:
            for name, body in waiting.items():
                if body is None:
                    drafts.drop(desk, name)
                else:
                    drafts.save(desk, name, body)

        await self._runner.run(write)


class KeptDraft(NamedTuple):
    """One draft: where it is kept, and its name."""

    drafting: Drafting
    name: str

    def keep(self, body: bytes) -> None:
        """Keep this soon."""
        self.drafting.keep(self.name, body)

    def drop(self) -> None:
        """Remove it soon."""
        self.drafting.drop(self.name)

    async def recall(self) -> bytes | None:
        """Return what was kept, or None."""
        return await self.drafting.recall(self.name)
