"""Rules that tests publish: the bank's own pack under another version, with a rule more."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from sync.cli.arguments import POLICIES
from sync.domain.ids import BranchId
from sync.protocol.policy_bundle import PolicyBundle, sign_bundle
from sync.server.app import build_service
from sync.server.policy_key import signing_key
from sync.server.repositories import policies
from sync.server.repositories.session import Session
from sync.server.settings import ServerSettings
from tests.sync.office import DATABASE_URL, Server, administer

PACK = POLICIES / "cn.toml"
BRANCH = BranchId("main")
STOP = "BANK-NO-VISITS"
SENTENCE = {"zh_CN": "本周不安排上门。", "en": "No visits are made this week."}
SOURCE = {"zh_CN": "分行通知 7 号", "en": "Notice 7 of the branch"}


def rule(rule_id: str = STOP, kind: str = "always") -> str:
    """Return a rule that stops every visit, from the first thought of it to the door."""
    lines = {
        "id": rule_id,
        "kind": kind,
        "text_zh": SENTENCE["zh_CN"],
        "text_en": SENTENCE["en"],
        "source_zh": SOURCE["zh_CN"],
        "source_en": SOURCE["en"],
        "confidence": "Q",
    }
    told = "".join(f'{name} = "{value}"\n' for name, value in lines.items())
    return f'\n[[rule]]\n{told}acts = ["visit_plan", "visit_start"]\nfrom_date = 2020-01-01\n'


def pack(version: str, *more: str) -> str:
    """Return the pack that the program brings under another version, with these rules more."""
    text = PACK.read_text(encoding="utf-8")
    named, count = re.subn(r'(?m)^version = ".*"$', f'version = "{version}"', text, count=1)
    assert count == 1
    return named + "".join(more)


def publish(server: Server, version: str, *more: str) -> str:
    """Publish rules as an administrator does; return what was printed."""
    file = server.data.parent / f"{version}.toml"
    file.write_text(pack(version, *more), encoding="utf-8")
    return administer(server.data, "policy", "publish", str(file))


def at_the_server[T](server: Server, work: Callable[[Session], Awaitable[T]]) -> T:
    """Do something in the server's database, behind its back.

    On a thread of its own, because the caller may have a loop.
    """
    data = server.data
    named = data / DATABASE_URL
    url = named.read_text() if named.exists() else f"sqlite:///{data / 'server.db'}"
    database = build_service(ServerSettings(url, data, POLICIES)).database

    async def run() -> T:
        await database.open()
        try:
            return await database.write(work)
        finally:
            await database.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


def in_force(server: Server) -> PolicyBundle:
    """Return the bundle in force at the server."""
    found = at_the_server(server, lambda s: policies.in_force(s, BRANCH))
    assert found is not None
    return found


def signed(server: Server, bundle: PolicyBundle, **other: object) -> PolicyBundle:
    """Return the bundle changed and signed with the server's own key."""
    key = signing_key(server.data, pinned_key(server))
    return sign_bundle(msgspec.structs.replace(bundle, **other), key)


def pinned_key(server: Server) -> str:
    """Return the public key the server gives to laptops."""
    [name] = at_the_server(
        server, lambda s: s.rows("SELECT value FROM server_meta WHERE name = ?", policies.KEY)
    )
    return str(name[0])


def key_file(data: Path) -> Path:
    """Return the private key's file."""
    return data / "policy-signing.key"
