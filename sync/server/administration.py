"""What an administrator does: branches, teams, people, codes, laptops."""

import secrets
from datetime import timedelta

import msgspec

from sync.domain.ids import BranchId, OfficerId, TeamId
from sync.domain.outcome import Change
from sync.domain.records import Officer
from sync.protocol.versions import NOBODY_KNOWS, PROGRAM, is_too_old, parts_of
from sync.server.audit import sealing
from sync.server.commit import Commit
from sync.server.handlers import lockout
from sync.server.handlers.enrolment import code_hash
from sync.server.repositories import accounts, device_sessions, records
from sync.server.repositories.accounts import Account, Device, EnrolCode
from sync.server.repositories.device_sessions import DeviceSession
from sync.server.repositories.session import Session
from sync.server.service import Service
from sync.server.well_formed import is_id

CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing looks alike
CODE_LENGTH = 16
CODE_LIFE = timedelta(hours=24)
LONGEST_TEXT = 60


class AdminRefused(Exception):
    """An administrator's act that cannot be done; the text is for the administrator."""


def _check_id(what: str, value: str) -> None:
    """Refuse what cannot be part of a scope or the name of a folder."""
    if not is_id(value):
        raise AdminRefused(f"{value!r} is no {what} id: letters, digits and dashes, at most 64")


def _check_text(what: str, value: str, *, spaces: bool = True) -> None:
    if not 0 < len(value.strip()) <= LONGEST_TEXT or not value.isprintable():
        raise AdminRefused(f"a {what} is needed, at most {LONGEST_TEXT} characters on one line")
    if not spaces and any(c.isspace() for c in value):
        raise AdminRefused(f"a {what} has no spaces")


async def check_branch(session: Session, branch: BranchId) -> None:
    """Raise AdminRefused when there is no such branch."""
    if branch not in dict(await accounts.branches(session)):
        raise AdminRefused(f"there is no branch {branch}")


async def known_account(session: Session, login: str) -> Account:
    """Return a person's account; raises AdminRefused when there is none."""
    account = await accounts.account_by_login(session, login)
    if account is None:
        raise AdminRefused(f"there is nobody with the login {login}")
    return account


async def known_device(session: Session, device_id: str) -> Device:
    """Return a laptop by its id, whichever its branch; raises AdminRefused when there is none."""
    for device in await accounts.devices(session):
        if device.id == device_id:
            return device
    raise AdminRefused(f"there is no laptop {device_id}")


class Administration:
    """The administrator's acts, each one transaction."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._database = service.database

    async def initialise(self) -> None:
        """Give the server its identity and its audit key once; a second time changes nothing."""

        async def work(session: Session) -> None:
            if await accounts.meta(session, "server_id") is None:
                await accounts.set_meta(session, "server_id", self.service.ids.fresh())
                await accounts.set_meta(session, "epoch", self.service.ids.fresh())
            await sealing.begin(session, self.service.data)

        await self._database.write(work)

    async def add_branch(self, branch: BranchId, name: str) -> None:
        """Add a branch; raises AdminRefused when there is one of this id."""
        _check_id("branch", branch)

        async def work(session: Session) -> None:
            if branch in dict(await accounts.branches(session)):
                raise AdminRefused(f"there is a branch {branch} already")
            await accounts.add_branch(session, branch, name)

        await self._database.write(work)

    async def add_team(self, branch: BranchId, team: TeamId, name: str) -> None:
        """Add a team to a branch."""
        _check_id("team", team)
        _check_text("name", name)

        async def work(session: Session) -> None:
            await check_branch(session, branch)
            if team in dict(await accounts.teams(session, branch)):
                raise AdminRefused(f"there is a team {team} already")
            await accounts.add_team(session, branch, team, name)

        await self._database.write(work)

    async def put_officer(self, branch: BranchId, login: str, officer: Officer) -> None:
        """Add a person, or change the one of this id; colleagues hear of it by the feed."""
        _check_text("login", login, spaces=False)
        _check_text("name", officer.name)
        if not officer.team_id:
            raise AdminRefused("--team is needed: everybody has one")

        async def work(session: Session) -> None:
            if officer.team_id not in dict(await accounts.teams(session, branch)):
                raise AdminRefused(f"there is no team {officer.team_id} in {branch}")
            taken = await accounts.account_by_login(session, login)
            if taken is not None and taken.id != officer.id:
                raise AdminRefused(f"the login {login} is taken")
            account = Account(
                branch, officer.id, login, officer.role, officer.team_id, officer.active
            )
            await accounts.put_account(session, account)
            stands = await records.get(session, branch, "officer", officer.id)
            commit = Commit(session, branch)
            await commit.apply([Change(officer, stands.rev if stands else 0)])
            self._leaf(commit, "officer.changed" if stands else "officer.added", officer.id)
            await commit.finish()

        await self._database.write(work)

    async def change_officer(self, login: str, **values: object) -> None:
        """Change fields of a person, such as `active`; raises AdminRefused when there is nobody."""
        account = await self._account(login)
        stands = await self._database.read(
            lambda s: records.get(s, account.branch_id, "officer", account.id)
        )
        if stands is None:
            raise AdminRefused(f"{login} has no officer record")
        changed = msgspec.structs.replace(stands.record, **values)
        await self.put_officer(account.branch_id, login, changed)

    async def enrol_code(self, login: str) -> str:
        """Make a one-time code for a person; an earlier one ends. Valid for 24 hours.

        Raises AdminRefused for nobody, and for somebody who has ended.
        """
        account = await self._account(login)
        if not account.active:
            raise AdminRefused(f"{login} has ended and gets no code")
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        expires = self.service.latest.now() + CODE_LIFE
        kept = EnrolCode(code_hash(code), expires.isoformat(), None)

        async def work(session: Session) -> None:
            await accounts.put_enrol_code(session, account, kept)
            await lockout.reopen(session, login)
            commit = Commit(session, account.branch_id)
            self._leaf(commit, "code.made", account.id)
            await commit.finish()

        await self._database.write(work)
        return "-".join(code[i : i + 4] for i in range(0, CODE_LENGTH, 4))

    async def set_device_state(self, device_id: str, state: str) -> None:
        """Revoke a laptop or mark it lost; its token is dead at once."""

        async def work(session: Session) -> None:
            device = await known_device(session, device_id)
            await accounts.set_device_state(session, device_id, state)
            commit = Commit(session, device.branch_id)
            self._leaf(commit, f"device.{state}", device_id)
            await commit.finish()

        await self._database.write(work)

    async def least_client(self, program: str | None) -> str:
        """Return the oldest program that may work in full, set when one is given; empty: any.

        Raises AdminRefused for what is no version, and for one newer than this server's own
        release: nobody could have it.
        """
        if program and (parts_of(program) == NOBODY_KNOWS or is_too_old(PROGRAM, program)):
            raise AdminRefused(f"{program} is no version up to {PROGRAM}")

        async def work(session: Session) -> str:
            if program is not None:
                await accounts.set_meta(session, accounts.LEAST_CLIENT, program)
                for branch, _name in await accounts.branches(session):
                    commit = Commit(session, branch)
                    at = self.service.clock.now().isoformat()
                    commit.leaf(at, what="client.least", version=program)
                    await commit.finish()
            return await accounts.meta(session, accounts.LEAST_CLIENT) or ""

        return await self.service.database.write(work)

    async def sessions(self) -> list[DeviceSession]:
        """Return the laptops that are signed in."""
        now = self.service.latest.now()
        return await self._database.read(lambda s: device_sessions.standing(s, now))

    async def end_sessions(self, device_id: str) -> None:
        """End a laptop's tokens at once; it comes back only by proving its key anew."""

        async def work(session: Session) -> None:
            device = await known_device(session, device_id)
            await device_sessions.end(session, device.branch_id, device.id)
            commit = Commit(session, device.branch_id)
            self._leaf(commit, "session.ended", device_id)
            await commit.finish()

        await self._database.write(work)

    async def people(self) -> list[Account]:
        """Return every account."""
        return await self._database.read(accounts.accounts)

    async def devices(self) -> list[Device]:
        """Return every laptop."""
        return await self._database.read(accounts.devices)

    async def branches(self) -> list[tuple[BranchId, str]]:
        """Return every branch."""
        return await self._database.read(accounts.branches)

    async def teams(self, branch: BranchId) -> list[tuple[TeamId, str]]:
        """Return every team of a branch."""

        async def look(session: Session) -> list[tuple[TeamId, str]]:
            await check_branch(session, branch)
            return await accounts.teams(session, branch)

        return await self._database.read(look)

    async def _account(self, login: str) -> Account:
        return await self._database.read(lambda s: known_account(s, login))

    def _leaf(self, commit: Commit, what: str, whom: str | OfficerId) -> None:
        commit.leaf(self.service.clock.now().isoformat(), what=what, id=whom)
