"""A laptop that meets a new epoch: it forgets longer logs only when two people said so."""

from collections.abc import Callable

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.storage.profile import keep_profile, profile_of
from field_app.storage.witness import Witness
from sync.domain.ids import BranchId, OfficerId, TeamId
from sync.domain.time import Clock
from sync.domain.vocabulary import Role
from sync.protocol.checkpoint import Checkpoint, Doubt, sign_checkpoint
from sync.protocol.epochs import Ended, approve, declare
from sync.protocol.messages import Hello, PastEpoch
from sync.protocol.signed_form import key_text
from sync.protocol.versions import VERSION
from tests.storage.furnished_vault import Furnished, profile_of_li

SERVER, APPROVER, NOBODY = (
    Ed25519PrivateKey.from_private_bytes(c * 32) for c in (b"k", b"a", b"n")
)
BRANCH = BranchId("b1")


def hello(clock: Clock, epoch: str, *past: PastEpoch, approver: str = "") -> Hello:
    return Hello(
        (VERSION,),
        "s1",
        epoch,
        BRANCH,
        OfficerId("li"),
        Role.OFFICER,
        TeamId("t1"),
        (),
        1,
        0,
        "",
        clock.now(),
        "cn",
        "1",
        past=past,
        approver_key=approver,
    )


def signed(
    past: PastEpoch,
    server: Ed25519PrivateKey | None = SERVER,
    approver: Ed25519PrivateKey | None = APPROVER,
    branch: BranchId = BRANCH,
) -> PastEpoch:
    ended = Ended(branch, past)
    ended = declare(ended, server) if server else ended
    return (approve(ended, approver) if approver else ended).past


FIRST = PastEpoch("e1", 20, 8, "e2")
SECOND = PastEpoch("e2", 25, 12, "e3")
REPLACE = msgspec.structs.replace


@pytest.fixture
def witness(furnished: Furnished) -> Witness:
    """Return a laptop that knows both keys, is in the first epoch and saw ten entries."""
    keys = {"audit_key": SERVER, "approver_key": APPROVER}
    told = {name: key_text(key.public_key()) for name, key in keys.items()}
    keep_profile(furnished.vault, REPLACE(profile_of_li(), **told))
    found = furnished.store.witness
    found.follow(hello(furnished.clock, "e1"), "")
    found.saw(at(furnished, 10))
    return found


def at(furnished: Furnished, size: int, mark: str = "a") -> Checkpoint:
    return sign_checkpoint(
        Checkpoint("yf1", BRANCH, size, mark * 64, furnished.clock.now()), SERVER
    )


def test_an_approved_epoch_is_followed(furnished: Furnished, witness: Witness) -> None:
    witness.follow(hello(furnished.clock, "e2", signed(FIRST)), "e1")
    witness.saw(at(furnished, 9, "b"))
    assert witness.trouble is None


NOT_APPROVED: dict[str, Callable[[], tuple[PastEpoch, ...]]] = {
    "nothing of it": lambda: (),
    "neither": lambda: (signed(FIRST, None, None),),
    "the server alone": lambda: (signed(FIRST, approver=None),),
    "the approver alone": lambda: (signed(FIRST, server=None),),
    "somebody else": lambda: (signed(FIRST, approver=NOBODY),),
    "the server twice": lambda: (signed(FIRST, approver=SERVER),),
    "another server": lambda: (signed(FIRST, server=NOBODY),),
    "another branch": lambda: (signed(FIRST, branch=BranchId("b2")),),
    "one kind of signature for the other": lambda: (
        REPLACE(signed(FIRST, APPROVER, SERVER), sig=signed(FIRST).approval),
    ),
    "for another epoch": lambda: (
        REPLACE(
            signed(FIRST, approver=None), approval=signed(REPLACE(FIRST, begins="e9")).approval
        ),
    ),
    "for more that was kept": lambda: (REPLACE(signed(REPLACE(FIRST, leaves=10)), leaves=8),),
    "a gap after it": lambda: (signed(REPLACE(FIRST, begins="e9")),),
    "no key and no signature": lambda: (REPLACE(FIRST, sig="=", approval="="),),
}


@pytest.mark.parametrize("past", NOT_APPROVED.values(), ids=NOT_APPROVED)
def test_without_both_it_is_doubted_until_both_are_there(
    furnished: Furnished, witness: Witness, past: Callable[[], tuple[PastEpoch, ...]]
) -> None:
    for size in (9, 11):  # shorter than before, then longer: neither is believed or held against
        witness.follow(hello(furnished.clock, "e2", *past()), "e1")
        witness.saw(at(furnished, size, "b"))
        assert witness.trouble is Doubt.UNAPPROVED
        assert witness.unproven() is None
    witness.follow(hello(furnished.clock, "e2", signed(FIRST)), "")
    assert witness.trouble is None
    assert [one.size for one in witness.every()] == [10, 9, 11]
    witness.saw(at(furnished, 12, "b"))
    due = witness.unproven()
    assert due is not None
    assert [one.size for one in (*due.older, due.newest)] == [9, 11, 12]


def test_two_restores_need_two_approvals(furnished: Furnished, witness: Witness) -> None:
    """Only the second is approved, then both; what the first showed alone is not compared."""
    witness.follow(hello(furnished.clock, "e2", signed(FIRST, approver=None)), "e1")
    witness.saw(at(furnished, 14, "b"))
    past = (signed(FIRST, approver=None), signed(SECOND))
    witness.follow(hello(furnished.clock, "e3", *past), "")
    witness.saw(at(furnished, 13, "c"))
    assert witness.trouble is Doubt.UNAPPROVED
    witness.follow(hello(furnished.clock, "e3", signed(FIRST), signed(SECOND)), "")
    assert witness.trouble is None
    witness.saw(at(furnished, 15, "c"))
    assert witness.trouble is None


def test_an_approval_does_not_cover_what_was_common(furnished: Furnished, witness: Witness) -> None:
    """Eleven entries outlived it, as the approver signed; the server shows nine."""
    past = REPLACE(FIRST, leaves=11)
    witness.follow(hello(furnished.clock, "e2", signed(past, approver=None)), "e1")
    witness.saw(at(furnished, 9, "b"))
    assert witness.trouble is Doubt.UNAPPROVED
    witness.follow(hello(furnished.clock, "e2", signed(past)), "")
    assert witness.trouble is Doubt.SHRANK


def test_a_server_that_returns_to_its_former_epoch_is_held_to_both(
    furnished: Furnished, witness: Witness
) -> None:
    witness.follow(hello(furnished.clock, "e2"), "e1")
    witness.saw(at(furnished, 9, "b"))
    witness.follow(hello(furnished.clock, "e1"), "")
    assert witness.trouble is Doubt.SHRANK


def test_a_wrong_signature_is_told_while_it_waits_and_evidence_stays(
    furnished: Furnished, witness: Witness
) -> None:
    witness.follow(hello(furnished.clock, "e2"), "e1")
    witness.saw(REPLACE(at(furnished, 11), size=12))
    assert witness.trouble is Doubt.BAD_SIGNATURE
    witness.saw(at(furnished, 11))
    assert witness.trouble is Doubt.UNAPPROVED


def test_an_approver_is_learnt_once(furnished: Furnished, witness: Witness) -> None:
    mine, other = (key_text(key.public_key()) for key in (APPROVER, NOBODY))
    witness.follow(hello(furnished.clock, "e1", approver=other), "")
    known = profile_of(furnished.vault)
    assert known is not None
    assert known.approver_key == mine
    keep_profile(furnished.vault, REPLACE(known, approver_key=""))
    # The epoch that comes with the news is judged as before there was an approver.
    witness.follow(hello(furnished.clock, "e2", signed(FIRST, None, None), approver=other), "e1")
    assert witness.trouble is None
    learnt = profile_of(furnished.vault)
    assert learnt is not None
    assert learnt.approver_key == other


# One backup put back twice: the second server knows nothing of the epoch that the first began.
AGAIN = PastEpoch("e1", 6, 6, "e3")


def test_one_backup_put_back_twice_is_followed(furnished: Furnished, witness: Witness) -> None:
    witness.follow(hello(furnished.clock, "e2", signed(FIRST)), "e1")
    witness.saw(at(furnished, 9, "b"))
    witness.follow(hello(furnished.clock, "e3", signed(AGAIN)), "e2")
    witness.saw(at(furnished, 7, "c"))
    assert witness.trouble is None
    witness.follow(hello(furnished.clock, "e3", signed(AGAIN)), "")
    witness.saw(at(furnished, 8, "c"))
    assert witness.trouble is None


def test_what_both_grew_out_of_must_still_be_there(furnished: Furnished, witness: Witness) -> None:
    """Eight entries outlived the first, and nine the second: both have eight in common."""
    witness.follow(hello(furnished.clock, "e2", signed(FIRST)), "e1")
    witness.saw(at(furnished, 8, "b"))
    witness.follow(hello(furnished.clock, "e3", signed(REPLACE(AGAIN, leaves=9))), "e2")
    witness.saw(at(furnished, 7, "c"))
    assert witness.trouble is Doubt.SHRANK


def test_the_second_time_needs_an_approval_of_its_own(
    furnished: Furnished, witness: Witness
) -> None:
    witness.follow(hello(furnished.clock, "e2", signed(FIRST)), "e1")
    for past in (signed(AGAIN, approver=None), REPLACE(AGAIN, approval=signed(FIRST).approval)):
        witness.follow(hello(furnished.clock, "e3", past), "e2")
        assert witness.trouble is Doubt.UNAPPROVED
    witness.follow(hello(furnished.clock, "e3", signed(AGAIN)), "")
    assert witness.trouble is None


def test_nobody_is_led_back_to_an_epoch_that_was_approved_and_left(
    furnished: Furnished, witness: Witness
) -> None:
    """It is the older one of two that an approver once let begin, whether it was met or not."""
    witness.follow(hello(furnished.clock, "e3", signed(AGAIN)), "e1")
    witness.saw(at(furnished, 7, "c"))
    witness.follow(hello(furnished.clock, "e2", signed(FIRST)), "e3")
    assert witness.trouble is Doubt.UNAPPROVED


def test_a_history_of_which_nothing_is_known_is_not_followed(
    furnished: Furnished, witness: Witness
) -> None:
    witness.follow(hello(furnished.clock, "e2", signed(FIRST)), "e1")
    witness.follow(hello(furnished.clock, "e9", signed(PastEpoch("e8", 6, 6, "e9"))), "e2")
    assert witness.trouble is Doubt.UNAPPROVED


@pytest.mark.parametrize("size", [7, 9])
def test_what_an_epoch_showed_that_nobody_approved_is_not_held_against_its_sibling(
    furnished: Furnished, witness: Witness, size: int
) -> None:
    witness.follow(hello(furnished.clock, "e2", signed(FIRST, approver=None)), "e1")
    witness.saw(at(furnished, size, "b"))
    witness.follow(hello(furnished.clock, "e3", signed(AGAIN)), "")
    witness.saw(at(furnished, size, "c"))
    assert witness.trouble is None
    assert [one.size for one in witness.every()] == [10, size, size]


def test_what_was_shown_while_it_waited_and_outlived_it_is_compared(
    furnished: Furnished, witness: Witness
) -> None:
    witness.follow(hello(furnished.clock, "e2", signed(FIRST, approver=None)), "e1")
    for size in (12, 14):
        witness.saw(at(furnished, size, "b"))
    witness.follow(hello(furnished.clock, "e3", signed(FIRST), signed(SECOND)), "")
    witness.saw(at(furnished, 13, "c"))
    assert witness.trouble is None
    witness.saw(at(furnished, 12, "c"))
    assert witness.trouble is Doubt.SHRANK
