"""Three administrators who each do a part: system, security, audit (GB/T 22239-2019, 8.1.4.2 d).

Each has an Ed25519 key in a file of their own, closed by a passphrase. While nobody is seated for
a power its commands are anybody's who may read the server's folder, as on a trial machine.
"""

from enum import StrEnum
from pathlib import Path

import msgspec

from sync.domain.vocabulary import Role
from sync.protocol.signed_form import key_text
from sync.server import approver_key
from sync.server.administration import AdminRefused
from sync.server.commit import Commit
from sync.server.key_file import KeyUnusable
from sync.server.repositories import accounts
from sync.server.repositories.session import Session
from sync.server.service import Service

META = "administrators"


class Power(StrEnum):
    """What an administrator may do; nobody has two."""

    SYSTEM = "system"
    SECURITY = "security"
    AUDIT = "audit"


class Seated(msgspec.Struct, frozen=True):
    """Who has a power, and the public half of their key (base64)."""

    login: str
    id: str
    key: str


class Administrators:
    """Seats them, and asks who gives a command."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._database = service.database

    async def seated(self) -> dict[Power, Seated]:
        """Return who has which power."""
        return await self._database.read(_seated)

    async def seat(self, power: Power, login: str, file: Path, passphrase: str) -> None:
        """Give a person of the role `admin` a power, in place of whoever had it, with a new key.

        Raises AdminRefused for anybody else, for who has another power, and for a file that is
        there already.
        """
        try:
            key = approver_key.make(file, passphrase)
        except FileExistsError as error:
            raise AdminRefused(f"{file} is there already") from error

        async def work(session: Session) -> None:
            person = await accounts.account_by_login(session, login)
            if person is None or not person.active or person.role is not Role.ADMIN:
                raise AdminRefused(f"there is no administrator at work with the login {login}")
            known = await _seated(session)
            if any(one.login == login for other, one in known.items() if other is not power):
                raise AdminRefused(f"{login} has another power: nobody has two")
            known[power] = Seated(login, person.id, key)
            await accounts.set_meta(session, META, msgspec.json.encode(known).decode())
            await self._leaf(session, "administrator.seated", power, person.id)

        try:
            await self._database.write(work)
        except BaseException:
            _discard(file)
            raise

    async def let_leave(self, login: str) -> None:
        """Raise AdminRefused for the one person without whom nobody could seat another."""
        security = (await self.seated()).get(Power.SECURITY)
        if security is not None and security.login == login:
            raise AdminRefused(f"{login} is the security administrator: seat another one first")

    async def admit(self, power: Power, command: str, file: Path | None, passphrase: str) -> None:
        """Let a command be given, on record before it is; raises AdminRefused for a wrong key."""
        stands = (await self.seated()).get(power)
        if stands is None:
            return
        if file is None:
            raise AdminRefused(f"{command}: this takes the {power} administrator (--admin-key)")
        try:
            held = key_text(approver_key.unlock(file, passphrase).public_key())
        except KeyUnusable as error:
            raise AdminRefused(str(error)) from error

        async def work(session: Session) -> None:
            person = await accounts.account_by_login(session, stands.login)
            if held != stands.key or person is None or not person.active:
                raise AdminRefused(f"{command}: this key is not the {power} administrator's")
            await self._leaf(session, "administrator.acted", power, stands.id, command)

        await self._database.write(work)

    async def _leaf(
        self, session: Session, what: str, power: Power, who: str, command: str = ""
    ) -> None:
        at = self._service.clock.now().isoformat()
        for branch, _name in await accounts.branches(session):
            commit = Commit(session, branch)
            commit.leaf(at, what=what, power=str(power), id=who, command=command)
            await commit.finish()


def _discard(file: Path) -> None:
    file.unlink()


async def _seated(session: Session) -> dict[Power, Seated]:
    kept = await accounts.meta(session, META)
    return msgspec.json.decode(kept, type=dict[Power, Seated]) if kept else {}
