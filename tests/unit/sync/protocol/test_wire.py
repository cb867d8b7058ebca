"""The wire: envelopes prove their writer and order, pages splice, bodies unpack to a limit."""

import hashlib
import zlib
from datetime import UTC, datetime
from importlib.resources import files

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.compression import (
    MOST_OF_QUESTION,
    WITH_DICTIONARY,
    NotCompressed,
    TooLarge,
    pack,
    pack_gzip,
    pack_small,
    question_of,
    unpack,
)
from sync.protocol.envelope import (
    FIRST_PREVIOUS,
    SUITE,
    Envelope,
    body_hash,
    decode_envelope,
    encode_envelope,
    envelope_hash,
    sign,
    signed_form,
    verifies,
)
from sync.protocol.messages import enrol_form
from sync.protocol.pages import Cursor, FeedRow, Op, line_of, read_page, splice_page

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BODY = '{"do":"place_hold",  "reason":"住院"}'.encode()


def envelope(**other: object) -> Envelope:
    values = {
        "suite": SUITE,
        "mid": "m1",
        "branch_id": "b1",
        "officer_id": "li",
        "device_id": "d1",
        "seq": 1,
        "prev_hash": FIRST_PREVIOUS,
        "body": msgspec.Raw(BODY),
        "wall_at": datetime(2026, 9, 15, 2, 0, tzinfo=UTC),
        "boot_id": "boot",
        "mono_ms": 5,
    } | other
    return Envelope(**values)


def test_a_signed_envelope_survives_the_wire_byte_for_byte() -> None:
    sent = sign(envelope(), KEY)
    got = decode_envelope(encode_envelope(sent))
    assert bytes(got.body) == BODY
    assert verifies(got, KEY.public_key())
    assert envelope_hash(got) == envelope_hash(sent)


CHANGED = {
    "suite": "yf0",
    "mid": "m2",
    "branch_id": "b2",
    "officer_id": "wang",
    "device_id": "d2",
    "seq": 2,
    "prev_hash": "1" * 64,
    "body": msgspec.Raw(b"{}"),
    "wall_at": datetime(2026, 9, 15, 3, 0, tzinfo=UTC),
    "boot_id": "other",
    "mono_ms": 6,
    "checkpoint": "root",
}


@pytest.mark.parametrize("field", CHANGED)
def test_no_field_can_be_changed_unseen(field: str) -> None:
    signed = sign(envelope(), KEY)
    forged = msgspec.structs.replace(signed, **{field: CHANGED[field]})
    assert not verifies(forged, KEY.public_key())
    assert envelope_hash(forged) != envelope_hash(signed)
    assert set(CHANGED) == set(Envelope.__struct_fields__) - {"sig"}


@pytest.mark.parametrize("sig", ["", "not base64!", "AAAA"])
def test_a_broken_signature_is_no_signature(sig: str) -> None:
    assert not verifies(envelope(sig=sig), KEY.public_key())


def test_another_suite_needs_another_name() -> None:
    assert not verifies(sign(envelope(suite="gm1"), KEY), KEY.public_key())


def test_fields_cannot_run_into_each_other() -> None:
    one = signed_form(envelope(mid="ab", branch_id="c"))
    other = signed_form(envelope(mid="a", branch_id="bc"))
    assert one != other
    assert enrol_form("ab", "c", "d", "e") != enrol_form("a", "bc", "d", "e")
    assert body_hash(b"a") != body_hash(b"b")


def test_pages_are_spliced_and_read_back() -> None:
    rows = [
        FeedRow(4, 0, Op.PUT, "case", "c1", 2, "c1", '{"name":"单"}'.encode()),
        FeedRow(5, 3, Op.EXIT, "case", "c2", 1, "c2", None),
    ]
    after = Cursor(3, 9)
    lines = [line_of(row) for row in rows]
    data = splice_page(epoch="e1", scope='team:"n"', after=after, lines=lines, more=True, head=9)
    page = read_page(data)
    assert (page.epoch, page.scope, page.to, page.more, page.head) == (
        "e1",
        'team:"n"',
        "5.3",
        True,
        9,
    )
    assert bytes(page.ops[0].body) == '{"name":"单"}'.encode()
    assert (page.ops[1].op, bytes(page.ops[1].body)) == (Op.EXIT, b"null")
    empty = splice_page(epoch="e", scope="s", after=after, lines=[], more=False, head=9)
    assert read_page(empty).to == "3.9"


@given(st.integers(0, 2**40), st.integers(-1, 2**20))
def test_cursors_survive_their_text(commit: int, idx: int) -> None:
    assert Cursor.parse(Cursor(commit, idx).text()) == Cursor(commit, idx)


@pytest.mark.parametrize("text", ["", "x", "1.x", "-1.0", "1.-2"])
def test_broken_cursors_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Cursor.parse(text)


def test_a_cursor_without_index_starts_the_commit() -> None:
    assert Cursor.parse("7") == Cursor(7, -1)
    assert Cursor(7, 2) < Cursor(8, -1)


@pytest.mark.parametrize(
    ("pack_with", "encoding"),
    [(pack, "zstd"), (pack_small, WITH_DICTIONARY), (pack_gzip, "gzip")],
    ids=("zstd", "dictionary", "gzip"),
)
def test_bodies_unpack_to_their_limit(pack_with: object, encoding: str) -> None:
    data = "客户".encode() * 1000
    packed = pack_with(data)
    assert unpack(packed, encoding, len(data)) == data
    with pytest.raises(TooLarge):
        unpack(packed, encoding, len(data) - 1)
    with pytest.raises(NotCompressed):
        unpack(packed[:-3], encoding, len(data))
    with pytest.raises(NotCompressed):
        unpack(b"garbage", encoding, len(data))


def test_a_dictionary_that_was_released_stays_as_it_is() -> None:
    """A laptop may have any program: what one packs with q1, every one reads with q1."""
    told = files("sync.protocol").joinpath(f"{WITH_DICTIONARY}.bin").read_bytes()
    assert WITH_DICTIONARY == "zstd-q1"
    assert hashlib.sha256(told).hexdigest() == (
        "d85d8cd20d773d91a94550b3b5756565789464517b26bc80a8350fd73c110a47"
    )
    with pytest.raises(NotCompressed):
        unpack(pack_small(b"a case " * 99), "zstd", 10**6)


def test_an_answer_says_again_what_was_asked_for_next_to_nothing() -> None:
    note = "".join(chr(0x4E00 + 37 * n) for n in range(60)).encode()
    question = question_of("/sync/v1/push", b'{"note":"%s"}' % note)
    body = b'{"results":[],"pages":["%s"]}' % note
    packed = pack_small(body, question)
    assert len(packed) < 60 < len(note) < len(pack_small(body))
    assert unpack(packed, WITH_DICTIONARY, len(body), question) == body


@pytest.mark.parametrize("other", [b"", question_of("/sync/v1/pull?after=1.2", b"")])
def test_an_answer_to_another_question_is_none(other: bytes) -> None:
    """Ids that a frame takes from its question would be others, and nobody would notice."""
    scope = "officer:01a21789-13a4-7913-b5c5-748871c15b36"
    question = question_of(f"/sync/v1/pull?scope={scope}&after=1.1", b"")
    packed = pack_small(b'{"scope":"%s"}' % scope.encode(), question)
    with pytest.raises(NotCompressed):
        unpack(packed, WITH_DICTIONARY, 10**6, other)


def test_only_so_much_of_a_long_question_is_known() -> None:
    assert question_of("/t", b"x" * 10**6) == b"/t\n" + b"x" * MOST_OF_QUESTION


def test_plain_bodies_have_the_same_limit() -> None:
    assert unpack(b"abc", "", 3) == unpack(b"abc", "identity", 3) == b"abc"
    with pytest.raises(TooLarge):
        unpack(b"abcd", "identity", 3)
    with pytest.raises(NotCompressed):
        unpack(zlib.compress(b"abc"), "deflate", 3)
