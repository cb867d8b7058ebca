"""What a person is offered about refused work: the table in the documents says what is so."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from field_app.operations.resolutions import Resolution, offered, words_of
from field_app.ui.shortcuts import keys_of
from sync.domain.commands import (
    Command,
    LiftHold,
    RecordAttachment,
    RecordContact,
    RecordHardship,
    RecordVisit,
)
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.outcome import Reason
from sync.domain.records import Attachment, Contact, Hardship, Visit
from sync.domain.vocabulary import Channel, ContactResult, VisitOutcome
from tests.storage.furnished_vault import NOW

ROOT = Path(__file__).parents[4]
TABLE = ROOT / "docs" / "reliability.md"
GIVEN = re.compile(r'(?:Reason|refused)\(\s*"([a-z_]+\.[a-z_]+)"')
INVALID = re.compile(r'_invalid\(envelope, "([a-z_]+\.[a-z_]+)"')
OFFERS = {
    Resolution.LET_STAND: "let the server's stand",
    Resolution.TRY_AGAIN: "try mine again",
    Resolution.KEEP_NOTE: "keep mine as a note",
}
LIFT = LiftHold(RecordId("h"), CaseId("c"), 1, "", NOW)
FILE = Attachment(
    RecordId("a"), CaseId("c"), NOW, OfficerId("li"), "p", "image/png", size=1, sha256="0" * 64
)
CALL = RecordContact(
    Contact(RecordId("k"), CaseId("c"), Channel.PHONE, NOW, ContactResult.NO_ANSWER, note="打不通")
)


def codes(pattern: re.Pattern[str], *places: str) -> list[str]:
    """Return the codes that these parts of the source answer a command with."""
    files: list[Path] = []
    for place in places:
        path = ROOT / place
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return sorted({code for file in files for code in pattern.findall(file.read_text("utf-8"))})


def said(command: Command, *reasons: str) -> str:
    found = offered([Reason(code) for code in reasons], command)
    return "; ".join(f"{OFFERS[one]} ({keys_of(one)})" for one in found)


def rows() -> Iterator[str]:
    """Yield the table's rows, each group of codes with what is offered about it."""
    for answer in ("conflict", "gone"):
        yield f"| {answer} | | {said(LIFT)} |"
    push = "sync/server/handlers/push.py"
    refusals = codes(GIVEN, "sync/domain", push)
    for answer, every in (("refused", refusals), ("invalid", codes(INVALID, push))):
        groups: dict[str, list[str]] = {}
        for code in every:
            groups.setdefault(said(LIFT, code), []).append(f"`{code}`")
        for offers, group in groups.items():
            yield f"| {answer} | {', '.join(group)} | {offers} |"
    yield f"| any of these, for a visit or call with words | | {said(CALL)} |"
    yield f"| any, for a photo or paper | | {said(RecordAttachment(FILE))} |"


def test_the_table_in_the_documents_is_the_programs() -> None:
    expected = "\n".join(rows())
    assert expected in TABLE.read_text("utf-8"), f"the table should be:\n{expected}"


def test_every_answer_is_known() -> None:
    refusals = codes(GIVEN, "sync/domain", "sync/server/handlers/push.py")
    assert len(refusals) > 40
    assert {"policy.blocked", "mutation.forked", "mutation.leaving"} <= set(refusals)


def visit(note: str, next_step: str) -> RecordVisit:
    """Return a visit that nobody opened to."""
    shown = (True, True, True)
    told = Visit(
        RecordId("v"), CaseId("c"), None, (), NOW, NOW, (), *shown, VisitOutcome.NOT_HOME,
        note=note, next_step=next_step,
    )  # fmt: skip
    return RecordVisit(told, RecordId("h"))


def test_words_of_visits_and_calls_may_be_kept_and_no_others() -> None:
    assert words_of(visit("门锁着", " 周五再来 ")) == "门锁着\n周五再来"
    assert words_of(visit(" ", "")) == ""
    assert words_of(CALL) == "打不通"
    told = Hardship(RecordId("h"), CaseId("c"), None, NOW, OfficerId("li"), (), words="住院了")
    assert words_of(RecordHardship(told)) == ""
    malformed, leaving = (Reason(f"mutation.{why}") for why in ("malformed", "leaving"))
    assert offered([malformed], CALL) == (Resolution.LET_STAND, Resolution.KEEP_NOTE)
    assert offered([leaving], CALL) == (Resolution.LET_STAND,)
    assert Resolution.KEEP_NOTE not in offered([], visit("", ""))


@pytest.mark.parametrize("resolution", Resolution)
def test_each_resolution_has_a_key_of_its_own(resolution: Resolution) -> None:
    keys = [keys_of(one) for one in Resolution]
    assert keys_of(resolution)
    assert len(set(keys)) == len(keys)
