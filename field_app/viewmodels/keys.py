"""The keys of this laptop as a person is shown them, and what they can do about them.

Signals: `failed(object)` with a `Problem`, `changed(str)` with the code of what was done.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.operations.desk import Desk
from field_app.storage.held_key import KEY_MADE_AT, REKEY_WANTED
from field_app.storage.keys import (
    SHORTEST_PASSPHRASE,
    KdfWork,
    calibrate,
    passphrase_strength,
)
from field_app.viewmodels.problem import Problem, attempt


class KeyState(msgspec.Struct, frozen=True):
    """How the keys stand; `memory_mib` and `passes` are what one guess costs."""

    suite: str
    memory_mib: int
    passes: int
    with_keyring: bool
    lease_until: datetime | None
    made_at: datetime | None
    rekey_wanted: bool


class KeysViewModel(QObject):
    """The card of the settings."""

    failed = Signal(object)
    changed = Signal(str)

    def __init__(self, runner: Runner, work: KdfWork | None) -> None:
        super().__init__()
        self._runner = runner
        self._work = work
        self.busy = False

    @property
    def zone(self) -> str:
        """Return the branch's zone."""
        return self._runner.desk.zone

    async def state(self) -> KeyState | None:
        """Return how the keys stand; None for a vault that was opened without a slot."""
        return await self._runner.run(_state)

    async def change_passphrase(self, old: str, new: str, repeated: str) -> bool:
        """Put the key under another passphrase; False when it was refused, which was told."""
        if passphrase_strength(new) == 0:
            weak = Problem("enrol.weak_passphrase", {"shortest": SHORTEST_PASSPHRASE})
            self.failed.emit(weak)
            return False
        if new != repeated:
            self.failed.emit(Problem("enrol.different_passphrases"))
            return False

        def work(desk: Desk) -> None:
            held = desk.store.vault.held
            if held is not None:
                held.change_passphrase(old, new, self._work or calibrate())
                desk.store.audit.add(desk.clock.now(), "passphrase")

        return await self._do(work, "passphrase")

    async def wish_rekey(self) -> bool:
        """Let the next unlocking give the vault a new key."""

        def work(desk: Desk) -> None:
            desk.store.vault.set_meta(REKEY_WANTED, "yes")

        return await self._do(work, "rekey")

    async def _do(self, work: Callable[[Desk], None], what: str) -> bool:
        self.busy = True
        try:
            answer = await attempt(lambda: self._runner.run(work))
        finally:
            self.busy = False
        if isinstance(answer, Problem):
            self.failed.emit(answer)
            return False
        self.changed.emit(what)
        return True


def _state(desk: Desk) -> KeyState | None:
    vault = desk.store.vault
    if vault.held is None:
        return None
    slot, lease, made = vault.held.slot, vault.held.lease, vault.meta(KEY_MADE_AT)
    return KeyState(
        suite=slot.suite,
        memory_mib=slot.kdf.memory_kib // 1024,
        passes=slot.kdf.passes,
        with_keyring=slot.with_keyring,
        lease_until=lease.not_after if lease else None,
        made_at=datetime.fromisoformat(str(made)) if made else None,
        rekey_wanted=bool(vault.meta(REKEY_WANTED)),
    )
