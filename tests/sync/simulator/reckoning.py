"""What must be true at the end, once the net is healed and everybody has synced.

Names of the oracles: I1 to I8 of the sync design, a to h of the reliability methods.
"""

import hashlib
import json
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.storage.profile import own_profile
from sync.protocol.checkpoint import Checkpoint
from sync.protocol.envelope import FIRST_PREVIOUS, decode_envelope, envelope_hash, verifies
from sync.server.audit.verifying import verify
from tests.sync.simulator.branch import PEOPLE, TEAM
from tests.sync.simulator.central import BRANCH, Central
from tests.sync.simulator.chance import Broken
from tests.sync.simulator.ledger import Answered, Body, Key, Ledger, Stands, answered, records
from tests.sync.simulator.seat import Seat

ROLES = {login: str(role) for login, (_, role) in PEOPLE.items()}
SHOWN = "SELECT body FROM checkpoint WHERE state <> 'doubted' ORDER BY n"
FIRST_HOUR, LAST_HOUR = 8, 22  # of visits in the published rules


def reckon(
    central: Central, seats: list[Seat], before: dict[Key, Stands], leaves: int, put_back: int
) -> None:
    """Raise Broken for whatever is not as it must be; the server was `put_back` so many times."""
    every = answered(central)
    by_mid = {one.mid: one for one in every}
    if len(by_mid) != len(every):
        raise Broken("I2: an envelope has two answers")
    for seat in seats:
        # What a server put back lost comes from laptops; one that is shut out keeps it to itself.
        keeps = seat.revoked and put_back > 0
        _nothing_lost(seat, by_mid, keeps=keeps)
        _same_answers(seat, by_mid, keeps=keeps)
        _trail(seat)
    _all_decided(every, seats)
    _nothing_invented(seats, by_mid)
    _chains(central, seats)
    _effects(central, every, before)
    _audit(central, every, seats, leaves, put_back)
    _windows(central)
    for seat in seats:
        if stuck(central, seat):
            if seat.at.store.outbox.count("queued"):
                raise Broken(f"I1: {seat.name} is one of two copies and kept work to itself")
        elif not seat.revoked:
            _same_records(central, seat)
            _nothing_waits(central, seat)


def stuck(central: Central, seat: Seat) -> bool:
    """Say whether this is one of two laptops with one identity: it is to be enrolled anew."""
    device = seat.at.store.replica.device_id()
    rows = central.database.ask("SELECT state, last_seq FROM device WHERE id = ?", device)
    [(state, last_seq)] = rows
    behind = bool(last_seq > seat.at.store.outbox.last_seq())
    return seat.cloned and not seat.revoked and (state == "forked" or behind)


def _nothing_lost(seat: Seat, by_mid: dict[str, Answered], *, keeps: bool) -> None:
    """I1, a: what was saved is at the server, or waits on a laptop that is shut out.

    `keeps`: answered work may be on such a laptop alone too.
    """
    for mid, seq in seat.promised.items():
        if mid in by_mid:
            continue
        row = seat.rows("SELECT state FROM outbox WHERE mid = ?", mid)
        if not (row and (keeps or (row == [("queued",)] and seat.revoked))):
            raise Broken(f"I1: {seat.name}/{seq} was saved and is not at the server: {row}")


def _same_answers(seat: Seat, by_mid: dict[str, Answered], *, keeps: bool) -> None:
    """I5: all answered work has the server's answer, and the state that follows from it."""
    for mid, seq, state, result in seat.rows("SELECT mid, seq, state, result FROM outbox"):
        if state == "queued" or (keeps and mid not in by_mid):
            continue
        told = json.loads(result)
        status = told["first"] if told["status"] == "already" else told["status"]
        if mid not in by_mid or by_mid[mid].status != status:
            raise Broken(f"I5: {seat.name}/{seq} believes {status}, the server does not")
        if (status == "applied") != (state in ("acked", "done")):
            raise Broken(f"I5: {seat.name}/{seq} was {status} and is {state}")


def _all_decided(every: list[Answered], seats: list[Seat]) -> None:
    """I5: what the server stumbled over is decided, but of a laptop that cannot send it again."""
    may_send = {s.at.store.replica.device_id() for s in seats if not s.revoked}
    for one in every:
        if one.is_open and one.device in may_send:
            raise Broken(f"I5: {one.name} was never decided")


def _nothing_invented(seats: list[Seat], by_mid: dict[str, Answered]) -> None:
    known = {mid for seat in seats for mid in seat.promised}
    for mid, one in by_mid.items():
        if mid not in known:
            raise Broken(f"I2: the server has {one.name} which nobody saved")


def _trail(seat: Seat) -> None:
    """Own trail: it is whole and names every act."""
    store = seat.at.store
    if store.audit.first_broken() is not None:
        raise Broken(f"the trail of {seat.name} is broken")
    [(told,)] = seat.rows("SELECT count(*) FROM audit WHERE what = 'submit'")
    if told != len(seat.promised):
        raise Broken(
            f"the trail of {seat.name} tells of {told} acts, {len(seat.promised)} are kept"
        )


def _chains(central: Central, seats: list[Seat]) -> None:
    """Each laptop's envelopes follow each other from the first, all signed by its key.

    Those of a second copy are kept beside them: signed too, and refused or marked.
    """
    keys: dict[str, bytes] = {}
    for seat in seats:
        profile = own_profile(seat.at.store.vault)
        keys[profile.device_id] = profile.device_key
    for device, raw in sorted(keys.items()):
        key = Ed25519PrivateKey.from_private_bytes(raw).public_key()
        chain, last = FIRST_PREVIOUS, 0
        rows = central.database.ask(
            "SELECT envelope, forked FROM mutation WHERE device_id = ? ORDER BY seq", device
        )
        for data, forked in rows:
            one = decode_envelope(data)
            if forked:
                if not verifies(one, key):
                    raise Broken(f"a second copy's {one.seq} of {device} is not signed")
                continue
            if (one.seq, one.prev_hash) != (last + 1, chain) or not verifies(one, key):
                raise Broken(f"the chain of {device} breaks at {one.seq}")
            last, chain = one.seq, envelope_hash(one)
        [stands] = central.database.ask(
            "SELECT last_seq, chain_hash FROM device WHERE id = ?", device
        )
        if stands != (last, chain):
            raise Broken(f"the server counts {stands[0]} envelopes of {device}, there are {last}")


def _effects(central: Central, every: list[Answered], before: dict[Key, Stands]) -> None:
    """I2, c, d: the plain model, played from the answers, is what stands at the server."""
    ledger = Ledger({k: Stands(s.rev, dict(s.body)) for k, s in before.items()}, ROLES)
    for one in every:
        ledger.play(one)
    ledger.compare(records(central))


def _audit(
    central: Central, every: list[Answered], seats: list[Seat], leaves: int, put_back: int
) -> None:
    """e: the log is whole, grew by an entry for each answer and act, and out of all it ever was."""
    # What a server put back lost of its log is set apart by those who saw it and met it since.
    rows = [row for s in seats if not (s.revoked and put_back) for row in s.rows(SHOWN)]
    shown = [msgspec.json.decode(body, type=Checkpoint) for (body,) in rows]
    found = central.done(central.database.read(lambda s: verify(s, BRANCH, 0, shown)))
    # Envelopes made before the server was put back may name a checkpoint of what it lost.
    if found.flaw is not None or (found.others and not put_back):
        raise Broken(f"e: the audit log is wrong: {found}")
    for seat in seats:
        if seat.revoked and put_back:
            continue  # it may have met what was approved only later
        if seat.at.store.witness.trouble is not None:
            raise Broken(f"e: {seat.name} doubts the log: {seat.at.store.witness.trouble}")
    entries = [json.loads(e) for (e,) in central.database.ask("SELECT entry FROM audit_leaf")]
    told = {e["mid"]: e["status"] for e in entries if "mid" in e}
    again = [e for e in entries if "again" in e]  # decided once the server's fault was mended
    told |= {e["again"]: e["status"] for e in again}
    if told != {one.mid: one.status for one in every}:
        raise Broken("e: the audit log tells other answers than were given")
    [(forked,)] = central.database.ask("SELECT count(*) FROM device WHERE state = 'forked'")
    expected = leaves + len(every) + len(again) + central.admin_leaves + forked
    if len(entries) != expected:
        raise Broken(f"e: {len(entries)} audit entries, {expected} acts")


def _windows(central: Central) -> None:
    """h: nowhere stands a visit in forbidden hours."""
    zone = ZoneInfo("Asia/Shanghai")
    for (kind, one), stands in records(central).items():
        if kind == "appointment":
            start = datetime.fromisoformat(stands.body["start"]).astimezone(zone)
            if not FIRST_HOUR <= start.hour < LAST_HOUR:
                raise Broken(f"h: {one} is planned at {start:%H:%M}")


def _same_records(central: Central, seat: Seat) -> None:
    """I3, I4, b, f: the laptop holds exactly what its person may see, byte for byte."""
    rows = central.database.ask("SELECT kind, id, rev, body FROM record")
    cases = {one: json.loads(body) for kind, one, _, body in rows if kind == "case"}
    expected = {
        (kind, one): (rev, bytes(body) if ROLES[seat.login] != "compliance" else b"")
        for kind, one, rev, body in rows
        if _may_see(seat.login, kind, json.loads(body), cases)
    }
    held = {
        (kind, one): (rev, bytes(body) if ROLES[seat.login] != "compliance" else b"")
        for kind, one, rev, body in seat.rows("SELECT kind, id, rev, body FROM replica")
    }
    if held != expected:
        odd = sorted({k for k in held.keys() | expected.keys() if held.get(k) != expected.get(k)})
        raise Broken(f"I3: {seat.name} and the server differ in {odd[0]} and {len(odd) - 1} more")
    if ROLES[seat.login] == "compliance" and any(
        "1990000" in body.decode() for _, body in _bodies(seat)
    ):
        raise Broken(f"I4: {seat.name} knows how to reach a customer")
    shown = {row[0] for row in seat.rows("SELECT id FROM case_index")}
    if shown != {one for kind, one in held if kind == "case"}:
        raise Broken(f"b: the list of {seat.name} shows other cases than it holds")


def _bodies(seat: Seat) -> list[tuple[str, bytes]]:
    return [(one, bytes(body)) for one, body in seat.rows("SELECT id, body FROM replica")]


def _may_see(login: str, kind: str, body: Body, cases: dict[str, Body]) -> bool:
    """Say whether somebody may see a record: the scopes, told once more in plain words."""
    overseer = ROLES[login] != "officer"
    if kind == "officer":
        return bool(body["team_id"] == TEAM)
    if kind in ("route", "training", "export"):
        return overseer or body["officer_id"] == login
    case = cases[body["id"] if kind == "case" else body["case_id"]]
    if overseer:
        return True
    return kind != "reveal" and login in (case["officer_id"], case["second_id"])


def _nothing_waits(central: Central, seat: Seat) -> None:
    """I4, I5, g: no work and no file waits, nothing of one's own lies over the server's words."""
    states = dict(seat.rows("SELECT state, count(*) FROM outbox GROUP BY state"))
    if not set(states) <= {"done", "attention", "resolved"}:
        raise Broken(f"g: {seat.name} still has work in {sorted(states)}")
    if seat.rows("SELECT kind, id FROM overlay"):
        raise Broken(f"g: {seat.name} still shows work of its own")
    for one, state, sha256 in seat.rows("SELECT id, state, sha256 FROM upload"):
        if state != "done":
            raise Broken(f"g: the file {one} of {seat.name} is {state}")
        whole = central.data / "attachments" / BRANCH / one
        if not whole.exists() or hashlib.sha256(whole.read_bytes()).hexdigest() != sha256:
            raise Broken(f"I1: the file {one} of {seat.name} is not whole at the server")


def attention(seats: list[Seat]) -> int:
    """Return how much work waits for a person."""
    return sum(seat.at.store.outbox.count("attention") for seat in seats)
