"""Rules on their way: only what the pinned key signed is believed, field by field."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.protocol.envelope import SUITE
from sync.protocol.policy_bundle import (
    Distrust,
    PolicyBundle,
    PolicyNews,
    PolicyStanding,
    Trusted,
    bundle_hash,
    is_signed,
    sign_bundle,
    trust,
)
from sync.protocol.policy_key import Handover, sign_handover
from sync.protocol.signed_form import fingerprint, key_text

AT = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)
KEY, NEXT, THIRD, STRANGER = (
    Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3, 9)
)


def text(key: Ed25519PrivateKey) -> str:
    return key_text(key.public_key())


def bundle(key: Ed25519PrivateKey = KEY, **other: object) -> PolicyBundle:
    values = {
        "suite": SUITE,
        "branch_id": "main",
        "serial": 4,
        "pack_id": "cn",
        "version": "2026.2",
        "published_at": AT,
        "pack": "规则",
        "overlay": "更严",
        "figures": "数",
    } | other
    return sign_bundle(PolicyBundle(**values), key)


def handover(old: Ed25519PrivateKey, new: Ed25519PrivateKey) -> Handover:
    return sign_handover(Handover(SUITE, text(old), text(new), AT), old)


def standing(key: Ed25519PrivateKey = KEY, serial: int = 3) -> PolicyStanding:
    return PolicyStanding("main", text(key), serial, "x")


def test_a_bundle_survives_the_wire() -> None:
    sent = PolicyNews(bundle(), (handover(KEY, NEXT),))
    got = msgspec.json.decode(msgspec.json.encode(sent), type=PolicyNews)
    assert got == sent
    assert got.bundle is not None
    assert is_signed(got.bundle, text(KEY))
    assert bundle_hash(got.bundle) == bundle_hash(bundle())


CHANGED = {
    "suite": "yf0",
    "branch_id": "north",
    "serial": 5,
    "pack_id": "uk",
    "version": "2026.3",
    "published_at": AT + timedelta(microseconds=1),
    "pack": "规则 ",
    "overlay": "",
    "figures": "",
    "sig": bundle(STRANGER).sig,
}


@pytest.mark.parametrize("name", CHANGED)
def test_every_field_is_signed(name: str) -> None:
    changed = msgspec.structs.replace(bundle(), **{name: CHANGED[name]})
    assert not is_signed(changed, text(KEY))
    assert bundle_hash(changed) != bundle_hash(bundle())
    assert trust(PolicyNews(changed), standing()) is Distrust.BAD_SIGNATURE


def test_every_field_is_tried() -> None:
    assert set(CHANGED) == set(PolicyBundle.__struct_fields__)


def test_text_that_moves_between_pack_and_overlay_is_noticed() -> None:
    moved = msgspec.structs.replace(bundle(pack="ab", overlay="c"), pack="a", overlay="bc")
    assert not is_signed(moved, text(KEY))


@pytest.mark.parametrize("sig", ["", "!", "AAAA", "签名"])
def test_what_is_no_signature_is_none(sig: str) -> None:
    assert not is_signed(msgspec.structs.replace(bundle(), sig=sig), text(KEY))


@pytest.mark.parametrize("key", ["", "AAAA", "!"])
def test_what_is_no_key_signed_nothing(key: str) -> None:
    assert not is_signed(bundle(), key)


def test_rules_of_another_branch_are_not_taken() -> None:
    foreign = bundle(branch_id="south")
    assert is_signed(foreign, text(KEY))
    assert trust(PolicyNews(foreign), standing()) is Distrust.BAD_SIGNATURE


def test_newer_rules_of_the_pinned_key_are_believed() -> None:
    assert trust(PolicyNews(bundle()), standing()) == Trusted(bundle(), text(KEY))


@pytest.mark.parametrize("serial", [4, 5])
def test_rules_that_are_not_newer_are_older(serial: int) -> None:
    assert trust(PolicyNews(bundle()), standing(serial=serial)) is Distrust.OLDER


def test_no_news_are_none() -> None:
    assert trust(PolicyNews(), standing()) is None


def test_a_key_follows_when_the_one_before_signed_it() -> None:
    line = (handover(KEY, NEXT), handover(NEXT, THIRD))
    for pinned in (KEY, NEXT, THIRD):
        found = trust(PolicyNews(bundle(THIRD), line), standing(pinned))
        assert found == Trusted(bundle(THIRD), text(THIRD))


def test_a_key_that_names_itself_is_not_followed() -> None:
    forged = sign_handover(Handover(SUITE, text(KEY), text(STRANGER), AT), STRANGER)
    news = PolicyNews(bundle(STRANGER), (forged,))
    assert trust(news, standing()) is Distrust.BAD_SIGNATURE


HANDED = handover(KEY, NEXT)
FORGED = {
    "suite": "yf0",
    "old": text(STRANGER),
    "new": text(STRANGER),
    "at": AT + timedelta(seconds=1),
    "sig": handover(KEY, THIRD).sig,
}


@pytest.mark.parametrize("name", FORGED)
def test_every_field_of_a_handover_is_signed(name: str) -> None:
    changed = msgspec.structs.replace(HANDED, **{name: FORGED[name]})
    signer = STRANGER if name == "new" else NEXT
    assert trust(PolicyNews(bundle(signer), (changed,)), standing()) is Distrust.BAD_SIGNATURE
    assert isinstance(trust(PolicyNews(bundle(NEXT), (HANDED,)), standing()), Trusted)


def test_the_former_key_signs_nothing_more() -> None:
    assert trust(PolicyNews(bundle(KEY), (HANDED,)), standing()) is Distrust.BAD_SIGNATURE


def test_a_signature_for_a_handover_is_none_for_rules() -> None:
    lent = msgspec.structs.replace(bundle(), sig=HANDED.sig)
    assert not is_signed(lent, text(KEY))


def test_a_fingerprint_is_short_and_the_keys_own() -> None:
    marks = {fingerprint(text(k)) for k in (KEY, NEXT, THIRD)}
    assert len(marks) == 3
    assert {len(m) for m in marks} == {16}
