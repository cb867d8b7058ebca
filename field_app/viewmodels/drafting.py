"""What is typed in questions and forms: kept in the vault at the next pause, gone once it is taken.

A lock ends the process; what was half typed is there again when the same question is asked anew.
Names end with the ids of what they are about, so that an erased case takes its drafts with it.
"""

from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.operations import drafts
from field_app.operations.desk import Desk
from field_app.operations.submit import Changes
from field_app.viewmodels.problem import Problem, attempt
from field_app.viewmodels.reloading import Reloading

KEEP_AFTER_S = 0.2


class Drafting(QObject):
    """Drafts by name; a burst of keys is written once, and nothing is read before it is written.

    What the machine cannot keep (a full disk) stops nobody: it waits here and is tried again with
    the next. Signal: `unkept(str)`, the code of why something is not kept, empty once all is.
    """

    unkept = Signal(str)

    def __init__(self, runner: Runner) -> None:
        super().__init__()
        self._runner = runner
        self._waiting: dict[str, bytes | None] = {}
        self._taken: dict[str, int] = {}
        self._trouble = ""
        self._writing = Reloading(self._write, KEEP_AFTER_S)
        runner.subscribe(self._on_changes)

    def keep(self, name: str, body: bytes) -> None:
        """Keep a draft soon, in place of an earlier one of the name."""
        self._taken.pop(name, None)
        self._waiting[name] = body
        self._writing.ask()

    def drop(self, name: str) -> None:
        """Remove a draft soon."""
        self._waiting[name] = None
        self._writing.ask()

    def take(self, name: str) -> None:
        """Remove a draft with the next act that is saved: what is refused is asked for again."""
        self._taken[name] = self._runner.saved

    def _on_changes(self, _changes: Changes) -> None:
        for name, before in tuple(self._taken.items()):
            if self._runner.saved > before:  # a sync changes something too
                del self._taken[name]
                self.drop(name)

    async def put(self, name: str, body: bytes | None) -> bool:
        """Keep a draft now, None to remove it; say whether that could be done."""
        self._waiting[name] = body
        await self._write()
        return name not in self._waiting

    async def recall(self, name: str) -> bytes | None:
        """Return a draft, or None."""
        await self.settled()
        if name in self._waiting:
            return self._waiting[name]
        return await self._runner.run(lambda desk: drafts.load(desk, name))

    async def settled(self) -> None:
        """Wait until everything is written, or was tried."""
        await self._writing.settled()

    async def _write(self) -> None:
        waiting, self._waiting = self._waiting, {}

        def write(desk: Desk) -> None:
            for name, body in waiting.items():
                if body is None:
                    drafts.drop(desk, name)
                else:
                    drafts.save(desk, name, body)

        found = await attempt(lambda: self._runner.run(write))
        trouble = found.code if isinstance(found, Problem) else ""
        if trouble:
            self._waiting = waiting | self._waiting
        if trouble != self._trouble:
            self._trouble = trouble
            self.unkept.emit(trouble)


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

    def take(self) -> None:
        """Remove it once what it was for is saved."""
        self.drafting.take(self.name)

    async def recall(self) -> bytes | None:
        """Return what was kept, or None."""
        return await self.drafting.recall(self.name)
