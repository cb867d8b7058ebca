"""Decides about files that leave a laptop: kept whatever the day's number is, for they happened."""

from sync.domain.commands import TakeOut
from sync.domain.outcome import Applied, Change, Gone, Outcome, refused
from sync.domain.question import Question
from sync.domain.records import Export, Officer
from sync.domain.vocabulary import ExportReason


def take_out(question: Question, command: TakeOut) -> Outcome:
    """Keep that the actor takes a file out; for somebody else nobody can."""
    found = question.snapshot.get(Officer, command.officer_id)
    if found is None or command.officer_id != question.actor.officer_id:
        return Gone("officer", command.officer_id)
    if command.reason is ExportReason.OTHER and not command.words.strip():
        return refused("export.reason_missing")
    export = Export(
        id=command.export_id,
        officer_id=command.officer_id,
        team_id=found.record.team_id,
        at=command.at,
        file=command.file,
        reason=command.reason,
        words=command.words,
        cases=command.cases,
        locked=command.locked,
    )
    return Applied((Change(export, 0),))
