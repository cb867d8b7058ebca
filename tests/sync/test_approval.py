"""A restore needs a second person: until they approve, laptops warn, and go on working."""

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.operations import outbox
from sync.domain.ids import BranchId
from sync.protocol.checkpoint import Doubt
from sync.protocol.epochs import Ended, approve
from sync.protocol.signed_form import fingerprint, key_text
from sync.server import approver_key
from sync.server.backup.approving import Request, read_request, write_request
from sync.server.key_file import KeyUnusable
from sync.server.repositories import approvals
from sync.server.repositories.session import Session
from tests.server.terminal import Told, tell
from tests.sync.acts import call, unanswered, visitable
from tests.sync.office import Office, Seat, administer
from tests.sync.rules import at_the_server
from tests.sync.test_put_back import backup
from tools import verify_audit

WORDS = "a heron waits in the reeds"
ON_ONE_FILE = pytest.mark.parametrize("furnished", ["sqlite"], indirect=True)


@pytest.fixture
def safe(office: Office, tmp_path: Path) -> Path:
    """Give the bank an approver; return the folder of their key, `he.key`, with its passphrase."""
    away = tmp_path / "away"
    away.mkdir()
    (away / "words").write_text(f"{WORDS}\n", encoding="utf-8")
    made = own("make", str(away / "he.key"), "--passphrase-file", str(away / "words"))
    public, shown = made.out.splitlines()
    assert shown == f"fingerprint {fingerprint(public)}"
    assert fingerprint(public) in administer(office.server.data, "approver", "name", public)
    return away


def own(*arguments: str) -> Told:
    """Run a command of the approver's own, which needs no server."""
    return tell(None, "approver", *arguments)


def doubt(seat: Seat) -> Doubt | None:
    return outbox.state(seat.desk).record_trouble


def put_back(office: Office, file: Path) -> Path:
    """Put a backup back and start the server; return the request for the approval."""
    office.server.stop()
    told = administer(office.server.data, "restore", str(file))
    assert "waits for the approver" in told
    office.server.start()
    [request] = office.server.data.glob("put-back-*.json")
    return request


def approved(safe: Path, request: Path, out: str = "approved.json") -> Path:
    """Sign a request as the approver does."""
    key = ("--key", str(safe / "he.key"), "--passphrase-file", str(safe / "words"))
    told = own("approve", str(request), *key, "--out", str(safe / out))
    assert told.code == 0, told.err
    assert "keeps commits up to" in told.out
    return safe / out


def lost_a_day(office: Office) -> tuple[Seat, Path]:
    """Return an officer whose last two calls are in no backup, and the backup."""
    lead = office.seat("chen")
    office.give(lead, 12)
    li = office.seat("li")
    li.sync()
    file = backup(office, "yesterday")
    for _ in range(2):
        call(li, visitable(li)[0], "约下周")
        li.sync()
    return li, file


def test_an_approved_restore_is_believed_and_the_log_tells_who_approved(
    office: Office, safe: Path, tmp_path: Path
) -> None:
    li, file = lost_a_day(office)
    request = put_back(office, file)
    # Without the approval: a warning, and everything else as ever, also after a new start.
    assert li.sync().sent == 2
    assert doubt(li) is Doubt.UNAPPROVED
    call(li, visitable(li)[0], "约下周")
    assert li.sync().sent == 1
    li = office.reopened(li)
    assert (doubt(li), unanswered(li)) == (Doubt.UNAPPROVED, 0)
    key = key_text(approver_key.unlock(safe / "he.key", WORDS).public_key())
    log = tmp_path / "before.jsonl"
    administer(office.server.data, "audit", "export", "--out", str(log))
    with pytest.raises(verify_audit.Bad, match="nobody approved"):
        verify_audit.verify(str(log), approver=key)

    answer = approved(safe, request)
    assert "1 approvals taken" in administer(office.server.data, "approver", "take", str(answer))
    assert "0 approvals taken" in administer(office.server.data, "approver", "take", str(answer))
    li.sync()
    assert doubt(li) is None
    call(li, visitable(li)[0], "约下周")
    li.sync()
    assert doubt(li) is None
    assert "0 waiting" in administer(office.server.data, "approver", "show")
    assert tell(office.server.data, "approver", "request", "--out", str(safe / "x")).code == 1

    log = tmp_path / "after.jsonl"
    administer(office.server.data, "audit", "export", "--out", str(log))
    assert "put back 1 times, approved 1" in verify_audit.verify(str(log), approver=key)[0]
    other = key_text(Ed25519PrivateKey.generate().public_key())
    with pytest.raises(verify_audit.Bad, match="approval"):
        verify_audit.verify(str(log), approver=other)


def forged(ended: Ended) -> Ended:
    """Sign with a key of one's own."""
    return approve(ended, Ed25519PrivateKey.generate())


def longer(ended: Ended) -> Ended:
    """Say afterwards that more of the log was lost than the approver saw."""
    past = msgspec.structs.replace(ended.past, leaves=ended.past.leaves - 1)
    return Ended(ended.branch_id, past)


def elsewhere(ended: Ended) -> Ended:
    """Say that it was approved in another branch."""
    return Ended(BranchId("south"), ended.past)


def undeclared(ended: Ended) -> Ended:
    """Take the server's own signature away."""
    return Ended(ended.branch_id, msgspec.structs.replace(ended.past, sig=""))


@ON_ONE_FILE
def test_an_approval_that_is_not_the_approvers_is_not_taken_nor_believed(
    office: Office, safe: Path
) -> None:
    li, file = lost_a_day(office)
    answer = read_request(approved(safe, put_back(office, file)))
    for spoil in (longer, elsewhere, undeclared, forged):
        path = safe / f"{spoil.__name__}.json"
        wrong = msgspec.structs.replace(answer, epochs=tuple(map(spoil, answer.epochs)))
        write_request(wrong, path)
        told = tell(office.server.data, "approver", "take", str(path))
        assert (told.code, told.out) == (1, "")
        why = "not signed by the approver" if spoil is forged else "did not end like this"
        assert why in told.err

    # Neither does a laptop believe it, when somebody writes it into the database.
    async def write(session: Session) -> None:
        for one in wrong.epochs:
            await approvals.keep(session, one)

    at_the_server(office.server, write)
    assert li.sync().sent == 2
    assert doubt(li) is Doubt.UNAPPROVED
    administer(office.server.data, "approver", "take", str(safe / "approved.json"))
    li.sync()
    assert doubt(li) is None


@ON_ONE_FILE
def test_an_approval_serves_one_restore(office: Office, safe: Path) -> None:
    """Put the server back twice: the first approval is none for the second."""
    li, file = lost_a_day(office)
    first = put_back(office, file)
    administer(office.server.data, "approver", "take", str(approved(safe, first)))
    li.sync()
    assert doubt(li) is None
    file = backup(office, "later")
    call(li, visitable(li)[0], "约下周")
    li.sync()
    first.unlink()
    second = put_back(office, file)
    li.sync()
    assert doubt(li) is Doubt.UNAPPROVED
    old, new = read_request(safe / "approved.json"), read_request(second)
    replayed = [
        Ended(
            asked.branch_id,
            msgspec.structs.replace(asked.past, approval=given.past.approval),
        )
        for asked, given in zip(new.epochs, old.epochs, strict=True)
    ]
    write_request(msgspec.structs.replace(new, epochs=tuple(replayed)), safe / "replayed.json")
    told = tell(office.server.data, "approver", "take", str(safe / "replayed.json"))
    assert "not signed by the approver" in told.err
    answer = approved(safe, second, "second.json")
    administer(office.server.data, "approver", "take", str(answer))
    li.sync()
    assert doubt(li) is None


@ON_ONE_FILE
def test_what_was_held_is_still_compared_when_the_approval_comes(
    office: Office, safe: Path
) -> None:
    """Cut the log once more while laptops wait: the approval does not cover that."""
    li, file = lost_a_day(office)
    request = put_back(office, file)
    for _ in range(3):
        call(li, visitable(li)[0], "约下周")
        li.sync()
    assert doubt(li) is Doubt.UNAPPROVED
    administer(office.server.data, "approver", "take", str(approved(safe, request)))

    async def shorten(session: Session) -> None:
        await session.run("UPDATE feed_head SET leaves = 3")
        await session.run("UPDATE feed_head SET frontier = ?", b"\0" * 64)

    at_the_server(office.server, shorten)
    li.sync()
    assert doubt(li) is Doubt.SHRANK


@ON_ONE_FILE
def test_a_bank_without_an_approver_goes_on_as_before_and_may_name_one(
    office: Office,
) -> None:
    """Laptops enrolled earlier learn the approver with a sync; others never change theirs."""
    li, file = lost_a_day(office)
    office.server.stop()
    assert "waits" not in administer(office.server.data, "restore", str(file))
    office.server.start()
    assert (li.sync().sent, doubt(li)) == (2, None)
    assert "no approver" in administer(office.server.data, "approver", "show")
    assert tell(office.server.data, "approver", "request", "--out", "x").code == 1
    keys = [key_text(Ed25519PrivateKey.generate().public_key()) for _ in range(2)]
    administer(office.server.data, "approver", "name", keys[0])
    li.sync()
    assert li.profile.approver_key == keys[0]
    assert doubt(li) is None
    told = tell(office.server.data, "approver", "name", keys[1])
    assert (told.code, "there is an approver" in told.err) == (1, True)
    administer(office.server.data, "approver", "name", keys[1], "--instead")
    li.sync()
    assert office.seat("wang").profile.approver_key == keys[1]
    assert li.profile.approver_key == keys[0]


@ON_ONE_FILE
def test_the_servers_own_keys_approve_nothing(office: Office) -> None:
    li = office.seat("li")
    for key in (li.profile.audit_key, li.profile.policy_key):
        told = tell(office.server.data, "approver", "name", key)
        assert (told.code, "another" in told.err) == (1, True)
    told = tell(office.server.data, "approver", "name", "no key")
    assert (told.code, "no public key" in told.err) == (1, True)


def test_the_approvers_key_file(tmp_path: Path) -> None:
    file, words = tmp_path / "he.key", tmp_path / "words"
    words.write_text("short", encoding="utf-8")
    told = own("make", str(file), "--passphrase-file", str(words))
    assert (told.code, file.exists()) == (1, False)
    words.write_bytes(WORDS.encode("utf-16"))  # as an editor may have kept them
    told = own("make", str(file), "--passphrase-file", str(words))
    assert (told.code, "no text in UTF-8" in told.err, file.exists()) == (1, True, False)
    words.write_text(WORDS, encoding="utf-8")
    inside = own("make", str(file), "--data", str(tmp_path), "--passphrase-file", str(words))
    assert (inside.code, "one person" in inside.err) == (1, True)
    assert own("make", str(file), "--passphrase-file", str(words)).code == 0
    assert own("make", str(file), "--passphrase-file", str(words)).code == 1
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(KeyUnusable, match="passphrase"):
        approver_key.unlock(file, WORDS + "!")
    kept = msgspec.json.decode(file.read_bytes())
    file.write_bytes(msgspec.json.encode(kept | {"public": "A" * 44}))
    with pytest.raises(KeyUnusable, match="passphrase"):
        approver_key.unlock(file, WORDS)
    file.write_bytes(b"-----BEGIN")
    with pytest.raises(KeyUnusable, match="no approver's key"):
        approver_key.unlock(file, WORDS)
    (tmp_path / "r").write_bytes(msgspec.json.encode(Request("other", "", "", ())))
    told = own("approve", str(tmp_path / "r"), "--key", str(file), "--out", str(tmp_path / "o"))
    assert (told.code, (tmp_path / "o").exists()) == (1, False)
