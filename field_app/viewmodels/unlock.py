"""Unlocking offline, with a pause that grows after each wrong passphrase and outlives a restart.

Signals: `failed(object)` with a `Problem`, `paused(int)` seconds still to wait (0 = go on),
`asked(str, bool)` the digits of a request for the key and whether the server was heard this time,
`unlocked(object)` with the open vault.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.store_thread import StoreThread
from field_app.storage.tries import Tries
from field_app.storage.trouble import WrongPassphrase
from field_app.storage.vault import Vault
from field_app.viewmodels.problem import Problem, attempt
from sync.engine.trouble import PASSING, Trouble
from sync.protocol.messages import Codes

ASK_EVERY_S = 5.0
# What a sync would say of the line is not true of a laptop that is locked.
WHILE_LOCKED: dict[str, str] = {
    Codes.UNREACHABLE: "locked.unreachable",
    Codes.STALLED: "locked.unreachable",
    Codes.GARBAGE: "locked.garbage",
    Codes.BUSY: "locked.server_away",
    Codes.NO_ROOM: "locked.server_away",
    Codes.SERVER_ERROR: "locked.server_away",
    Codes.VERSION: "locked.version",
    Codes.CLIENT: "locked.version",
    Codes.SERVER_OLDER: "locked.version",
    Codes.TOO_MANY_TRIES: "locked.too_many_tries",
}


class Reset(Protocol):
    """A request for the key of a vault that its passphrase does not open any more."""

    digits: str

    def ask(self) -> bytes:
        """Return the sealed key, nothing before two persons agreed."""
        ...

    def open(self, sealed: bytes, passphrase: str) -> Vault:
        """Return the vault, open and under a new passphrase."""
        ...


@dataclass(frozen=True, slots=True)
class WayIn:
    """One officer's vault on this laptop; `login` is empty when an earlier program made it."""

    login: str
    unlock: Callable[[str], Vault]
    tries: Tries
    reset: Callable[[], Reset]


class UnlockViewModel(QObject):
    """The passphrase on the way in; `tick_s` is the length of a shown second."""

    failed = Signal(object)
    paused = Signal(int)
    asked = Signal(str, bool)
    unlocked = Signal(object)

    def __init__(self, store: StoreThread, ways: Sequence[WayIn], tick_s: float = 1.0) -> None:
        super().__init__()
        self._store = store
        self._ways = ways
        self._way = ways[0]
        self._tick_s = tick_s
        self.ask_every_s = ASK_EVERY_S
        self.busy = False
        self._enough = asyncio.Event()

    @property
    def officers(self) -> tuple[str, ...]:
        """Return who has a vault here, in the order of `choose`."""
        return tuple(way.login for way in self._ways)

    def choose(self, number: int) -> None:
        """Unlock this officer's vault from now on."""
        self._way = self._ways[number]

    async def unlock(self, passphrase: str) -> None:
        """Try a passphrase; while one is tried or a pause runs, another is not taken."""
        if self.busy or not passphrase:
            return
        self.busy = True
        way = self._way
        try:
            await self._wait(way)
            answer = await attempt(lambda: self._store.do(lambda: way.unlock(passphrase)))
            if not isinstance(answer, Problem):
                way.tries.right()
                self.unlocked.emit(answer)
                return
            if answer.code == WrongPassphrase.code:
                way.tries.wrong()
            self._fail(answer)
            await self._wait(way)
        finally:
            self.busy = False

    def _fail(self, problem: Problem) -> None:
        code = WHILE_LOCKED.get(problem.code, problem.code)
        self.failed.emit(msgspec.structs.replace(problem, code=code))

    async def _wait(self, way: WayIn) -> None:
        """Let the pause of earlier tries pass."""
        left = way.tries.pause_s()
        if not left:
            return
        for seconds in range(left, -1, -1):
            self.paused.emit(seconds)
            if seconds:
                await asyncio.sleep(self._tick_s)

    async def reset(self, passphrase: str) -> None:
        """Ask for the key until two persons agreed or `stop_waiting`, for this new passphrase.

        A line that breaks meanwhile ends nothing: another request would have other digits.
        """
        if self.busy:
            return
        self.busy = True
        try:
            answer = await attempt(lambda: self._given_back(passphrase))
        finally:
            self.busy = False
        if isinstance(answer, Problem):
            self._fail(answer)
        elif answer is not None:
            self.unlocked.emit(answer)

    def stop_waiting(self) -> None:
        """Ask no longer; what is agreed to from now on is of no use to anybody."""
        self._enough.set()

    async def _given_back(self, passphrase: str) -> Vault | None:
        self._enough.clear()
        reset = await self._store.do(self._way.reset)
        sealed = await self._store.do(reset.ask)
        if not sealed:
            self.asked.emit(reset.digits, True)
        while not sealed and await self._is_to_go_on():
            sealed = await self._asked_again(reset)
        return await self._store.do(lambda: reset.open(sealed, passphrase)) if sealed else None

    async def _is_to_go_on(self) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.ask_every_s):
                await self._enough.wait()
        return not self._enough.is_set()

    async def _asked_again(self, reset: Reset) -> bytes:
        try:
            sealed = await self._store.do(reset.ask)
        except Trouble as trouble:
            if trouble.code not in PASSING:
                raise
            sealed, is_heard = b"", False
        else:
            is_heard = True
        if not self._enough.is_set():
            self.asked.emit(reset.digits, is_heard)
        return sealed
