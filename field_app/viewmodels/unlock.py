"""Unlocking offline, with a pause that grows after each wrong passphrase.

Signals: `failed(object)` with a `Problem`, `paused(int)` seconds still to wait (0 = go on),
`unlocked(object)` with the open vault.
"""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from field_app.background.runner import StoreThread
from field_app.storage.trouble import WrongPassphrase
from field_app.storage.vault import Vault
from field_app.viewmodels.problem import Problem, attempt

FREE_TRIES = 2
LONGEST_PAUSE_S = 60

type Unlock = Callable[[str], Vault]


def pause_after(wrong: int) -> int:
    """Return seconds to wait after so many wrong tries: 0, 0, 2, 4, 8 … 60."""
    if wrong <= FREE_TRIES:
        return 0
    return int(min(LONGEST_PAUSE_S, 2 ** (wrong - FREE_TRIES)))


class UnlockViewModel(QObject):
    """The passphrase on the way in; `tick_s` is the length of a shown second."""

    failed = Signal(object)
    paused = Signal(int)
    unlocked = Signal(object)

    def __init__(self, store: StoreThread, unlock: Unlock, tick_s: float = 1.0) -> None:
        super().__init__()
        self._store = store
        self._unlock = unlock
        self._tick_s = tick_s
        self.wrong = 0
        self.busy = False

    async def unlock(self, passphrase: str) -> None:
        """Try a passphrase; while one is tried or a pause runs, another is not taken."""
        if self.busy or not passphrase:
            return
        self.busy = True
        try:
            answer = await attempt(lambda: self._store.do(lambda: self._unlock(passphrase)))
            if not isinstance(answer, Problem):
                self.wrong = 0
                self.unlocked.emit(answer)
                return
            await self._refused(answer)
        finally:
            self.busy = False

    async def _refused(self, problem: Problem) -> None:
        if problem.code == WrongPassphrase.code:
            self.wrong += 1
        self.failed.emit(problem)
        for left in range(pause_after(self.wrong), -1, -1):
            self.paused.emit(left)
            if left:
                await asyncio.sleep(self._tick_s)
