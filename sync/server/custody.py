"""The administrator's acts about laptops' keys: offline time, custodians, resets, wipe, leavers.

Each is one transaction with its leaf in the audit log. A reset takes two persons with a key each;
the server sees an escrow only under at least one seal.
"""

from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from sync.domain.ids import BranchId, DeviceId
from sync.protocol.envelope import SUITE
from sync.protocol.escrow import (
    Layer,
    NotSealedForThis,
    check_digits,
    public_text,
    seal,
    unseal,
)
from sync.protocol.lease import LEAST_HOURS, MOST_HOURS, Custody, WipeOrder, sign_order
from sync.server.administration import AdminRefused, check_branch, known_account, known_device
from sync.server.audit import sealing
from sync.server.commit import Commit
from sync.server.handlers.resets import LIFE
from sync.server.key_file import KeyUnusable, write_key
from sync.server.repositories import accounts, device_keys
from sync.server.repositories.accounts import LEAVING, WIPED, Device
from sync.server.repositories.device_keys import DeviceKey, Reset
from sync.server.repositories.session import Session
from sync.server.service import Service

SEATS = (Layer.FIRST, Layer.SECOND)
LEAST_PASSPHRASE = 12


class AskedFor(msgspec.Struct, frozen=True):
    """A laptop that asks for its key, as a custodian is shown it."""

    device_id: DeviceId
    name: str
    login: str
    asked_at: str
    digits: str
    state: str


class KeyAdministration:
    """The acts of the administrator and of the two custodians."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._database = service.database

    async def offline_hours(self, branch: BranchId, hours: int | None) -> int:
        """Return how long laptops of a branch may be without a line, set when `hours` are given.

        Raises AdminRefused for hours out of bounds and for a branch there is not.
        """
        if hours is not None and not LEAST_HOURS <= hours <= MOST_HOURS:
            raise AdminRefused(f"{hours} is not between {LEAST_HOURS} and {MOST_HOURS} hours")

        async def work(session: Session) -> int:
            await check_branch(session, branch)
            if hours is not None:
                await accounts.set_meta(session, device_keys.HOURS + branch, str(hours))
                await self._leaf(session, branch, what="lease.hours", hours=hours)
            return await device_keys.offline_hours(session, branch)

        return await self._database.write(work)

    async def seat_custodian(
        self, branch: BranchId, seat: Layer, login: str, file: Path, passphrase: str
    ) -> None:
        """Give a person a key of their own, written to a file only they can open.

        Raises AdminRefused for one person in both seats and for a short passphrase.
        """
        if len(passphrase) < LEAST_PASSPHRASE:
            raise AdminRefused(
                f"the passphrase of a key has at least {LEAST_PASSPHRASE} characters"
            )
        key = X25519PrivateKey.generate()

        async def work(session: Session) -> None:
            person = await accounts.account_by_login(session, login)
            if person is None or not person.active:
                raise AdminRefused(f"there is nobody at work with the login {login}")
            seated = dict(zip(SEATS, await device_keys.custodians(session), strict=True))
            if login in (who for where, who in seated.items() if where is not seat):
                raise AdminRefused(f"{login} has the other key: it takes two persons")
            seated[seat] = login
            await accounts.set_meta(session, device_keys.CUSTODIANS, " ".join(seated.values()))
            await self._sign_custody(session, seat, public_text(key))
            await self._leaf(session, branch, what="custodian.seated", id=person.id, seat=str(seat))

        _write_private(file, key, passphrase)
        try:
            await self._database.write(work)
        except BaseException:
            _discard(file)
            raise

    async def _sign_custody(self, session: Session, seat: Layer, public: str) -> None:
        audit_key = await self._signing_key(session)
        stands = await device_keys.custody(session) or Custody(SUITE, "", "")
        changed = msgspec.structs.replace(stands, **{str(seat): public})
        signed = sign_order(changed, audit_key)
        await accounts.set_meta(session, device_keys.CUSTODY, msgspec.json.encode(signed).decode())

    async def custodians(self) -> tuple[str, str]:
        """Return the logins of the first and the second custodian."""
        return await self._database.read(device_keys.custodians)

    async def asked_for(self) -> list[AskedFor]:
        """Return the laptops that ask for their key."""

        async def look(session: Session) -> list[AskedFor]:
            return [await self._shown(session, one) for one in await device_keys.resets(session)]

        return await self._database.read(look)

    async def _shown(self, session: Session, reset: Reset) -> AskedFor:
        device = await known_device(session, reset.device_id)
        person = await accounts.account_by_id(session, reset.branch_id, device.account_id)
        state = "agreed" if reset.second_by else "half agreed" if reset.first_by else "asked"
        digits = check_digits(device.id, reset.public_key)
        login = person.login if person else ""
        return AskedFor(device.id, device.name, login, reset.asked_at, digits, state)

    async def agree(self, device_id: str, digits: str, file: Path, passphrase: str) -> str:
        """Take a custodian's seal off, the first's before the second's; return the new state.

        Raises AdminRefused for digits that are not the request's, a request that has ended, a key
        that is no custodian's, the officer's own request, and the second key before the first.
        """
        key = _read_private(file, passphrase)

        async def work(session: Session) -> str:
            device = await known_device(session, device_id)
            reset = await device_keys.reset_of(session, device.branch_id, device.id)
            if reset is None:
                raise AdminRefused(f"laptop {device_id} asks for nothing")
            self._check_asked(reset, digits)
            seat, who = await self._seat_of(session, key)
            person = await accounts.account_by_login(session, who)
            if person is None or not person.active or person.id == device.account_id:
                raise AdminRefused(f"{who} may not agree to this request")
            changed = await self._unsealed(session, reset, device, seat, key, who)
            await device_keys.put_reset(session, changed)
            await self._leaf(
                session, device.branch_id, what=f"reset.{seat}", id=device.id, by=person.id
            )
            return "agreed" if changed.second_by else "half agreed"

        return await self._database.write(work)

    def _check_asked(self, reset: Reset, digits: str) -> None:
        now = self._service.latest.now()
        if now >= datetime.fromisoformat(reset.asked_at) + LIFE:
            raise AdminRefused("the laptop asked more than a day ago: let it ask again")
        plain = "".join(c for c in digits if c.isdigit())
        if plain != check_digits(reset.device_id, reset.public_key).replace(" ", ""):
            raise AdminRefused("these are not the digits on the laptop: do not agree")

    async def _seat_of(self, session: Session, key: X25519PrivateKey) -> tuple[Layer, str]:
        custody = await device_keys.custody(session)
        names = await device_keys.custodians(session)
        public = public_text(key)
        for seat, who in zip(SEATS, names, strict=True):
            if custody is not None and public == getattr(custody, str(seat)):
                return seat, who
        raise AdminRefused("this key is no custodian's")

    async def _unsealed(
        self,
        session: Session,
        reset: Reset,
        device: Device,
        seat: Layer,
        key: X25519PrivateKey,
        who: str,
    ) -> Reset:
        if reset.second_by or (seat is Layer.FIRST and reset.first_by):
            raise AdminRefused(f"{who} has agreed already")
        try:
            if seat is Layer.FIRST:
                kept = await device_keys.get(session, device.branch_id, device.id)
                outer = kept.escrow if kept else b""
                inner = unseal(outer, key, seat, device.id, device.account_id)
                return msgspec.structs.replace(reset, first_by=who, sealed=inner)
            if not reset.first_by:
                raise AdminRefused("the first custodian agrees before the second")
            plain = unseal(reset.sealed, key, seat, device.id, device.account_id)
        except NotSealedForThis as error:
            raise AdminRefused("the escrow was sealed for other custodians") from error
        handed = seal(plain, reset.public_key, Layer.LAPTOP, device.id, device.account_id)
        return msgspec.structs.replace(reset, second_by=who, sealed=handed)

    async def wipe(self, device_id: str, *, rescue: bool) -> str:
        """Order a laptop to destroy its keys; return its state.

        With `rescue` its unsent work is taken first, unless it was lost or revoked: whoever has it
        then is nobody the bank trusts.
        """

        async def work(session: Session) -> str:
            return await self._wipe(session, await known_device(session, device_id), rescue)

        return await self._database.write(work)

    async def _wipe(self, session: Session, device: Device, rescue: bool) -> str:
        key = await self._signing_key(session)
        if device.state == WIPED:
            raise AdminRefused(f"laptop {device.id} is wiped already")
        rescue = rescue and device.state in accounts.ACTIVE | {LEAVING}
        now = self._service.clock.now()
        order = sign_order(WipeOrder(SUITE, device.id, now, rescue), key)
        stands = await device_keys.get(session, device.branch_id, device.id) or DeviceKey(1, b"")
        # What a thief would need of the server is gone at once.
        kept = msgspec.structs.replace(
            stands,
            wipe=msgspec.json.encode(order),
            escrow=b"",
            escrow_mark="",
            secret=stands.secret if rescue else b"",
        )
        await device_keys.put(session, device.branch_id, device.id, kept)
        await device_keys.forget_reset(session, device.branch_id, device.id)
        state = LEAVING if rescue else "revoked"
        await accounts.set_device_state(session, device.id, state)
        await self._leaf(session, device.branch_id, what="device.wipe", id=device.id, rescue=rescue)
        return state

    async def concern(self, device_id: str, *, is_felt: bool) -> None:
        """Give a laptop that somebody has doubts about a day without its server, or as before.

        It learns of it at its next sync; raises AdminRefused for one there is not.
        """

        async def work(session: Session) -> None:
            device = await known_device(session, device_id)
            await accounts.set_meta(session, device_keys.CONCERN + device.id, "1" * is_felt)
            what = "device.concern" if is_felt else "device.calm"
            await self._leaf(session, device.branch_id, what=what, id=device.id)

        await self._database.write(work)

    async def found(self, device_id: str) -> None:
        """Let a laptop that was lost or revoked work again; raises AdminRefused after a wipe."""

        async def work(session: Session) -> None:
            device = await known_device(session, device_id)
            ordered = await device_keys.wipe_order(session, device.branch_id, device.id)
            if device.state not in ("lost", "revoked") or ordered is not None:
                raise AdminRefused(f"laptop {device_id} is {device.state}: enrol it anew")
            await accounts.set_device_state(session, device.id, "active")
            await self._leaf(session, device.branch_id, what="device.found", id=device.id)

        await self._database.write(work)

    async def leave(self, login: str) -> int:
        """Order every laptop of a person who leaves to bring its work and destroy its keys.

        Returns how many. The account itself is ended by `Administration.change_officer`.
        """

        async def work(session: Session) -> int:
            person = await known_account(session, login)
            theirs = [d for d in await accounts.devices(session) if d.account_id == person.id]
            still = [d for d in theirs if d.state not in (WIPED, LEAVING)]
            for device in still:
                await self._wipe(session, device, rescue=True)
            return len(still)

        return await self._database.write(work)

    async def _signing_key(self, session: Session) -> Ed25519PrivateKey:
        try:
            key = await sealing.signing_key(session, self._service.data)
        except KeyUnusable as error:
            raise AdminRefused(str(error)) from error
        if key is None:
            raise AdminRefused("the server has no audit key: run init first")
        return key

    async def _leaf(self, session: Session, branch: BranchId, **told: object) -> None:
        commit = Commit(session, branch)
        commit.leaf(self._service.clock.now().isoformat(), **told)
        await commit.finish()


def _write_private(file: Path, key: X25519PrivateKey, passphrase: str) -> None:
    shut = BestAvailableEncryption(passphrase.encode())
    write_key(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, shut))


def _discard(file: Path) -> None:
    file.unlink()


def _read_private(file: Path, passphrase: str) -> X25519PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), passphrase.encode())
    except (ValueError, TypeError) as error:
        raise AdminRefused(f"{file} is no key, or this is not its passphrase") from error
    if not isinstance(key, X25519PrivateKey):
        raise AdminRefused(f"{file} is no custodian's key")
    return key
