"""The rules in force on a laptop, kept in its vault: newest first, none lost, none from outside."""

import re
from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.bootstrap.desk_setup import unlock
from field_app.storage.cipher import PAGE_SIZE
from field_app.storage.profile import keep_profile
from field_app.storage.rulebook import InForce, Rulebook
from field_app.storage.trouble import DiskFull, Rescued
from sync.domain.ids import BranchId
from sync.policy.mechanisms.kinds import KINDS
from sync.policy.published import texts_beside
from sync.protocol.envelope import SUITE
from sync.protocol.policy_bundle import (
    Distrust,
    PolicyBundle,
    PolicyStanding,
    Trusted,
    bundle_hash,
    sign_bundle,
)
from sync.protocol.signed_form import key_text
from tests.storage.furnished_vault import PASSPHRASE, Furnished, profile_of_li
from tests.sync.rules import PACK, STOP, pack, rule

KEY, NEXT = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
FUTURE = "mechanism_of_the_future"


def proven(furnished: Furnished, serial: int, text: str, key: Ed25519PrivateKey = KEY) -> Trusted:
    """Return rules as the line proves them."""
    found = re.search(r'^version = "(.*)"$', text, re.MULTILINE)
    assert found is not None
    bundle = PolicyBundle(
        SUITE,
        BranchId("b1"),
        serial,
        "cn",
        found.group(1),
        furnished.clock.at,
        text,
        figures=texts_beside(PACK).figures,
    )
    return Trusted(sign_bundle(bundle, key), key_text(key.public_key()))


@pytest.fixture
def pinned(furnished: Furnished) -> Furnished:
    """Pin a key and lock the laptop with the passphrase."""
    profile = msgspec.structs.replace(profile_of_li(), policy_key=key_text(KEY.public_key()))
    keep_profile(furnished.vault, profile)
    furnished.lock_with(None)
    return furnished


def book(furnished: Furnished) -> Rulebook:
    return furnished.store.rulebook


def test_the_program_brings_rules(pinned: Furnished) -> None:
    engine = book(pinned).engine
    assert book(pinned).in_force == InForce(engine.pack.id, engine.pack.version)
    assert book(pinned).standing() == PolicyStanding(BranchId("b1"), key_text(KEY.public_key()))
    assert book(pinned).trouble is None


def test_kept_rules_are_in_force_at_once_and_after_the_next_unlocking(pinned: Furnished) -> None:
    news = proven(pinned, 3, pack("2099.1", rule()))
    pinned.store.replica.keep_policy(news)
    expected = InForce("cn", "2099.1", 3, pinned.clock.at)
    assert pinned.desk.policy.pack.version == "2099.1"
    assert STOP in {r.id for r in pinned.desk.policy.pack.rules}
    assert pinned.desk.policy.reference.id == "cn"
    assert pinned.desk.policy.curriculum.modules
    assert book(pinned).in_force == expected
    pinned.clock.at += timedelta(days=1)
    pinned.reopened()
    assert book(pinned).in_force == expected
    standing = book(pinned).standing()
    assert (standing.serial, standing.hash) == (3, bundle_hash(news.bundle))
    assert pinned.store.audit.first_broken() is None


def test_every_earlier_pack_can_still_be_read(pinned: Furnished) -> None:
    for serial, version in enumerate(("2099.1", "2099.2", "2099.3"), start=1):
        book(pinned).keep(proven(pinned, serial, pack(version)))
    pinned.reopened()
    versions = [p.version for p in book(pinned).packs]
    assert versions[:3] == ["2099.3", "2099.2", "2099.1"]
    assert len(versions) == 4


def test_unread_rules_wait_and_never_replace_what_can_be_read(
    pinned: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(pinned).keep(proven(pinned, 1, pack("2099.1")))
    news = proven(pinned, 2, pack("2099.2", rule("NEW", FUTURE)))
    book(pinned).keep(news)
    assert book(pinned).in_force.serial == 1
    assert book(pinned).trouble is Distrust.UNREADABLE
    assert book(pinned).standing().hash == bundle_hash(news.bundle)
    pinned.reopened()
    assert book(pinned).in_force.serial == 1
    assert book(pinned).trouble is Distrust.UNREADABLE
    pinned.clock.at += timedelta(days=3)
    monkeypatch.setitem(KINDS, FUTURE, KINDS["always"])
    pinned.reopened()
    assert book(pinned).in_force == InForce("cn", "2099.2", 2, pinned.clock.at)
    assert book(pinned).trouble is None


def test_unread_rules_before_any_other_leave_the_programs_own(pinned: Furnished) -> None:
    brought = book(pinned).engine
    book(pinned).keep(proven(pinned, 1, pack("2099.1", rule("NEW", FUTURE))))
    assert book(pinned).engine is brought
    assert book(pinned).trouble is Distrust.UNREADABLE


def test_what_is_wrong_is_told_until_it_is_right(pinned: Furnished) -> None:
    book(pinned).note(Distrust.BAD_SIGNATURE)
    pinned.reopened()
    assert book(pinned).trouble is Distrust.BAD_SIGNATURE
    book(pinned).keep(proven(pinned, 1, pack("2099.1")))
    assert book(pinned).trouble is None
    book(pinned).note(Distrust.OLDER)
    book(pinned).note(None)
    assert book(pinned).trouble is None


def test_rules_and_their_key_outlive_a_rescue(pinned: Furnished) -> None:
    book(pinned).keep(proven(pinned, 5, pack("2099.1", rule()), NEXT))
    stands = book(pinned).in_force
    [(page,)] = pinned.rows("SELECT rootpage FROM sqlite_master WHERE name = 'audit'")
    assert isinstance(page, int)
    pinned.close()
    data = bytearray(pinned.database.read_bytes())
    data[(page - 1) * PAGE_SIZE + 100] ^= 1
    pinned.database.write_bytes(data)
    with pytest.raises(Rescued):
        unlock(pinned.laptop, PASSPHRASE)
    pinned.sit(unlock(pinned.laptop, PASSPHRASE))
    assert book(pinned).in_force == stands
    assert book(pinned).standing().key == key_text(NEXT.public_key())


def test_a_full_disk_keeps_the_former_rules(pinned: Furnished) -> None:
    news = proven(pinned, 1, pack("2099.1", rule()))
    former = book(pinned).engine
    pinned.rows("VACUUM")  # no page is free
    pages = pinned.rows("PRAGMA page_count")[0][0]
    pinned.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull):
        book(pinned).keep(news)
    assert book(pinned).engine is former
    pinned.rows("PRAGMA max_page_count = 1000000")
    pinned.reopened()
    assert book(pinned).in_force.serial == 0
    book(pinned).keep(news)
    assert book(pinned).in_force.serial == 1
