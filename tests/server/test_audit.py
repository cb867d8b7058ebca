"""The audit log of a staffed branch on both databases: verified, exported, proven, witnessed."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync.domain.ids import BranchId
from sync.protocol.checkpoint import Checkpoint, Consistency, agrees, is_signed
from sync.protocol.messages import Codes, Pushed
from sync.protocol.pages import Page, read_page
from sync.server.audit.growing import TILE
from sync.server.commit import Commit
from sync.server.repositories.session import Database, Session
from tests.server.house import House, problem
from tests.server.laptop import Bare, enrol, now
from tests.server.terminal import tell
from tests.server.test_keeping import close, keeping
from tests.sync.office import TEAM
from tools.verify_audit import Bad, verify
from tools.verify_audit import main as verifier

ROSTER = f"roster:{TEAM}"


def at(house: House, work: Callable[[Session], Awaitable[Any]]) -> Any:
    """Do something to the database from outside."""

    async def act(database: Database) -> Any:
        return await database.write(work)

    return house.at_database(act)


def branch(house: House) -> BranchId:
    return house.crew["li"].enrolled.branch_id


def told(laptop: Bare, *bodies: bytes) -> Checkpoint:
    """Send work and return the checkpoint that came with the answer."""
    answer = laptop.send(laptop.sealed(*bodies))
    assert answer.status_code == 200, answer.text
    found = msgspec.json.decode(answer.content, type=Pushed).checkpoint
    assert found is not None
    return found


def crowd(house: House, count: int) -> None:
    """Let so many entries be told in one transaction."""

    async def work(session: Session) -> None:
        commit = Commit(session, branch(house))
        for n in range(count):
            commit.leaf(now().isoformat(), what="code.made", id=f"p-{n}")
        await commit.finish()

    at(house, work)


def test_every_answer_brings_the_newest_checkpoint(house: House) -> None:
    li = house.crew["li"]
    key = _newcomer(house).enrolled.audit_key
    first = li.page(ROSTER).checkpoint
    assert first is not None
    assert is_signed(first, key)
    assert li.page(ROSTER, limit=1).checkpoint is None  # it does not reach the head
    after = told(li, b"{}")
    assert (after.size, after.branch_id) == (first.size + 1, branch(house))
    assert is_signed(after, key)
    assert after.root != first.root
    assert li.page(ROSTER).checkpoint == after  # signed once for a size
    assert told(li) == after
    assert li.hello().checkpoint == after
    for changed in ({"size": 1}, {"root": "0" * 64}, {"branch_id": "other"}, {"suite": "x"}):
        assert not is_signed(msgspec.structs.replace(after, **changed), key)


def test_a_checkpoint_that_was_told_is_not_told_again(house: House) -> None:
    li = house.crew["li"]
    first = told(li, b"{}")

    def page(seen: int) -> Page:
        answer = li.ask("GET", "/pull", params={"scope": ROSTER, "seen": str(seen)})
        return read_page(answer.content)

    assert page(first.size).checkpoint is None
    assert page(first.size - 1).checkpoint == page(first.size + 1).checkpoint == first
    assert page(first.size) == msgspec.structs.replace(page(0), checkpoint=None)
    after = told(li, b"[]")
    assert page(first.size).checkpoint == after


def _newcomer(house: House) -> Bare:
    return enrol(house.client, "li", house.code("li"))


def test_growth_is_proven_over_full_blocks(house: House) -> None:
    li = house.crew["li"]
    seen = [told(li, b"{}")]
    for count in (1, 30, TILE - 40, TILE, 2 * TILE + 5):
        crowd(house, count)
        seen.append(told(li, b"{}"))
    newest = seen.pop()
    sizes = [("from", one.size) for one in seen]
    answer = li.ask("GET", "/audit/consistency", params=[*sizes, ("to", newest.size)])
    proofs = msgspec.json.decode(answer.content, type=Consistency).proofs
    assert all(agrees(one, newest, proof) for one, proof in zip(seen, proofs, strict=True))
    other = msgspec.structs.replace(seen[2], root="0" * 64)
    assert not agrees(other, newest, proofs[2])
    assert not agrees(seen[2], newest, proofs[3])
    assert not agrees(seen[2], newest, ("no hash",))
    assert tell(house.data, "audit", "verify").code == 0


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ("from=1&to=100000000", 409, Codes.RESET),
        ("from=0&to=5", 400, Codes.MALFORMED),
        ("from=5&to=5", 400, Codes.MALFORMED),
        ("from=-1&to=5", 400, Codes.MALFORMED),
        ("from=x&to=5", 400, Codes.MALFORMED),
        ("to=5", 400, Codes.MALFORMED),
        ("&".join(["from=1"] * 51) + "&to=5", 400, Codes.MALFORMED),
    ],
)
def test_questions_that_have_no_answer(house: House, asked: str, status: int, code: Codes) -> None:
    answer = house.crew["li"].ask("GET", f"/audit/consistency?{asked}")
    assert (answer.status_code, problem(answer)) == (status, code)


def test_a_log_is_verified_exported_and_proven(own_house: House, tmp_path: Path) -> None:
    data, li = own_house.data, own_house.crew["li"]
    crowd(own_house, TILE)
    kept = told(li, b"{}")
    said = tell(data, "audit", "verify")
    assert said.out.startswith(f"the audit log is whole: {kept.size} entries, root {kept.root}")

    log = tmp_path / "log.jsonl"
    assert (
        tell(data, "audit", "export", "--out", str(log)).out
        == f"{kept.size} entries in {log.name}\n"
    )
    assert tell(data, "audit", "export", "--out", str(log)).code == 1  # nothing is written over
    key = json.loads(log.read_text("utf-8").splitlines()[0])["key"]
    assert verifier([str(log), "--key", key]) == 0
    assert tell(data, "audit", "verify", "--checkpoints", str(log), "--since", "50").code == 0

    case_no = _case_no(own_house)
    proof = tmp_path / "case.jsonl"
    assert (
        tell(data, "audit", "prove", case_no, "--out", str(proof)).out
        == f"2 records in {proof.name}\n"
    )
    assert len(verify(str(proof), key)) == 2
    none = tell(data, "audit", "prove", "no such", "--out", str(tmp_path / "none"))
    assert (none.code, none.err) == (1, "there is no case and no record no such\n")
    assert not (tmp_path / "none").exists()


def _case_no(house: House) -> str:
    [case] = [
        c
        for c in house.crew["li"].records("officer:" + house.crew["li"].me, "case")
        if c.id == house.cases["own"]
    ]
    return str(case.case_no)


def test_erasure_leaves_the_log_valid(own_house: House, tmp_path: Path) -> None:
    data = own_house.data
    case_no = _case_no(own_house)
    before, after = tmp_path / "before.jsonl", tmp_path / "after.jsonl"
    tell(data, "audit", "export", "--out", str(before))
    close(own_house, own_house.cases["own"])
    assert keeping(own_house, 5.5, lambda jobs: jobs.erase(case_no, "request")) > 0
    said = tell(data, "audit", "verify", "--checkpoints", str(before))
    assert (said.code, said.err) == (0, ""), said.out
    tell(data, "audit", "export", "--out", str(after))
    assert verifier([str(after), "--checkpoints", str(before)]) == 0


def test_a_change_is_named_by_the_command(own_house: House, tmp_path: Path) -> None:
    data, log = own_house.data, tmp_path / "log.jsonl"
    crowd(own_house, TILE)
    tell(data, "audit", "export", "--out", str(log))
    at(own_house, lambda s: s.run("UPDATE audit_leaf SET entry = '{}' WHERE n = 20"))
    assert tell(data, "audit", "verify").out == "first bad entry: 20 (entry)\n"
    at(own_house, lambda s: s.run("DELETE FROM audit_leaf WHERE n = 12"))
    said = tell(data, "audit", "verify")
    assert (said.code, said.out) == (1, "first bad entry: 12 (missing)\n")
    tell(data, "audit", "export", "--out", str(tmp_path / "bad.jsonl"))
    with pytest.raises(Bad) as caught:
        verify(str(tmp_path / "bad.jsonl"))
    assert caught.value.first == 12


@pytest.mark.parametrize("text", [b"", b"[]", b"not json", b"{}\n"])
def test_a_file_without_checkpoints(house: House, tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "none.jsonl"
    path.write_bytes(text)
    said = tell(house.data, "audit", "verify", "--checkpoints", str(path))
    assert (said.code, said.err) == (1, f"{path} holds no checkpoints\n")


def test_a_checkpoint_of_another_server(house: House, tmp_path: Path) -> None:
    kept = replace_sig(told(house.crew["li"]))
    path = tmp_path / "other.jsonl"
    path.write_bytes(msgspec.json.encode({"checkpoint": kept}))
    said = tell(house.data, "audit", "verify", "--checkpoints", str(path))
    assert (said.code, said.err) == (1, "a checkpoint is not signed by this server's audit key\n")


def replace_sig(checkpoint: Checkpoint) -> Checkpoint:
    return msgspec.structs.replace(checkpoint, sig="AAAA")


def test_without_its_key_a_server_does_not_answer(own_house: House) -> None:
    key = own_house.data / "audit-signing.key"
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    told_out = tell(own_house.data, "audit", "export", "--out", str(own_house.data / "x"))
    assert "is not the audit key that laptops have pinned" in told_out.err


def test_entries_hold_no_word_about_anybody(house: House, private: frozenset[str]) -> None:
    rows = at(house, lambda s: s.rows("SELECT entry FROM audit_leaf"))
    assert len(rows) > 20
    text = "\n".join(row[0] for row in rows)
    assert [word for word in private if word in text] == []
