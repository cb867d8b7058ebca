"""A fault of the server's own meets one piece of work: nothing before or behind it waits."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from sync.domain.commands import PlaceHold, RecordContact, encode_command
from sync.protocol.envelope import sign
from sync.protocol.messages import Codes, Status, has_stumbled
from sync.server.handlers import push as deciding
from sync.server.repositories.session import NoRoom
from tests.server.acts import call, hold
from tests.server.house import House, problem
from tests.server.laptop import PRIVATE_WORDS, Bare
from tests.server.terminal import contents, tell
from tests.server.test_keeping import close, everything, keeping
from tests.server.test_push import results

type Decide = Callable[..., Any]


class Fault(Exception):
    """A bug."""


def stumble(
    patch: pytest.MonkeyPatch, over: type[Any] = PlaceHold, why: type[Exception] = Fault
) -> Callable[[], None]:
    """Let the server fail over every command of a kind; return what mends it."""
    decide: Decide = deciding.decide

    def failing(question: Any, command: Any) -> Any:
        if isinstance(command, over):
            raise why
        return decide(question, command)

    patch.setattr(deciding, "decide", failing)
    return lambda: patch.setattr(deciding, "decide", decide)


def notes(laptop: Bare) -> list[str]:
    """Return the ids of the calls a laptop can read."""
    return [op.id for op in laptop.feed(f"officer:{laptop.me}") if op.kind == "contact"]


def test_what_is_before_and_behind_it_is_taken(
    own_house: House, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Fail over one of three: the others stand, the one is answered as no refusal, and told."""
    li, case_id = own_house.crew["li"], own_house.cases["own"]
    stumble(monkeypatch)
    before, behind = call(li, case_id), call(li, case_id)
    envelopes = li.sealed(before, hold(case_id), behind)
    first, failed, last = results(li.send(envelopes))
    assert (first.status, last.status) == (Status.APPLIED, Status.APPLIED)
    assert (failed.status, has_stumbled(failed)) == (Status.INVALID, True)
    assert {before.contact.id, behind.contact.id} <= set(notes(li))
    said = "".join(capfd.readouterr())
    assert all(word in said for word in (envelopes[1].mid, "Fault", "push.py"))
    assert results(li.send(li.sealed(call(li, case_id))))[0].status is Status.APPLIED
    assert "the audit log is whole" in tell(own_house.data, "audit", "verify").out


def test_it_is_taken_once_the_fault_is_mended(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Send it again: as before while the fault is there, taken once when it is gone."""
    li, case_id = own_house.crew["li"], own_house.cases["own"]
    mend = stumble(monkeypatch)
    placed = hold(case_id)
    envelopes = li.sealed(placed)
    assert has_stumbled(results(li.send(envelopes))[0])
    results(li.send(li.sealed(call(li, case_id))))
    assert has_stumbled(results(li.send(envelopes))[0])
    mend()
    [taken] = results(li.send(envelopes))
    assert (taken.status, taken.commit_no) == (Status.APPLIED, li.hello().head)
    stands = contents(own_house.data)
    [again] = results(li.send(envelopes))
    assert (again.status, again.first) == (Status.ALREADY, Status.APPLIED)
    assert contents(own_house.data) == stands
    assert [o.id for o in li.feed(f"officer:{li.me}") if o.kind == "hold"] == [placed.hold_id]
    assert li.hello().forked is False
    assert "the audit log is whole" in tell(own_house.data, "audit", "verify").out


def test_other_words_under_its_id_are_not_taken(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sign something else under the id of what the server stumbled over: the id is taken."""
    li, case_id = own_house.crew["li"], own_house.cases["own"]
    mend = stumble(monkeypatch)
    [envelope] = li.sealed(hold(case_id))
    results(li.send([envelope]))
    mend()
    body = msgspec.Raw(encode_command(hold(case_id)))
    other = sign(msgspec.structs.replace(envelope, body=body), li.key)
    [answer] = results(li.send([other]))
    assert [r.code for r in answer.reasons] == ["mutation.id_taken"]
    refused = li.send([msgspec.structs.replace(envelope, sig="AAAA")])
    assert (refused.status_code, problem(refused)) == (400, Codes.BAD_SIGNATURE)


def test_a_full_disk_is_nobodys_fault(own_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk be full in the midst: the batch is put off whole, as it was."""
    li, case_id = own_house.crew["li"], own_house.cases["own"]
    mend = stumble(monkeypatch, RecordContact, NoRoom)
    before = contents(own_house.data)
    envelopes = li.sealed(hold(case_id), call(li, case_id))
    answer = li.send(envelopes)
    assert (answer.status_code, problem(answer)) == (507, Codes.NO_ROOM)
    assert contents(own_house.data) == before
    mend()
    assert [r.status for r in results(li.send(envelopes))] == ["applied", "applied"]


@pytest.mark.parametrize("comes", ["before", "behind"])
def test_no_words_of_an_erased_case_stay(
    own_house: House, monkeypatch: pytest.MonkeyPatch, comes: str
) -> None:
    """Erase the case of what the server stumbled over: once it is decided its words are gone."""
    li, case_id = own_house.crew["li"], own_house.cases["own"]
    mend = stumble(monkeypatch, RecordContact)
    number = close(own_house, case_id).case_no
    envelopes = li.sealed(call(li, case_id))
    if comes == "before":
        results(li.send(envelopes))
        assert PRIVATE_WORDS.encode() in everything(own_house)
    keeping(own_house, 6, lambda k: k.erase(number, "request"))
    assert has_stumbled(results(li.send(envelopes))[0])
    mend()
    assert [r.status for r in results(li.send(envelopes))] == [Status.GONE]
    assert PRIVATE_WORDS.encode() not in everything(own_house)
    assert "the audit log is whole" in tell(own_house.data, "audit", "verify").out
