"""Papers as PDF: set on a thread of its own, noted in the trail before the file is there."""

import asyncio
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from field_app.background.runner import Runner
from field_app.i18n.words import Words
from field_app.operations import papers
from field_app.reports.day_sheet import SheetMap
from field_app.reports.paper import Paper
from field_app.reports.typesetting import NoTypeface, pdf_of
from field_app.viewmodels.problem import Problem
from sync.domain.ids import RecordId

UNFIT = re.compile(r"[^0-9A-Za-z]+")


class Papers:
    """Makes papers in each language there are words for, and saves them where a person says."""

    def __init__(
        self, runner: Runner, languages: Sequence[str], words_of: Callable[[str], Words]
    ) -> None:
        self._runner = runner
        self._words_of = words_of
        self.languages = languages

    async def _words(self, language: str) -> Words:
        """Return the words of a paper; reading a catalogue for the first time takes a while."""
        return await asyncio.to_thread(self._words_of, language)

    async def agreement(self, plan_id: RecordId, language: str) -> bytes | Problem:
        """Return the paper of a plan as PDF."""
        words = await self._words(language)
        found = await self._runner.run(lambda d: papers.agreement_paper(d, plan_id, words))
        return await _set(found) if found else Problem("answer.gone")

    async def day_sheet(self, language: str, drawn: SheetMap | None = None) -> bytes | Problem:
        """Return today's visits as PDF, without any debt; with a map when one is drawn."""
        words = await self._words(language)
        return await _set(
            await self._runner.run(lambda desk: papers.day_paper(desk, words, drawn=drawn))
        )

    async def save(self, path: Path, data: bytes, what: str, **ids: str) -> Problem | None:
        """Note the export and write the file; returns why it could not be written."""
        try:
            await self._runner.run(lambda desk: papers.write(desk, path, data, what, **ids))
        except OSError as trouble:
            return Problem("paper.unwritable", {"reason": trouble.strerror or ""})
        return None


async def _set(paper: Paper) -> bytes | Problem:
    try:
        return await asyncio.to_thread(pdf_of, paper)
    except NoTypeface:
        return Problem("paper.no_typeface")


def file_name(*parts: str) -> str:
    """Return a name for a PDF of which every system takes each letter."""
    kept = (UNFIT.sub("-", part).strip("-") for part in parts)
    return "-".join(part for part in kept if part) + ".pdf"
