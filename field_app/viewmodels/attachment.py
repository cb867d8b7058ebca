"""One photo or paper of a case as somebody looks at it; each look is recorded.

Signal: `changed()` with each step: `shown` when there is something to see, `got` while it comes,
`problems` when it cannot be shown.
"""

from PySide6.QtCore import QObject, Signal

from field_app.background.downloads import Downloads
from field_app.background.runner import Runner
from field_app.operations import attachments
from field_app.viewmodels.answer import answer_of
from field_app.viewmodels.findings import RuleWords
from field_app.viewmodels.problem import Problem
from sync.domain.ids import RecordId
from sync.domain.records import Attachment
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes

# What the line's own words do not say of a file that somebody wants to see.
ITS_OWN = {
    Codes.NOT_FOUND: "attachment.not_sent_yet",
    Codes.WRONG_HASH: "attachment.not_as_recorded",
}


class AttachmentViewModel(QObject):
    """The file that is open; one at a time."""

    changed = Signal()

    def __init__(self, runner: Runner, downloads: Downloads, rule_words: RuleWords) -> None:
        super().__init__()
        self._runner = runner
        self._downloads = downloads
        self._rule_words = rule_words
        self._asked = object()
        self._forget(None)

    def _forget(self, fact: Attachment | None) -> None:
        self.fact = fact
        self.shown: bytes | None = None
        self.got = 0
        self.problems: tuple[Problem, ...] = ()

    async def open(self, file_id: RecordId) -> None:
        """Show a file: from this laptop, else from the server.

        Who closes the view before the file is here has not looked at it, and nothing is noted.
        """
        self._asked = asked = object()
        fact = await self._runner.run(lambda desk: attachments.find(desk, file_id))
        if self._asked is not asked:
            return
        self._forget(fact)
        if fact is None:
            self._say(Problem("answer.gone"))
            return
        data = await self._runner.run(lambda desk: attachments.here(desk, fact))
        fetched = await self._fetch(fact) if data is None else None
        if self._asked is not asked or (data is None and fetched is None):
            return
        written = await self._runner.act(lambda desk: attachments.look(desk, fact, fetched))
        if self._asked is not asked:
            return
        answer = answer_of(written, self._rule_words)
        if answer.saved:
            self.shown = data if data is not None else fetched
            self.changed.emit()
        else:
            self._say(*answer.problems)

    async def _fetch(self, fact: Attachment) -> bytes | None:
        self.changed.emit()
        try:
            return await self._downloads.fetch(fact, lambda count: self._on_bytes(fact, count))
        except Trouble as trouble:
            if self.fact is fact:
                code = ITS_OWN.get(trouble.code, str(trouble.code))
                self._say(Problem(code, trouble.params))
            return None

    def _on_bytes(self, fact: Attachment, count: int) -> None:
        if self.fact is fact:
            self.got = count
            self.changed.emit()

    def _say(self, *problems: Problem) -> None:
        self.problems = problems
        self.changed.emit()

    def close(self) -> None:
        """Let the file go; what is still on its way is wanted no longer."""
        self._asked = object()
        self._downloads.stop()
        self._forget(None)
