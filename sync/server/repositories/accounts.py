"""Statements about branches, teams, accounts, enrolment codes and devices."""

import msgspec

from sync.domain.ids import BranchId, DeviceId, OfficerId, TeamId
from sync.domain.outcome import Actor
from sync.domain.vocabulary import Role
from sync.server.repositories.session import Row, Session


class Account(msgspec.Struct, frozen=True):
    """Somebody who may use the system."""

    branch_id: BranchId
    id: OfficerId
    login: str
    role: Role
    team_id: TeamId
    active: bool

    @property
    def actor(self) -> Actor:
        """Return the account as the core knows it."""
        return Actor(self.id, self.role, self.team_id)


class EnrolCode(msgspec.Struct, frozen=True):
    """A one-time code, kept as its SHA-256."""

    code_hash: str
    expires_at: str
    used_at: str | None


FORKED = "forked"
LEAVING = "leaving"  # brings its unsent work, then destroys its keys
WIPED = "wiped"
ACTIVE = frozenset({"active", FORKED})  # states in which a laptop may still speak


class Device(msgspec.Struct, frozen=True):
    """A laptop that was enrolled.

    `state` is active; revoked or lost; of two copies, forked; on its way out, leaving, then wiped.
    """

    branch_id: BranchId
    id: DeviceId
    account_id: OfficerId
    name: str
    public_key: str
    state: str
    last_seq: int
    chain_hash: str
    proves: bool = False


_ACCOUNT = "branch_id, id, login, role, team_id, active"
_DEVICE = "branch_id, id, account_id, name, public_key, state, last_seq, chain_hash, proves"
DEVICE_FIELDS = len(_DEVICE.split(", "))
LEAST_CLIENT = "least_client"  # the oldest program that may work in full


def _of(table: str, columns: str) -> str:
    return ", ".join(f"{table}.{column}" for column in columns.split(", "))


_LEAST = f"(SELECT value FROM server_meta WHERE name = '{LEAST_CLIENT}')"
_BEARER = f"{_of('d', _DEVICE)}, {_of('a', _ACCOUNT)}, {_LEAST}"


class Bearer(msgspec.Struct, frozen=True):
    """Whose a token is, and the oldest program that may work in full, empty for any."""

    device: Device
    account: Account | None
    least_client: str


async def account_by_login(session: Session, login: str) -> Account | None:
    """Return an account by the name it signs in with."""
    return await _account(session, "login = ?", login)


async def account_by_id(session: Session, branch: BranchId, officer: OfficerId) -> Account | None:
    """Return an account of a branch."""
    return await _account(session, "branch_id = ? AND id = ?", branch, officer)


async def _account(session: Session, where: str, *values: str) -> Account | None:
    row = await session.row(f"SELECT {_ACCOUNT} FROM account WHERE {where}", *values)
    return _read_account(row) if row else None


def _read_account(row: Row) -> Account:
    branch, officer, login, role, team, active = row
    return Account(branch, officer, login, Role(role), team, bool(active))


async def accounts(session: Session) -> list[Account]:
    """Return every account, by login."""
    rows = await session.rows(f"SELECT {_ACCOUNT} FROM account ORDER BY login")
    return [_read_account(row) for row in rows]


async def put_account(session: Session, account: Account) -> None:
    """Add an account, or change the one there is."""
    await session.run(
        f"INSERT INTO account ({_ACCOUNT}) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (branch_id, id) DO UPDATE SET role = excluded.role, "
        "team_id = excluded.team_id, active = excluded.active",
        account.branch_id,
        account.id,
        account.login,
        str(account.role),
        account.team_id,
        account.active,
    )


async def add_branch(session: Session, branch: BranchId, name: str) -> None:
    """Add a branch with an empty feed."""
    await session.run("INSERT INTO branch (id, name) VALUES (?, ?)", branch, name)
    await session.run(
        "INSERT INTO feed_head (branch_id, n, leaves, frontier) VALUES (?, 0, 0, ?)", branch, b""
    )


async def branches(session: Session) -> list[tuple[BranchId, str]]:
    """Return (id, name) of every branch."""
    rows = await session.rows("SELECT id, name FROM branch ORDER BY id")
    return [(r[0], r[1]) for r in rows]


async def add_team(session: Session, branch: BranchId, team: TeamId, name: str) -> None:
    """Add a team."""
    await session.run("INSERT INTO team (branch_id, id, name) VALUES (?, ?, ?)", branch, team, name)


async def teams(session: Session, branch: BranchId) -> list[tuple[TeamId, str]]:
    """Return (id, name) of every team of a branch."""
    rows = await session.rows("SELECT id, name FROM team WHERE branch_id = ? ORDER BY id", branch)
    return [(r[0], r[1]) for r in rows]


async def enrol_code(session: Session, account: Account) -> EnrolCode | None:
    """Return the account's newest code, locked."""
    row = await session.row(
        "SELECT code_hash, expires_at, used_at FROM enrol_code "
        "WHERE branch_id = ? AND account_id = ?" + session.locking,
        account.branch_id,
        account.id,
    )
    return EnrolCode(*row) if row else None


async def put_enrol_code(session: Session, account: Account, code: EnrolCode) -> None:
    """Keep a code in place of an earlier one."""
    await session.run(
        "INSERT INTO enrol_code (branch_id, account_id, code_hash, expires_at, used_at) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (branch_id, account_id) DO UPDATE SET "
        "code_hash = excluded.code_hash, expires_at = excluded.expires_at, "
        "used_at = excluded.used_at",
        account.branch_id,
        account.id,
        code.code_hash,
        code.expires_at,
        code.used_at,
    )


async def add_device(session: Session, device: Device, token_hash: str, now: str) -> None:
    """Add a laptop with the hash of its token."""
    await session.run(
        f"INSERT INTO device ({_DEVICE}, token_hash, enrolled_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *msgspec.structs.astuple(device),
        token_hash,
        now,
    )


async def bearer(session: Session, token_hash: str) -> Bearer | None:
    """Return whose an enrolment's token is, None for no such token."""
    row = await session.row(
        f"SELECT {_BEARER} FROM device d LEFT JOIN account a "
        "ON a.branch_id = d.branch_id AND a.id = d.account_id WHERE d.token_hash = ?",
        token_hash,
    )
    return _read_bearer(row) if row else None


async def signed_in(session: Session, token_hash: str, now: str) -> Bearer | None:
    """Return whose a short token is, None when it has ended."""
    row = await session.row(
        f"SELECT {_BEARER} FROM device_session s JOIN device d "
        "ON d.branch_id = s.branch_id AND d.id = s.device_id LEFT JOIN account a "
        "ON a.branch_id = d.branch_id AND a.id = d.account_id "
        "WHERE s.token_hash = ? AND s.expires_at > ?",
        token_hash,
        now,
    )
    return _read_bearer(row) if row else None


def _read_bearer(row: Row) -> Bearer:
    fields = tuple(row)
    device, account, least = fields[:DEVICE_FIELDS], fields[DEVICE_FIELDS:-1], fields[-1]
    has_account = account[0] is not None
    return Bearer(Device(*device), _read_account(account) if has_account else None, least or "")


async def note_proves(session: Session, device: Device) -> None:
    """Note that a laptop can prove its key: from now on it must."""
    await session.run(
        "UPDATE device SET proves = ? WHERE branch_id = ? AND id = ?",
        True,
        device.branch_id,
        device.id,
    )


async def device_by_id(session: Session, branch: BranchId, device: DeviceId) -> Device | None:
    """Return a laptop, locked until the transaction ends."""
    row = await session.row(
        f"SELECT {_DEVICE} FROM device WHERE branch_id = ? AND id = ?" + session.locking,
        branch,
        device,
    )
    return Device(*row) if row else None


async def devices(session: Session) -> list[Device]:
    """Return every laptop."""
    rows = await session.rows(f"SELECT {_DEVICE} FROM device ORDER BY branch_id, id")
    return [Device(*r) for r in rows]


async def set_device_state(session: Session, device_id: str, state: str) -> None:
    """Revoke a laptop, mark it lost, or take it back."""
    await session.run("UPDATE device SET state = ? WHERE id = ?", state, device_id)


async def advance_device(
    session: Session, device: Device, last_seq: int, chain_hash: str, now: str
) -> None:
    """Note the newest envelope of a laptop."""
    await session.run(
        "UPDATE device SET last_seq = ?, chain_hash = ?, seen_at = ? "
        "WHERE branch_id = ? AND id = ?",
        last_seq,
        chain_hash,
        now,
        device.branch_id,
        device.id,
    )


async def meta(session: Session, name: str) -> str | None:
    """Return a value of the server itself."""
    row = await session.row("SELECT value FROM server_meta WHERE name = ?", name)
    return str(row[0]) if row else None


async def set_meta(session: Session, name: str, value: str) -> None:
    """Keep a value of the server itself."""
    await session.run(
        "INSERT INTO server_meta (name, value) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value,
    )
