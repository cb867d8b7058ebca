"""Enrolling this laptop: what was typed is kept through every failure.

Signals: `strength_changed(int)` 0 (refused) to 4, `stepped(str)` key | server | keep,
`failed(object)` with a `Problem`, `enrolled(object)` with the open vault.
"""

import asyncio
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.store_thread import StoreThread
from field_app.storage.keys import SHORTEST_PASSPHRASE
from field_app.storage.keys import passphrase_strength as passphrase_strength
from field_app.storage.vault import Vault
from field_app.viewmodels.problem import Problem, attempt
from sync.protocol.messages import Codes


class EnrolForm(msgspec.Struct, frozen=True):
    """What a new laptop needs to be told."""

    address: str = ""
    account: str = ""
    code: str = ""
    passphrase: str = ""
    repeated: str = ""


# On the way in nothing is kept and nothing is tried again by itself: these have their own words.
ON_THE_WAY_IN: dict[str, str] = {
    Codes.UNREACHABLE: "enrol.unreachable",
    Codes.STALLED: "enrol.unreachable",
    Codes.GARBAGE: "enrol.garbage",
    Codes.BUSY: "enrol.server_away",
    Codes.NO_ROOM: "enrol.server_away",
    Codes.SERVER_ERROR: "enrol.server_away",
    Codes.VERSION: "enrol.version",
}

type Enrol = Callable[[EnrolForm, Callable[[str], None]], Vault]


class EnrolViewModel(QObject):
    """The first minutes of a laptop."""

    strength_changed = Signal(int)
    stepped = Signal(str)
    failed = Signal(object)
    enrolled = Signal(object)

    def __init__(self, store: StoreThread, enrol: Enrol) -> None:
        super().__init__()
        self._store = store
        self._enrol = enrol
        self.shortest = SHORTEST_PASSPHRASE
        self.busy = False

    def weigh(self, passphrase: str) -> int:
        """Return the strength of a passphrase and tell of it."""
        strength = passphrase_strength(passphrase)
        self.strength_changed.emit(strength)
        return strength

    def missing(self, form: EnrolForm) -> str:
        """Return the code of the first thing to mend, empty when the form can be sent."""
        for value, code in (
            (form.address, "enrol.no_address"),
            (form.account, "enrol.no_account"),
            (form.code, "enrol.no_code"),
        ):
            if not value.strip():
                return code
        if passphrase_strength(form.passphrase) == 0:
            return "enrol.weak_passphrase"
        return "" if form.passphrase == form.repeated else "enrol.different_passphrases"

    async def enrol(self, form: EnrolForm) -> None:
        """Make the vault and introduce the laptop; nothing of the form is forgotten on failure."""
        code = self.missing(form)
        if code:
            self.failed.emit(Problem(code, {"shortest": self.shortest}))
            return
        loop = asyncio.get_running_loop()
        self.busy = True

        def tell(step: str) -> None:
            loop.call_soon_threadsafe(self.stepped.emit, step)

        try:
            answer = await attempt(lambda: self._store.do(lambda: self._enrol(form, tell)))
        finally:
            self.busy = False
        if isinstance(answer, Problem):
            code = ON_THE_WAY_IN.get(answer.code, answer.code)
            self.failed.emit(msgspec.structs.replace(answer, code=code))
        else:
            self.enrolled.emit(answer)
