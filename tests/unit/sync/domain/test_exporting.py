"""A file taken out is kept whatever it is, for oneself only, and goes to who leads."""

import pytest

from sync.domain.commands import TakeOut
from sync.domain.decide import decide
from sync.domain.outcome import Actor, Applied, Gone, Refused
from sync.domain.records import Export
from sync.domain.scopes import scopes_of
from sync.domain.vocabulary import ExportFile, ExportReason
from tests.unit.sync.domain.town import COMPLIANCE, LEAD, NOW, STRANGER, question


def taken(reason: ExportReason = ExportReason.VISIT, words: str = "") -> TakeOut:
    return TakeOut("x1", "li", ExportFile.DAY_SHEET, reason, words, 3, True, NOW)


def test_a_file_is_kept_for_who_leads() -> None:
    outcome = decide(question(), taken(words="巡检"))
    assert isinstance(outcome, Applied)
    [export] = [c.record for c in outcome.changes]
    assert isinstance(export, Export)
    assert (export.team_id, export.cases, export.words) == ("north", 3, "巡检")
    assert scopes_of(export, None) == {"team:north", "review:north", "officer:li"}


@pytest.mark.parametrize(
    "actor", [STRANGER, LEAD, COMPLIANCE], ids=["stranger", "lead", "compliance"]
)
def test_nobody_takes_out_in_another_name(actor: Actor) -> None:
    assert isinstance(decide(question(actor), taken()), Gone)


@pytest.mark.parametrize("words", ["", "  \n"])
def test_another_reason_needs_words(words: str) -> None:
    outcome = decide(question(), taken(ExportReason.OTHER, words))
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "export.reason_missing"
    assert isinstance(decide(question(), taken(ExportReason.OTHER, "审计")), Applied)
