"""Retention, erasure and subject access: what is kept, until when, and what a customer is given."""

import asyncio
import csv
import io
import json
import sys
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from sync.cli.program import main as field_server
from sync.domain.commands import RecordFeedback
from sync.domain.ids import CaseId, RecordId
from sync.domain.outcome import Change
from sync.domain.records import Case, Feedback
from sync.domain.vocabulary import FeedbackKind
from sync.protocol.messages import Status
from sync.protocol.pages import Op
from sync.server.attachment_files import AttachmentFiles
from sync.server.commit import Commit
from sync.server.keeping import ErasureRefused, Keeping, NoSuchCase
from sync.server.repositories import records
from sync.server.repositories.session import Session
from tests.server.house import House, service_of
from tests.server.laptop import PRIVATE_WORDS, fresh, now
from tests.sync.office import TEAM, whereabouts

CLOSED = date(2026, 1, 15)


@dataclass
class At:
    """A clock that stands still."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


def case_of(house: House, case_id: CaseId) -> Case:
    branch = house.crew["li"].enrolled.branch_id
    found = house.at_database(lambda d: d.read(lambda s: records.get(s, branch, "case", case_id)))
    assert found is not None
    return found.record


def close(house: House, case_id: CaseId) -> Case:
    """Let the core banking system say that the case is closed."""
    branch = house.crew["li"].enrolled.branch_id

    async def work(session: Session) -> Case:
        stands = await records.get(session, branch, "case", case_id)
        assert stands is not None
        closed = msgspec.structs.replace(stands.record, closed_on=CLOSED)
        commit = Commit(session, branch)
        await commit.apply([Change(closed, stands.rev)])
        await commit.finish()
        return closed

    return house.at_database(lambda database: database.write(work))


def say(house: House, case_id: CaseId, kind: FeedbackKind) -> None:
    li = house.crew["li"]
    words = Feedback(RecordId(fresh()), case_id, None, now(), li.me, kind, "privacy", PRIVATE_WORDS)
    told = RecordFeedback(words, RecordId(fresh()), RecordId(fresh()))
    assert li.push(told)[0].status is Status.APPLIED


def keeping[T](house: House, years: float, act: Callable[[Keeping], Awaitable[T]]) -> T:
    """Do a job of data protection so many years after the closing."""
    then = datetime(CLOSED.year, CLOSED.month, CLOSED.day, 12, tzinfo=UTC)
    service = service_of(house.data, At(then + timedelta(days=366 * years)))

    async def run() -> T:
        await service.database.open()
        try:
            return await act(Keeping(service, house.crew["li"].enrolled.branch_id))
        finally:
            await service.database.close()

    return asyncio.run(run())


def everything(house: House) -> bytes:
    """Return every byte the database holds of records, feed and envelopes."""
    asked = (
        "SELECT body FROM record",
        "SELECT body FROM feed WHERE body IS NOT NULL",
        "SELECT envelope FROM mutation",
        "SELECT result FROM mutation",
    )

    async def read(session: Session) -> bytes:
        return b"\n".join([bytes(r[0]) for sql in asked for r in await session.rows(sql)])

    return house.at_database(lambda database: database.read(read))


def run(house: House, *arguments: str) -> int:
    return field_server([*arguments, *whereabouts(house.data)])


def test_an_open_case_is_not_erased(own_house: House, capfd: pytest.CaptureFixture[str]) -> None:
    number = case_of(own_house, own_house.cases["own"]).case_no
    assert run(own_house, "erase", number, "--language", "en") == 1
    assert "The case is open" in capfd.readouterr().err
    assert case_of(own_house, own_house.cases["own"]).case_no == number


def test_the_legal_period_is_told_with_its_last_day(own_house: House) -> None:
    case = close(own_house, own_house.cases["own"])
    with pytest.raises(ErasureRefused) as refused:
        keeping(own_house, 1, lambda k: k.erase(case.case_no, "request"))
    [finding] = [f for f in refused.value.decision.findings if f.params.get("until_day")]
    assert finding.params["until_day"] == "2028-01-15"


def test_a_complaint_keeps_what_would_be_erased(own_house: House) -> None:
    case_id = own_house.cases["own"]
    case = close(own_house, case_id)
    say(own_house, case_id, FeedbackKind.COMPLAINT)
    with pytest.raises(ErasureRefused) as refused:
        keeping(own_house, 3, lambda k: k.erase(case.case_no, "request"))
    assert "CN-KEEP-REASONS" in refused.value.decision.blocks


def test_erasure_leaves_nothing_but_the_proof(own_house: House) -> None:
    case_id = own_house.cases["own"]
    case = close(own_house, case_id)
    say(own_house, case_id, FeedbackKind.PRAISE)
    name, phone = case.customer.name.encode(), case.customer.phones[0].encode()
    before = everything(own_house)
    assert name in before
    assert phone in before
    assert PRIVATE_WORDS.encode() in before
    fact = own_house.files["own"]
    whole = own_house.data / "attachments" / own_house.crew["li"].enrolled.branch_id / fact.id
    assert whole.is_file()
    li, lead = own_house.crew["li"], own_house.crew["chen"]
    last = li.feed(f"officer:{li.me}")[-1]

    gone = keeping(own_house, 3, lambda k: k.erase(case.case_no, "request"))

    after = everything(own_house)
    assert gone > 2
    assert phone not in after
    assert PRIVATE_WORDS.encode() not in after
    assert case.address.text.encode() not in after
    assert not whole.exists()
    new = li.feed(f"officer:{li.me}", f"{last.commit_no}.{last.idx}")
    assert {(op.op, op.case_id) for op in new} == {(Op.ERASE, case_id)}
    assert len(new) == gone
    told = [op for op in lead.feed(f"team:{TEAM}") if op.case_id == case_id]
    assert {op.op for op in told} == {Op.ERASE}
    assert run(own_house, "audit", "verify") == 0
    with pytest.raises(NoSuchCase):
        keeping(own_house, 3, lambda k: k.erase(case.case_no, "request"))


class Killed(BaseException):
    """The process ended here."""


def test_files_that_outlive_their_erasure_go_with_the_next_day(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """End behind the commit, let a piece come behind that too: the day's jobs delete both.

    Other cases' files stay, and one whose fact a restored server has not been given back yet.
    """
    house, fact = own_house, own_house.files["own"]
    case = close(house, house.cases["own"])

    def killed(_files: AttachmentFiles, _id: str) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(AttachmentFiles, "forget", killed)
        with pytest.raises(Killed):
            keeping(house, 3, lambda k: k.erase(case.case_no, "request"))
    whole = house.data / "attachments" / house.crew["li"].enrolled.branch_id / fact.id
    part, unknown = whole.with_name(f"{fact.id}.part"), whole.with_name(fresh())
    part.write_bytes(b"late")
    unknown.write_bytes(b"its fact comes again")
    others = [whole.with_name(one.id) for whose, one in house.files.items() if whose != "own"]
    assert whole.exists()

    assert run(house, "jobs", "run") == 0
    assert not whole.exists()
    assert not part.exists()
    assert all(one.exists() for one in (unknown, *others))


def test_an_erased_envelope_is_still_answered_as_before(own_house: House) -> None:
    case_id = own_house.cases["own"]
    case = close(own_house, case_id)
    li = own_house.crew["li"]
    words = Feedback(
        RecordId(fresh()), case_id, None, now(), li.me, FeedbackKind.PRAISE, "clear", "谢谢"
    )
    sealed = li.sealed(RecordFeedback(words, RecordId(fresh()), RecordId(fresh())))
    assert li.send(sealed).status_code == 200
    keeping(own_house, 3, lambda k: k.erase(case.case_no, "request"))
    again = li.send(sealed)
    assert again.status_code == 200
    assert again.json()["results"][0]["status"] == "already"


def test_what_comes_behind_an_erasure_leaves_no_words(own_house: House) -> None:
    """Its answer stays and its proof; work on a case that nobody erased is kept as it came."""
    case_id, li = own_house.cases["own"], own_house.crew["li"]
    case = close(own_house, case_id)
    keeping(own_house, 3, lambda k: k.erase(case.case_no, "request"))
    unknown = CaseId(fresh())
    told = {
        of: Feedback(
            RecordId(fresh()), of, None, now(), li.me, FeedbackKind.PRAISE, "clear", f"late {of}"
        )
        for of in (case_id, unknown)
    }
    sealed = li.sealed(
        *(RecordFeedback(one, RecordId(fresh()), RecordId(fresh())) for one in told.values())
    )
    answers = [li.send(sealed).json()["results"] for _ in range(2)]
    assert [[one["status"] for one in each] for each in answers] == [["gone"] * 2, ["already"] * 2]
    after = everything(own_house)
    assert f"late {case_id}".encode() not in after
    assert f"late {unknown}".encode() in after
    assert run(own_house, "audit", "verify") == 0


def test_retention_erases_what_is_kept_too_long(own_house: House) -> None:
    late, kept = own_house.cases["own"], own_house.cases["team"]
    number = close(own_house, late).case_no
    disputed = close(own_house, kept)
    say(own_house, late, FeedbackKind.PRAISE)
    assert keeping(own_house, 4, lambda k: k.run()) == ()
    listed = keeping(own_house, 4, lambda k: k.closed_cases())
    assert {k.case_no for k in listed} == {number, disputed.case_no}
    assert set(keeping(own_house, 6, lambda k: k.run())) == {number, disputed.case_no}
    assert keeping(own_house, 6, lambda k: k.closed_cases()) == []


def test_a_customer_is_given_everything(
    own_house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    case_id = own_house.cases["own"]
    say(own_house, case_id, FeedbackKind.PRAISE)
    case = case_of(own_house, case_id)
    out = tmp_path / "copy.zip"
    assert run(own_house, "subject-access", case.case_no, "--out", str(out)) == 0
    assert case.customer.name not in capfd.readouterr().out
    assert sys.platform == "win32" or out.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(out) as archive:
        names = set(archive.namelist())
        whole = json.loads(archive.read("records.json"))
        lines = list(csv.reader(io.StringIO(archive.read("timeline.csv").decode("utf-8-sig"))))
        readme = archive.read("README.txt").decode()
    kinds = [r["record"]["kind"] for r in whole]
    assert kinds.count("case") == 1
    assert {"attachment", "feedback"} <= set(kinds)
    assert any(PRIVATE_WORDS in str(r["record"].get("words")) for r in whole)
    assert len(lines) == len(whole) + 1
    assert any(n.startswith(f"files/{own_house.files['own'].id}") for n in names)
    assert case.case_no in readme
    assert run(own_house, "audit", "verify") == 0


def test_a_copy_does_not_overwrite_and_a_stranger_is_told(
    own_house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "copy.zip"
    out.write_bytes(b"mine")
    number = case_of(own_house, own_house.cases["own"]).case_no
    assert run(own_house, "subject-access", number, "--out", str(out)) == 1
    assert out.read_bytes() == b"mine"
    for command in (("erase", "YC0"), ("subject-access", "YC0", "--out", str(tmp_path / "x.zip"))):
        assert run(own_house, *command) == 1
        assert "there is no case YC0" in capfd.readouterr().err


def test_retention_is_listed_in_words(own_house: House, capfd: pytest.CaptureFixture[str]) -> None:
    number = close(own_house, own_house.cases["own"]).case_no
    capfd.readouterr()
    assert run(own_house, "retention", "list", "--language", "en") == 0
    assert f"{number}\tallow" in capfd.readouterr().out
    assert run(own_house, "retention", "run") == 0
