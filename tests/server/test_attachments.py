"""Files in pieces: resumed where they were, checked when whole, never another person's."""

import hashlib
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import pytest
from backports import zstd

from sync.domain.records import Attachment
from sync.protocol.messages import CHUNK, MAX_ATTACHMENT, Codes
from sync.server.attachment_files import AttachmentFiles
from sync.server.handlers import attachments as handler
from sync.server.handlers.attachments import files_of
from tests.server.house import FIRST_OFFICER, PICTURE, House, problem
from tests.server.laptop import fresh, sha256, state_of

PNG = b"\x89PNG\r\n\x1a\n"
DATA = PNG + random.Random(5).randbytes(2 * CHUNK + 1000 - len(PNG))


def stored(house: House) -> list[str]:
    """Return the names of the files on the server's disk."""
    folder = house.data / "attachments" / house.crew["li"].enrolled.branch_id
    return sorted(path.name for path in folder.iterdir())


def test_a_file_goes_up_in_pieces(house: House) -> None:
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], DATA)
    assert state_of(li.offer(fact)).offset == 0
    for offset in range(0, len(DATA), CHUNK):
        state = state_of(li.upload(fact, DATA[offset : offset + CHUNK], offset))
        assert state.offset == min(offset + CHUNK, len(DATA))
        assert state.complete == (state.offset == len(DATA))
        assert state_of(li.offer(fact)) == state
    fetched = house.crew["chen"].ask("GET", f"/attachments/{fact.id}")
    assert fetched.content == DATA
    assert fetched.headers["content-type"] == "application/octet-stream"
    # Sent again, it is as it was.
    assert state_of(li.upload(fact, b"rubbish")).complete
    assert house.crew["chen"].ask("GET", f"/attachments/{fact.id}").content == DATA


def test_half_a_file_cannot_be_fetched(house: House) -> None:
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], DATA)
    state_of(li.upload(fact, DATA[:CHUNK]))
    for laptop in (li, house.crew["chen"]):
        answer = laptop.ask("GET", f"/attachments/{fact.id}")
        assert (answer.status_code, problem(answer)) == (404, Codes.NOT_FOUND)


@pytest.mark.parametrize("offset", [1, CHUNK - 1, CHUNK + 1, 2 * CHUNK])
def test_a_piece_at_another_place(house: House, offset: int) -> None:
    """Tell where the file ends, so that the laptop goes on there."""
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], DATA)
    state_of(li.upload(fact, DATA[:CHUNK]))
    answer = li.upload(fact, DATA[offset : offset + 500], offset)
    assert (answer.status_code, problem(answer)) == (409, Codes.WRONG_OFFSET)
    assert answer.json()["params"] == {"offset": CHUNK}
    state_of(li.upload(fact, DATA[CHUNK : 2 * CHUNK], CHUNK))
    assert state_of(li.upload(fact, DATA[2 * CHUNK :], 2 * CHUNK)).complete


BAD_OFFSETS = ("", "-1", "x", "1.5", "²", "1_0", "0x0", str(MAX_ATTACHMENT + 1), "9" * 5000)


@pytest.mark.parametrize("offset", BAD_OFFSETS)
def test_an_offset_that_is_none(house: House, offset: str) -> None:
    li = house.crew["li"]
    headers = {"Upload-Offset": offset.encode("latin-1")}
    path = f"/attachments/{house.files['own'].id}"
    answer = li.ask("PATCH", path, content=b"x", headers=headers)
    assert (answer.status_code, problem(answer)) == (400, Codes.MALFORMED)


def test_no_offset(house: House) -> None:
    answer = house.crew["li"].ask("PATCH", f"/attachments/{house.files['own'].id}", content=b"x")
    assert (answer.status_code, problem(answer)) == (400, Codes.MALFORMED)


def test_other_bytes_than_were_recorded(house: House) -> None:
    """Throw a file away whose hash is another's, and begin anew."""
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], DATA[:100])
    answer = li.upload(fact, DATA[:99] + b"x")
    assert (answer.status_code, problem(answer)) == (409, Codes.WRONG_HASH)
    assert state_of(li.offer(fact)).offset == 0
    assert not [name for name in stored(house) if name.startswith(fact.id)]
    assert state_of(li.upload(fact, DATA[:100])).complete


@pytest.mark.parametrize("change", [{"size": 99}, {"sha256": sha256(b"")}, {"size": -1}])
def test_an_offer_that_is_not_what_was_recorded(house: House, change: dict[str, object]) -> None:
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], DATA[:100])
    told = {"id": fact.id, "size": fact.size, "sha256": fact.sha256} | change
    answer = li.ask("POST", "/attachments", json=told)
    assert (answer.status_code, problem(answer)) == (409, Codes.WRONG_HASH)


@pytest.mark.parametrize("size", [MAX_ATTACHMENT + 1, 2**62, -1])
def test_a_file_too_large(house: House, size: int) -> None:
    """Refuse it when it is offered, and also when its bytes come without an offer."""
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], b"x", size=size)
    for answer in (li.offer(fact), li.upload(fact, b"x")):
        assert (answer.status_code, problem(answer)) == (413, Codes.TOO_LARGE)
    assert not [name for name in stored(house) if name.startswith(fact.id)]


def test_a_piece_too_large(house: House) -> None:
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], DATA + b"1")
    for data, headers in (
        (DATA[: CHUNK + 1], {}),
        (zstd.compress(bytes(CHUNK + 1)), {"Content-Encoding": "zstd"}),
    ):
        told = {"Upload-Offset": "0", **headers}
        answer = li.ask("PATCH", f"/attachments/{fact.id}", content=data, headers=told)
        assert (answer.status_code, problem(answer)) == (413, Codes.TOO_LARGE)
    assert state_of(li.offer(fact)).offset == 0


def test_more_bytes_than_were_recorded(house: House) -> None:
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], DATA[1:101])
    answer = li.upload(fact, DATA[:101])
    assert (answer.status_code, problem(answer)) == (413, Codes.TOO_LARGE)
    assert state_of(li.offer(fact)).offset == 0


NO_PICTURES = {
    "nothing": b"",
    "text": b"<svg onload=alert(1)></svg>",
    "a program": b"MZ" + bytes(200),
    "another kind of picture": b"\xff\xd8\xff" + bytes(200),
}


@pytest.mark.parametrize("kind", NO_PICTURES)
@pytest.mark.parametrize("piece", [3, 1000])
def test_what_is_not_the_kind_it_was_recorded_as(house: House, kind: str, piece: int) -> None:
    """Tell the kind by the content, however small the pieces are; nothing of it is kept."""
    li, data = house.crew["li"], NO_PICTURES[kind]
    fact = house.recorded(li, house.cases["own"], data)
    answers = [
        li.upload(fact, data[at : at + piece], at) for at in range(0, max(len(data), 1), piece)
    ]
    refused = [problem(a) for a in answers if a.status_code == 415]
    assert Codes.WRONG_TYPE in refused
    assert fact.id not in stored(house)
    assert problem(house.crew["chen"].ask("GET", f"/attachments/{fact.id}")) == Codes.NOT_FOUND


def test_a_part_of_a_file(house: House) -> None:
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], DATA)
    for offset in range(0, len(DATA), CHUNK):
        state_of(li.upload(fact, DATA[offset : offset + CHUNK], offset))
    for start, until in ((0, 10), (100, CHUNK + 7), (len(DATA) - 3, len(DATA) + 90)):
        told = {"Range": f"bytes={start}-{until - 1}"}
        answer = li.ask("GET", f"/attachments/{fact.id}", headers=told)
        assert answer.status_code == 206
        assert answer.content == DATA[start:until]
        last = min(until, len(DATA)) - 1
        assert answer.headers["content-range"] == f"bytes {start}-{last}/{len(DATA)}"
    for told in ({"Range": f"bytes={len(DATA)}-{len(DATA) + 5}"}, {"Range": "bytes=9-3"}):
        answer = li.ask("GET", f"/attachments/{fact.id}", headers=told)
        assert (answer.status_code, problem(answer)) == (416, Codes.WRONG_OFFSET)
    for odd in ("bytes=-5", "bytes=0-1,4-5", "pages=1-2", "x" * 100):
        answer = li.ask("GET", f"/attachments/{fact.id}", headers={"Range": odd})
        assert (answer.status_code, answer.content) == (200, DATA)
    answer = house.crew["zhao"].ask(
        "GET", f"/attachments/{fact.id}", headers={"Range": "bytes=0-1"}
    )
    assert (answer.status_code, problem(answer)) == (404, Codes.NOT_FOUND)


def uploaded(house: House, login: str, whose: str, data: bytes) -> Attachment:
    """Record a file and bring its bytes."""
    fact = house.recorded(house.crew[login], house.cases[whose], data)
    assert state_of(house.crew[login].upload(fact, data)).complete
    return fact


def test_the_same_photo_of_a_case_is_not_sent_twice(house: House) -> None:
    data = PNG + b"the same"
    first = uploaded(house, "li", "own", data)
    again = house.recorded(house.crew["wang"], house.cases["own"], data)
    assert state_of(house.crew["wang"].offer(again)).complete
    assert house.crew["li"].ask("GET", f"/attachments/{again.id}").content == data
    files_of(house.service, house.crew["li"].enrolled.branch_id).forget(first.id)
    # Each record has its own: erasing one leaves the other.
    assert house.crew["li"].ask("GET", f"/attachments/{again.id}").content == data


@pytest.mark.parametrize("whose", ["other", "team"])
def test_a_hash_tells_nothing_of_other_cases(house: House, whose: str) -> None:
    """Let nobody ask by a hash whether the bank has a file: of another case it is sent anew."""
    data = PNG + f"known to {whose}".encode()
    uploaded(house, FIRST_OFFICER[whose], whose, data)
    mine = house.recorded(house.crew["li"], house.cases["own"], data)
    assert state_of(house.crew["li"].offer(mine)).offset == 0
    # A fact he may record about a case he cannot see opens no door either.
    about = house.recorded(house.crew["li"], house.cases[whose], data)
    assert not state_of(house.crew["li"].offer(about)).complete


def test_a_file_whose_last_check_was_cut_off(house: House) -> None:
    """Find the bytes whole and unchecked, as a killed server leaves them."""
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], DATA[:100])
    folder = house.data / "attachments" / li.enrolled.branch_id
    (folder / f"{fact.id}.part").write_bytes(DATA[:100])
    assert state_of(li.offer(fact)).complete
    assert li.ask("GET", f"/attachments/{fact.id}").content == DATA[:100]
    spoilt = house.recorded(li, house.cases["own"], DATA[:101])
    (folder / f"{spoilt.id}.part").write_bytes(DATA[:100] + b"x")
    answer = li.offer(spoilt)
    assert (answer.status_code, problem(answer)) == (409, Codes.WRONG_HASH)
    assert state_of(li.offer(spoilt)).offset == 0


def test_a_case_that_has_enough(own_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count what has come, and only of this case."""
    monkeypatch.setattr(handler, "MAX_CASE_FILES", len(PICTURE) + 150)
    li = own_house.crew["li"]
    for size, code in ((151, Codes.CASE_FULL), (150, ""), (1, Codes.CASE_FULL)):
        fact = own_house.recorded(li, own_house.cases["own"], DATA[:size])
        for answer in (li.offer(fact), li.upload(fact, DATA[:size])):
            assert answer.status_code == (413 if code else 200)
            assert not code or problem(answer) == code


@pytest.mark.skipif(sys.platform != "linux", reason="needs a device that is full")
def test_a_full_disk(house: House) -> None:
    """Say so, keep what was there, and go on once there is room."""
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], DATA)
    state_of(li.upload(fact, DATA[:CHUNK]))
    part = house.data / "attachments" / li.enrolled.branch_id / f"{fact.id}.part"
    kept = part.rename(part.with_suffix(".kept"))
    part.symlink_to("/dev/full")
    answer = li.upload(fact, DATA[:500])
    assert (answer.status_code, problem(answer)) == (507, Codes.NO_ROOM)
    assert int(answer.headers["retry-after"]) > 0
    part.unlink()
    kept.rename(part)
    assert state_of(li.offer(fact)).offset == CHUNK


@pytest.mark.parametrize("name", ["..%2F..%2Fserver.db", "%2e%2e", "x" * 65, "a%00b", "a b", "ü"])
def test_a_name_that_is_no_id(house: House, name: str) -> None:
    answer = house.crew["li"].ask("GET", f"/attachments/{name}")
    assert (answer.status_code, problem(answer)) == (404, Codes.NOT_FOUND)


def test_bytes_for_a_file_nobody_recorded(house: House) -> None:
    before = stored(house)
    headers = {"Upload-Offset": "0"}
    answer = house.crew["li"].ask("PATCH", f"/attachments/{fresh()}", content=b"x", headers=headers)
    assert (answer.status_code, problem(answer)) == (404, Codes.NOT_FOUND)
    assert stored(house) == before


def test_a_colleague_on_the_case_may_bring_the_bytes(house: House) -> None:
    """Let the case's second officer bring what the first has recorded; nobody of another team."""
    li, wang, zhao = (house.crew[login] for login in ("li", "wang", "zhao"))
    fact = house.recorded(li, house.cases["own"], DATA[:100])
    assert problem(zhao.upload(fact, DATA[:100])) == Codes.NOT_FOUND
    assert state_of(wang.upload(fact, DATA[:100])).complete


def test_a_file_of_a_foreign_case_is_its_teams(house: House) -> None:
    """Keep what li records about a case of another team: he brings it, they alone read it."""
    li, sun = house.crew["li"], house.crew["sun"]
    fact = house.recorded(li, house.cases["other"], DATA[:100])
    assert state_of(li.upload(fact, DATA[:100])).complete
    assert problem(li.ask("GET", f"/attachments/{fact.id}")) == Codes.NOT_FOUND
    assert sun.ask("GET", f"/attachments/{fact.id}").content == DATA[:100]


@pytest.mark.parametrize("pieces", [1, 2])
def test_the_same_piece_many_times_at_once(house: House, pieces: int) -> None:
    """Send the last piece from eight lines at the same moment: the file is whole, and right."""
    li = house.crew["li"]
    data = DATA[: CHUNK // 4]
    fact = house.recorded(li, house.cases["own"], data)
    size = len(data) // pieces
    for offset in range(0, len(data), size):
        piece = data[offset : offset + size]
        with ThreadPoolExecutor(8) as crowd:
            sent = [crowd.submit(li.upload, fact, piece, offset) for _ in range(8)]
            answers = [one.result() for one in sent]
        assert {a.status_code for a in answers} <= {200, 409}
        assert 200 in {a.status_code for a in answers}
        refused = {problem(a) for a in answers if a.status_code == 409}
        assert refused <= {Codes.WRONG_OFFSET}
    assert li.ask("GET", f"/attachments/{fact.id}").content == data
    assert [name for name in stored(house) if name.startswith(fact.id)] == [fact.id]


def test_what_was_hashed_is_what_becomes_the_file(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let another line make the file whole amid the check, and a third begin a part anew."""
    li = house.crew["li"]
    fact = house.recorded(li, house.cases["own"], DATA[:100])
    files = AttachmentFiles(house.data / "attachments" / li.enrolled.branch_id)
    part, hashed = files.whole(f"{fact.id}.part"), hashlib.file_digest

    def amid(file: BinaryIO, name: str) -> object:
        found = hashed(file, name)
        monkeypatch.undo()
        if part.exists():
            part.replace(files.whole(fact.id))
        else:
            files.take(fact, 0, DATA[:100])
        part.touch()
        return found

    monkeypatch.setattr(hashlib, "file_digest", amid)
    assert state_of(li.upload(fact, DATA[:100])).complete
    assert li.ask("GET", f"/attachments/{fact.id}").content == DATA[:100]
    assert [name for name in stored(house) if name.startswith(fact.id)] == [fact.id]


def test_files_lie_in_the_servers_folder_alone(house: House) -> None:
    """Look where the files went: in the branch's folder, under their ids."""
    found = {p.relative_to(house.data).parts[:2] for p in house.data.rglob("*") if p.is_file()}
    branch = house.crew["li"].enrolled.branch_id
    kept = {parts for parts in found if parts[0] == "attachments"}
    assert kept == {("attachments", branch)}
    known = {fact.id for fact in house.files.values()}
    assert known <= set(stored(house))
