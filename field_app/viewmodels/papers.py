"""Papers as PDF, each through the one gate for files (`exports.py`)."""

import asyncio
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from field_app.background.runner import Runner
from field_app.i18n.words import Words
from field_app.operations import papers
from field_app.reports.day_sheet import SheetMap
from field_app.reports.paper import Paper
from field_app.reports.typesetting import pdf_of
from field_app.viewmodels.exports import Exports, ExportWish, FileOut
from field_app.viewmodels.problem import Problem
from sync.domain.ids import RecordId
from sync.domain.vocabulary import ExportFile

UNFIT = re.compile(r"[^0-9A-Za-z]+")


class Papers:
    """Makes papers in each language there are words for, and saves them where a person says."""

    def __init__(
        self, runner: Runner, languages: Sequence[str], words_of: Callable[[str], Words]
    ) -> None:
        self._runner = runner
        self._words_of = words_of
        self.languages = languages
        self.exports = Exports(runner)

    async def _words(self, language: str) -> Words:
        """Return the words of a paper; reading a catalogue for the first time takes a while."""
        return await asyncio.to_thread(self._words_of, language)

    async def save_agreement(
        self, plan_id: RecordId, language: str, wish: ExportWish, path: Path
    ) -> Problem | None:
        """Save the paper of a plan as PDF; returns why it could not be."""
        words = await self._words(language)
        found = await self._runner.run(lambda d: papers.agreement_paper(d, plan_id, words))
        if found is None:
            return Problem("answer.gone")
        out = FileOut(ExportFile.PLAN_AGREEMENT, partial(_stamped, found), 1, {"plan": plan_id})
        return await self.exports.write(words, wish, path, out)

    async def save_day_sheet(
        self, language: str, wish: ExportWish, path: Path, drawn: SheetMap | None = None
    ) -> Problem | None:
        """Save today's visits as PDF, without any debt; with a map when one is drawn."""
        words = await self._words(language)
        found = await self._runner.run(lambda desk: papers.day_paper(desk, words, drawn=drawn))
        cases = await self._runner.run(papers.visits_today)
        out = FileOut(ExportFile.DAY_SHEET, partial(_stamped, found), cases)
        return await self.exports.write(words, wish, path, out)


def _stamped(paper: Paper, line: str) -> bytes:
    """Return the paper as PDF with who took it out on every page; raises NoTypeface."""
    return pdf_of(msgspec.structs.replace(paper, footer=f"{paper.footer} · {line}"))


def file_name(*parts: str) -> str:
    """Return a name for a PDF of which every system takes each letter."""
    kept = (UNFIT.sub("-", part).strip("-") for part in parts)
    return "-".join(part for part in kept if part) + ".pdf"
