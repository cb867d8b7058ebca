"""A vault of every earlier schema with work unsent: a new program sends all of it, once."""

import base64
import itertools
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from field_app.storage import schema
from field_app.storage.cipher import VaultKey
from field_app.storage.outbox import Outbox, Signer
from field_app.storage.profile import Profile, keep_profile
from field_app.storage.rescue import rescue
from field_app.storage.vault import DATABASE, Vault
from sync.domain.commands import RecordContact
from sync.domain.ids import CaseId, DeviceId, MutationId, OfficerId, RecordId
from sync.domain.outcome import Change
from sync.domain.records import Contact
from sync.domain.vocabulary import Channel, ContactResult
from sync.engine.enrolment import introduction
from sync.protocol.envelope import decode_envelope, envelope_hash, verifies
from tests.sync.quiet_branch import QuietBranch, at_rest, sync
from tests.sync.simulator.line import ADDRESS
from tests.sync.simulator.seat import Seat

WAITING = 25
RELEASED = list(schema.steps())[:-1]


def older_laptop(quiet: QuietBranch, steps: Mapping[int, str], patch: pytest.MonkeyPatch) -> Seat:
    """Enrol a laptop whose program knows these steps only, let it record much, and close it."""
    chance, name = quiet.chance, "old-1"
    key = VaultKey(chance.bytes(32), chance.bytes(16))
    pen = Ed25519PrivateKey.from_private_bytes(chance.bytes(32))
    device = DeviceId("device-old")
    code = quiet.central.administer(lambda admin: admin.enrol_code("li"))
    answer = quiet.net.line(name, "").enrol(introduction("li", code, device, name, pen))
    seat = Seat(name, "li", quiet.central.data / name, key, answer.token, quiet.net.central.time,
                chance)  # fmt: skip
    seat.laptop.vault.mkdir(parents=True)
    with patch.context() as then:
        then.setattr(schema, "steps", lambda: dict(steps))
        vault = Vault.create(seat.laptop.vault, key, chance.bytes)
    raw = pen.private_bytes_raw()
    keep_profile(
        vault,
        Profile(
            address=ADDRESS,
            account="li",
            branch_id=answer.branch_id,
            branch_name=answer.branch_name,
            server_id=answer.server_id,
            device_id=device,
            officer=answer.officer,
            token=answer.token,
            device_key=raw,
            policy_key=answer.policy_key,
            audit_key=answer.audit_key,
        ),
    )
    signer = Signer(answer.branch_id, OfficerId("li"), device, pen, "boot of old", lambda: 1)
    now = seat.clock.now()
    for n in range(WAITING):
        fact = Contact(RecordId(f"old-{n}"), CaseId("case-00"), Channel.PHONE, now,
                       ContactResult.NO_ANSWER, OfficerId("li"), "未接")  # fmt: skip
        with vault.transaction():
            Outbox(vault).add(
                MutationId(f"m{n}"), RecordContact(fact), [Change(fact, 0)], signer, now
            )
    vault.close()
    seat.line = quiet.net.line(name, answer.token, raw, seat.clock)
    quiet.seats.append(seat)
    return seat


def arrived(quiet: QuietBranch) -> list[str]:
    """Return what came of the laptop: signed, in one chain, applied, once."""
    [(key,)] = quiet.central.database.ask("SELECT public_key FROM device WHERE id = 'device-old'")
    rows = quiet.central.database.ask(
        "SELECT envelope FROM mutation WHERE device_id = 'device-old' ORDER BY seq"
    )
    found = [decode_envelope(row[0]) for row in rows]
    pen = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
    assert all(verifies(e, pen) for e in found)
    assert all(b.prev_hash == envelope_hash(a) for a, b in itertools.pairwise(found))
    assert {one.status for one in quiet.answered() if one.device == "device-old"} == {"applied"}
    return [e.mid for e in found]


@pytest.mark.parametrize("released", RELEASED)
@pytest.mark.parametrize("how", ["whole", "broken"])
def test_what_waits_in_an_older_vault_arrives_once(
    monkeypatch: pytest.MonkeyPatch, released: int, how: str
) -> None:
    """Open it with the new program, `broken` from its journal alone, and sync twice."""
    steps = {n: sql for n, sql in schema.steps().items() if n <= released}
    with at_rest() as quiet:
        seat = older_laptop(quiet, steps, monkeypatch)
        if how == "broken":
            file = seat.laptop.vault / DATABASE
            file.write_bytes(b"\x00" * file.stat().st_size)
            rescued(seat)
        seat.open()
        assert schema.version(seat.at.store.vault.connection) == 1000 + max(schema.steps())
        assert seat.at.store.replica.waiting_count() == WAITING
        sync(seat)
        assert arrived(quiet) == [f"m{n}" for n in range(WAITING)]
        again = sync(seat)
        assert (again.sent, seat.at.store.outbox.count("queued")) == (0, 0)
        [(n,)] = quiet.central.database.ask("SELECT count(*) FROM record WHERE id LIKE 'old-%'")
        assert n == WAITING


def rescued(seat: Seat) -> None:
    """Build the vault anew, as unlocking does."""
    rescue(seat.laptop.vault, seat.key, seat.chance.bytes, seat.clock.now())
