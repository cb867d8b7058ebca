"""Checkpoints on a real vault: each is kept, all must lie on one line, evidence stays."""

import os
from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.storage.profile import keep_profile
from field_app.storage.rescue import rescue
from field_app.storage.witness import ASK_EVERY, Witness
from sync.domain.ids import BranchId
from sync.protocol.checkpoint import MOST_PROVEN, Checkpoint, Doubt, sign_checkpoint
from sync.protocol.signed_form import key_text
from tests.storage.furnished_vault import KEY as VAULT_KEY
from tests.storage.furnished_vault import Furnished, profile_of_li

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


@pytest.fixture
def witness(furnished: Furnished) -> Witness:
    """Return the witness of a laptop that pinned the key, and saw the first ten entries."""
    profile = msgspec.structs.replace(profile_of_li(), audit_key=key_text(KEY.public_key()))
    keep_profile(furnished.vault, profile)
    found = furnished.store.witness
    found.saw(at(furnished, 10))
    return found


def at(furnished: Furnished, size: int, mark: str = "a", branch: str = "b1") -> Checkpoint:
    now = furnished.clock.now()
    return sign_checkpoint(Checkpoint("yf1", BranchId(branch), size, mark * 64, now), KEY)


def test_the_first_is_believed_and_later_ones_are_to_be_proven(
    furnished: Furnished, witness: Witness
) -> None:
    assert witness.unproven() is None
    for size in (12, 12, 15):
        witness.saw(at(furnished, size))
    due = witness.unproven()
    assert due is not None
    assert ([one.size for one in due.older], due.newest.size) == ([10, 12], 15)
    assert witness.unproven() is None  # not twice in a while
    witness.proved(due.newest)
    furnished.clock.at = furnished.clock.now() + ASK_EVERY + timedelta(seconds=1)
    assert witness.unproven() is None
    assert witness.trouble is None
    assert [one.size for one in witness.every()] == [10, 12, 15]


def test_many_are_proven_in_portions(furnished: Furnished, witness: Witness) -> None:
    for size in range(11, 11 + MOST_PROVEN + 20):
        witness.saw(at(furnished, size))
    due = witness.unproven()
    assert due is not None
    assert len(due.older) == MOST_PROVEN
    assert due.newest.size == 10 + MOST_PROVEN


@pytest.mark.parametrize(
    ("size", "mark", "doubt"), [(9, "a", Doubt.SHRANK), (10, "b", Doubt.CHANGED)]
)
def test_evidence_stays(
    furnished: Furnished, witness: Witness, size: int, mark: str, doubt: Doubt
) -> None:
    witness.saw(at(furnished, size, mark))
    assert witness.trouble is doubt
    witness.saw(at(furnished, 10))
    witness.saw(at(furnished, 11))
    assert witness.trouble is doubt
    assert (size, mark * 64) in {(one.size, one.root) for one in witness.every()}
    due = witness.unproven()
    assert due is not None
    assert [one.size for one in (*due.older, due.newest)] == [10, 11]


def test_a_tree_that_was_larger_before_is_shown_again(
    furnished: Furnished, witness: Witness
) -> None:
    witness.saw(at(furnished, 20))
    witness.saw(at(furnished, 10))
    assert witness.trouble is Doubt.SHRANK


def test_what_is_disproved_is_asked_no_more(furnished: Furnished, witness: Witness) -> None:
    witness.saw(at(furnished, 12))
    due = witness.unproven()
    assert due is not None
    witness.disproved(due.newest)
    assert witness.trouble is Doubt.CHANGED
    witness.saw(at(furnished, 14))
    furnished.clock.at = furnished.clock.now() + ASK_EVERY + timedelta(seconds=1)
    again = witness.unproven()
    assert again is not None
    assert ([one.size for one in again.older], again.newest.size) == ([10], 14)


@pytest.mark.parametrize("foreign", ["branch", "signature"])
def test_what_is_not_the_servers_is_not_kept(
    furnished: Furnished, witness: Witness, foreign: str
) -> None:
    other = at(furnished, 12, branch="b2") if foreign == "branch" else at(furnished, 12)
    if foreign == "signature":
        other = msgspec.structs.replace(other, size=13)
    witness.saw(other)
    assert witness.trouble is Doubt.BAD_SIGNATURE
    assert [one.size for one in witness.every()] == [10]
    witness.saw(at(furnished, 12))
    assert witness.trouble is None


def rescued(furnished: Furnished) -> Witness:
    """Break the vault's last page and build it anew."""
    furnished.close()
    data = bytearray(furnished.database.read_bytes())
    data[-10] ^= 1
    furnished.database.write_bytes(data)
    rescue(furnished.laptop.vault, VAULT_KEY, os.urandom, furnished.clock.at)
    return furnished.open().witness


def states(furnished: Furnished) -> list[tuple[int, str]]:
    return [tuple(row) for row in furnished.rows("SELECT size, state FROM checkpoint ORDER BY n")]


def test_a_rescue_forgets_nothing_of_it(furnished: Furnished, witness: Witness) -> None:
    """What was proven stays the measure of what comes next, and what was not is asked for."""
    furnished.vault.set_meta("record_epoch", "e1")
    witness.saw(at(furnished, 12))
    before = witness.every()
    witness = rescued(furnished)
    assert witness.every() == before
    assert states(furnished) == [(10, "proven"), (12, "seen")]
    due = witness.unproven()
    assert due is not None
    assert ([one.size for one in due.older], due.newest.size) == ([10], 12)
    witness.saw(at(furnished, 11))
    assert witness.trouble is Doubt.SHRANK


def test_evidence_outlives_a_rescue(furnished: Furnished, witness: Witness) -> None:
    furnished.vault.set_meta("record_epoch", "e1")
    witness.saw(at(furnished, 9))
    witness = rescued(furnished)
    assert witness.trouble is Doubt.SHRANK
    assert states(furnished) == [(10, "proven"), (9, "doubted")]
    witness.saw(at(furnished, 11))
    assert witness.trouble is Doubt.SHRANK


def test_a_rescue_believes_what_was_signed(furnished: Furnished, witness: Witness) -> None:
    """Let foreign checkpoints stand in the broken file: none of them comes along."""
    furnished.vault.set_meta("record_epoch", "e1")
    foreign = msgspec.structs.replace(at(furnished, 30), size=31)
    for one in (foreign, at(furnished, 40, branch="b2"), at(furnished, 50)):
        size = 51 if one.size == 50 else one.size
        furnished.vault.connection.execute(
            "INSERT INTO checkpoint (size, root, body, state) VALUES (?, ?, ?, 'proven')",
            (size, one.root, msgspec.json.encode(one)),
        )
    witness = rescued(furnished)
    assert [one.size for one in witness.every()] == [10]
    witness.saw(at(furnished, 11))
    assert witness.trouble is None


def test_without_its_epoch_a_checkpoint_is_evidence_alone(
    furnished: Furnished, witness: Witness
) -> None:
    """A server that was put back meanwhile has a shorter log, and is no forger."""
    witness = rescued(furnished)
    assert states(furnished) == [(10, "doubted")]
    witness.saw(at(furnished, 8))
    assert witness.trouble is None
