"""A branch to measure sync on: a server process with seeded cases, and enrolled laptops."""

import asyncio
import random
from datetime import date
from pathlib import Path
from typing import Any

from bench import invented
from bench.bare_laptop import PASSPHRASE, bare_laptop
from bench.figures import ROOT
from bench.serving import Serving
from bench.sync_limit import ADDRESSES, CASE_INDEX, REPLICA, WORDS
from field_app.bootstrap.desk_setup import lay_desk, policy_brought, unlock
from field_app.bootstrap.enrolment import enrol
from field_app.operations.desk import Desk
from field_app.storage.profile import own_profile
from field_app.storage.vault import Vault
from field_app.viewmodels.enrol import EnrolForm
from sync.domain.ids import BranchId, OfficerId, TeamId
from sync.domain.outcome import Change
from sync.domain.records import Case, Contact, Officer, encode_record
from sync.domain.vocabulary import Role
from sync.engine.engine import sync_once
from sync.engine.http_transport import HttpTransport
from sync.engine.ports import OnProgress
from sync.policy.published import texts_beside
from sync.server import publishing
from sync.server.administration import Administration
from sync.server.app import build_service
from sync.server.commit import Commit
from sync.server.migrations.upgrading import upgrade
from sync.server.repositories.session import Session
from sync.server.settings import ServerSettings

BRANCH, TEAM, LOGIN = BranchId("main"), TeamId("north"), "li"
SEED = 20261124
AT_ONCE = 500


class Branch:
    """One server with its data in `folder`, and the laptops of one officer."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.data = folder / "srv"
        self.data.mkdir(parents=True)
        self.settings = ServerSettings(
            f"sqlite:///{self.data / 'server.db'}", self.data, ROOT / "resources" / "policies"
        )
        self._serving = Serving(self.settings, folder / "server.log")
        self.homes: list[Path] = []

    def furnish(self, cases: int, seed: int = SEED) -> float:
        """Fill the server with an officer's cases; return their mean size in bytes of JSON."""
        upgrade(self.settings)
        return asyncio.run(_furnish(self.settings, cases, seed))

    def start(self) -> None:
        """Serve, and return once connections are taken."""
        self._serving.start()

    def stop(self) -> None:
        """End the server."""
        self._serving.stop()

    def seat(self) -> "Seat":
        """Enrol a new, empty laptop of the officer."""
        return sit_down(*self.place())

    def place(self) -> tuple[Path, str, str]:
        """Return what a new laptop needs: a folder, the server's address and a one-time code."""
        home = self._folder / f"laptop-{len(self.homes)}"
        self.homes.append(home)
        code = asyncio.run(_code(self.settings))
        return home, self._serving.address, code


class Seat:
    """An unlocked laptop and its line."""

    def __init__(self, desk: Desk, line: HttpTransport) -> None:
        self.desk = desk
        self.line = line

    def sync(self, on_progress: OnProgress = lambda _p: None) -> None:
        """Sync once."""
        replica = self.desk.store.replica
        sync_once(replica, self.line, on_progress=on_progress, cancelled=lambda: False)

    def rows(self, where: str = "1") -> list[tuple[str, str, int, str, bytes]]:
        """Return the records this laptop was sent."""
        found = self.desk.store.vault.connection.execute(
            f"SELECT kind, id, rev, case_id, body FROM replica WHERE {where} ORDER BY kind, id"
        )
        return [(str(k), str(i), int(r), str(c), bytes(b)) for k, i, r, c, b in found]

    def every_row(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all that a sync writes by the thousand, in the order of its tables."""
        execute = self.desk.store.vault.connection.execute
        tables = ("membership", CASE_INDEX, WORDS)
        found = {table: execute(f"SELECT * FROM {table}").fetchall() for table in tables}
        addresses = execute(f"SELECT n, address FROM {CASE_INDEX}").fetchall()
        return {REPLICA: self.rows()} | found | {ADDRESSES: addresses}

    def close(self) -> None:
        """Close line and vault."""
        self.line.close()
        self.desk.store.close()


def sit_down(home: Path, address: str, code: str) -> Seat:
    """Enrol the laptop of this folder and unlock it."""
    laptop = bare_laptop(home)
    form = EnrolForm(address, LOGIN, code, PASSPHRASE, PASSPHRASE)
    enrol(laptop, form, lambda _step: None).close()
    vault = unlock(laptop, PASSPHRASE)
    desk = lay_desk(laptop, vault, policy_brought(laptop))
    return Seat(desk, line_of(vault, HttpTransport))


def line_of[L: HttpTransport](vault: Vault, kind: type[L]) -> L:
    """Return a line of some kind by which an enrolled laptop is known; raises LookupError."""
    profile = own_profile(vault)
    return kind(profile.address, token=profile.token, key=profile.device_key)


async def _furnish(settings: ServerSettings, count: int, seed: int) -> float:
    service = build_service(settings)
    await service.database.open()
    try:
        admin = Administration(service)
        await admin.initialise()
        await admin.add_branch(BRANCH, "云川分行")
        await publishing.begin(service, BRANCH, texts_beside(settings.policies / "cn.toml"))
        await admin.add_team(BRANCH, TEAM, "城北组")
        me = OfficerId(service.ids.fresh())
        until = date(2099, 12, 31)
        await admin.put_officer(BRANCH, LOGIN, Officer(me, "李静", Role.OFFICER, TEAM, until))
        chance, size = random.Random(seed), 0
        for start in range(0, count, AT_ONCE):
            part: list[Case | Contact] = []
            for number in range(start, min(count, start + AT_ONCE)):
                case = invented.case(chance, number, TEAM, me)
                part += [case, *invented.contacts(chance, number, case)]
            size += sum(len(encode_record(record)) for record in part)
            changes = [Change(record, 0) for record in part]

            async def work(session: Session, changes: list[Change] = changes) -> None:
                commit = Commit(session, BRANCH)
                await commit.apply(changes)
                await commit.finish()

            await service.database.write(work)
        return size / count
    finally:
        await service.database.close()


async def _code(settings: ServerSettings) -> str:
    service = build_service(settings)
    await service.database.open()
    try:
        return await Administration(service).enrol_code(LOGIN)
    finally:
        await service.database.close()
