"""A map on its way: only what the pinned key signed is believed, field by field."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.protocol.envelope import SUITE
from sync.protocol.published_map import (
    MapDistrust,
    MapNews,
    MapStanding,
    PublishedMap,
    is_signed,
    sign_map,
    trust_map,
)
from sync.protocol.signed_form import key_text

AT = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)
KEY, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 9))
OTHER = {
    "suite": "yf0",
    "branch_id": "south",
    "serial": 5,
    "name": "別",
    "format": 3,
    "content_hash": "cd" * 32,
    "sha256": "ef" * 32,
    "size": 7,
    "region": (118.0, 34.0, 119.0, 35.5),
    "data_date": "2026-08-02",
    "published_at": AT + timedelta(seconds=1),
    "withdrawn": True,
}


def text(key: Ed25519PrivateKey) -> str:
    return key_text(key.public_key())


def told(key: Ed25519PrivateKey = KEY) -> PublishedMap:
    return sign_map(
        PublishedMap(
            suite=SUITE,
            branch_id="main",
            serial=4,
            name="云川",
            format=2,
            content_hash="ab" * 32,
            sha256="cd" * 32,
            size=331_776,
            region=(118.0, 34.0, 119.0, 35.1),
            data_date="2026-08-01",
            published_at=AT,
        ),
        key,
    )


def test_a_description_survives_the_wire() -> None:
    sent = MapNews(told())
    again = msgspec.json.decode(msgspec.json.encode(sent), type=MapNews)
    assert again == sent
    assert trust_map(again, MapStanding("main", text(KEY), 3)) == sent.map


@pytest.mark.parametrize("name", [f for f in PublishedMap.__struct_fields__ if f != "sig"])
def test_every_field_is_signed(name: str) -> None:
    changed = msgspec.structs.replace(told(), **{name: OTHER[name]})
    assert not is_signed(changed, text(KEY))


@pytest.mark.parametrize("sig", ["", "no base64", "AAAA"])
def test_no_signature_is_none(sig: str) -> None:
    assert not is_signed(msgspec.structs.replace(told(), sig=sig), text(KEY))


def test_whose_key_and_how_old() -> None:
    news = MapNews(told())
    assert trust_map(MapNews(), MapStanding("main", text(KEY))) is None
    for standing, why in (
        (MapStanding("main", text(STRANGER)), MapDistrust.BAD_SIGNATURE),
        (MapStanding("south", text(KEY)), MapDistrust.BAD_SIGNATURE),
        (MapStanding("main", text(KEY), 4), MapDistrust.OLDER),
    ):
        assert trust_map(news, standing) is why
