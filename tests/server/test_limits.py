"""Bodies too large, bombs, broken, too deep or of another version: refused, and cheaply."""

import gzip
import zlib
from contextlib import closing

import httpx
import msgspec
import pytest
from backports import zstd

from sync.domain.commands import PlaceHold, encode_command
from sync.domain.ids import RecordId
from sync.domain.vocabulary import HoldKind
from sync.protocol.compression import MOST_FOR_DICTIONARY, WITH_DICTIONARY, question_of, unpack
from sync.protocol.messages import MAX_BATCH, MAX_BATCH_BYTES, MAX_PAGE, Codes, Status
from sync.server.arriving import LARGEST_BODY
from sync.server.routes.sync_routes import LARGEST_MESSAGE, LARGEST_PUSH
from tests.server.house import House, problem
from tests.server.laptop import PRIVATE_WORDS, SYNC, Bare, fresh, now

POSTS = {"/push": LARGEST_PUSH, "/attachments": LARGEST_MESSAGE, "/enrol": LARGEST_MESSAGE}
PACKERS = {"zstd": zstd.compress, "gzip": gzip.compress}
MB = 1024 * 1024


def post(laptop: Bare, path: str, body: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return laptop.ask("POST", path, content=body, headers=named)


def a_call(house: House) -> bytes:
    """Return a hold on li's case as it is signed."""
    case_id, reason = house.cases["own"], PRIVATE_WORDS
    return encode_command(PlaceHold(RecordId(fresh()), case_id, HoldKind.ILLNESS, reason, now()))


@pytest.mark.parametrize("path", POSTS)
def test_a_body_too_large(house: House, path: str) -> None:
    li = house.crew["li"]
    for size in (POSTS[path] + 1, LARGEST_BODY + 1):
        answer = post(li, path, b" " * size)
        assert (answer.status_code, problem(answer)) == (413, Codes.TOO_LARGE)
    answer = post(li, path, b" " * (POSTS[path]))
    assert (answer.status_code, problem(answer)) == (400, Codes.MALFORMED)


def test_a_body_that_does_not_say_how_large_it_is(house: House) -> None:
    """Send more than may come in pieces, without a length."""
    li = house.crew["li"]
    pieces = (b" " * MB for _ in range(LARGEST_BODY // MB + 2))
    answer = li.ask("POST", "/push", content=pieces)
    assert (answer.status_code, problem(answer)) == (413, Codes.TOO_LARGE)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("packing", PACKERS)
def test_a_bomb(house: House, path: str, packing: str) -> None:
    """Unpack no more than the limit of a body that would become 200 MB."""
    bomb = PACKERS[packing](bytes(200 * MB)) if packing == "zstd" else BOMB
    assert len(bomb) < LARGEST_BODY
    answer = post(house.crew["li"], path, bomb, content_encoding=packing)
    assert (answer.status_code, problem(answer)) == (413, Codes.TOO_LARGE)


def _gzip_bomb() -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(10 * MB)
    return b"".join([*(squeezer.compress(block) for _ in range(20)), squeezer.flush()])


BOMB = _gzip_bomb()
BROKEN = {
    "gzip that is none": (b"{}", "gzip"),
    "zstd that is none": (b"{}", "zstd"),
    "half a gzip": (gzip.compress(b"{}" * 900)[:-9], "gzip"),
    "half a zstd": (zstd.compress(b"{}" * 900)[:-5], "zstd"),
    "a packing nobody knows": (b"{}", "br"),
    "two packings": (gzip.compress(gzip.compress(b"{}")), "gzip, gzip"),
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("name", BROKEN)
def test_a_packing_that_is_broken(house: House, path: str, name: str) -> None:
    body, packing = BROKEN[name]
    answer = post(house.crew["li"], path, body, content_encoding=packing)
    assert (answer.status_code, problem(answer)) == (400, Codes.MALFORMED)


DEEP = 2_000
BODIES = {
    "nothing": b"",
    "no JSON": b"rubbish",
    "half": b'{"epoch": "',
    "no text": b"\xff\xfe\xfd",
    "half a letter": b'{"epoch": "\\ud800"}',
    "a list": b"[]",
    "null": b"null",
    "a number": b"1e999",
    "an empty object": b"{}",
    "lists without end": b"[" * DEEP,
    "lists in lists": b"[" * DEEP + b"]" * DEEP,
    "objects in objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "another shape": b'{"epoch": 1, "device_id": [], "envelopes": {}}',
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("name", BODIES)
def test_a_message_that_is_none(house: House, path: str, name: str) -> None:
    answer = post(house.crew["li"], path, BODIES[name])
    assert (answer.status_code, problem(answer)) == (400, Codes.MALFORMED)


COMMANDS = {
    "lists in lists": b"[" * 500 + b"]" * 500,
    "objects in objects": b'{"do":' * 500 + b"1" + b"}" * 500,
    "no command": b"{}",
    "a command that is none": b'{"do": "dance"}',
    "text": b'"x"',
    "null": b"null",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_is_none(house: House, name: str) -> None:
    """Answer it, so that the laptop can go on with what comes behind it."""
    li = house.crew["li"]
    wrong, right = li.push(COMMANDS[name], a_call(house))
    assert (wrong.status, [r.code for r in wrong.reasons]) == (
        Status.INVALID,
        ["mutation.malformed"],
    )
    assert right.status is Status.APPLIED


def test_a_deep_envelope_does_not_reach_the_core(house: House) -> None:
    li = house.crew["li"]
    before = li.hello().last_seq
    deep = msgspec.Raw(b"[" * 100_000 + b"]" * 100_000)
    push = {"epoch": li.enrolled.epoch, "device_id": li.device_id, "envelopes": [deep]}
    answer = post(li, "/push", msgspec.json.encode(push))
    assert (answer.status_code, problem(answer)) == (400, Codes.MALFORMED)
    assert li.hello().last_seq == before


def test_as_many_envelopes_as_may_come(house: House) -> None:
    """Take 200 in one batch, and not one more."""
    li = house.crew["li"]
    results = li.push(*(a_call(house) for _ in range(MAX_BATCH)))
    assert {r.status for r in results} == {Status.APPLIED}
    seq, chain = li.seq, li.chain
    answer = li.send(li.sealed(*(a_call(house) for _ in range(MAX_BATCH + 1))))
    li.seq, li.chain = seq, chain
    assert (answer.status_code, problem(answer)) == (413, Codes.TOO_LARGE)
    assert answer.json()["params"] == {"most": MAX_BATCH}
    assert li.hello().last_seq == seq


def test_a_full_batch_by_bytes(house: House) -> None:
    """Take a batch as large as a laptop may make it, packed."""
    li = house.crew["li"]
    long = "很" * (MAX_BATCH_BYTES // 3 // 20 - 400)
    command = msgspec.json.decode(a_call(house))
    bodies = [
        msgspec.json.encode(command | {"hold_id": fresh(), "reason": long}) for _ in range(20)
    ]
    assert MAX_BATCH_BYTES * 0.9 < sum(map(len, bodies)) <= MAX_BATCH_BYTES
    results = li.push(*bodies)
    assert {r.status for r in results} == {Status.APPLIED}


@pytest.mark.parametrize("version", ["0", "3", "99", "1.0", "x", ""])
def test_another_version(house: House, version: str) -> None:
    """Tell on every way in which version is spoken."""
    li = house.crew["li"]
    asked = [
        ("GET", "/hello"),
        ("GET", "/pull?scope=x"),
        ("POST", "/push"),
        ("POST", "/attachments"),
        ("GET", "/attachments/x"),
        ("POST", "/enrol"),
    ]
    for method, path in asked:
        answer = li.ask(method, path, headers={"Sync-Version": version})
        assert (answer.status_code, problem(answer)) == (426, Codes.VERSION)
        assert answer.json()["params"] == {"spoken": [2, 1]}


TOKENS = ("", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "bearer\tx", "Bearer " + "x" * 9000)


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_that_is_none(house: House, token: str) -> None:
    answer = house.client.get(f"{SYNC}/hello", headers={"Authorization": token})
    assert (answer.status_code, problem(answer)) == (401, Codes.UNAUTHORISED)


def test_ways_that_do_not_exist(house: House) -> None:
    li = house.crew["li"]
    for method, path, status, code in (
        ("GET", "/nothing", 404, Codes.NOT_FOUND),
        ("GET", "/push", 405, Codes.MALFORMED),
        ("DELETE", "/hello", 405, Codes.MALFORMED),
        ("GET", "/attachments/a/b", 404, Codes.NOT_FOUND),
    ):
        answer = li.ask(method, path)
        assert (answer.status_code, problem(answer)) == (status, code)


def test_a_request_is_named_in_its_refusal(house: House) -> None:
    """Give the laptop's own name of a request back, cut to what may be in a log."""
    answer = house.crew["li"].ask("GET", "/nothing", headers={"Sync-Request": "r" * 100})
    assert answer.json()["request_id"] == "r" * 64


@pytest.mark.parametrize("limit", [1, MAX_PAGE])
def test_answers_are_packed_as_asked(house: House, limit: int) -> None:
    chen = house.crew["chen"]
    scope = next(s for s in chen.hello().scopes if s.startswith("team:"))
    said = {"params": {"scope": scope, "limit": str(limit)}}
    plain = chen.ask("GET", "/pull", headers={"Accept-Encoding": "identity"}, **said)
    assert "content-encoding" not in plain.headers
    small = len(plain.content) <= MOST_FOR_DICTIONARY
    assert small or limit > 1
    best = WITH_DICTIONARY if small else "zstd"
    every = f"{WITH_DICTIONARY}, zstd, gzip"
    for accepted, packing in ((every, best), ("zstd", "zstd"), ("gzip", "gzip")):
        asked = {"Accept-Encoding": accepted}
        request = house.client.build_request("GET", f"{SYNC}/pull", headers=asked, **said)
        with closing(house.client.send(chen.signed(request), stream=True)) as answer:
            assert answer.headers["content-encoding"] == packing
            assert answer.headers["vary"] == "accept-encoding"
            assert answer.headers["cache-control"] == "no-store"
            packed = b"".join(answer.iter_raw())
            question = question_of(request.url.raw_path.decode(), b"")
            assert unpack(packed, packing, len(plain.content), question) == plain.content
