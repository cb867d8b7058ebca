"""The one gate for files: on record, stamped, locked, written. No file leaves by another way."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from field_app.background.runner import Runner
from field_app.i18n.words import Words
from field_app.operations import exports
from field_app.operations.exports import ExportWish as ExportWish
from field_app.operations.exports import Stamp
from field_app.operations.submit import Saved
from field_app.reports.locking import locked_pdf, locked_zip
from field_app.reports.typesetting import NoTypeface
from field_app.viewmodels.problem import Problem
from sync.domain.outcome import Refused
from sync.domain.vocabulary import ExportFile
from sync.domain.vocabulary import ExportReason as ExportReason

# Without letters and digits that are mistaken for each other when they are read out.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, LENGTH = 4, 4
ZIP = ".zip"


def fresh_password() -> str:
    """Return a password of 78 bits in four groups that can be read out."""
    groups = ("".join(secrets.choice(SIGNS) for _ in range(LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def stamp_line(words: Words, stamp: Stamp, zone: str) -> str:
    """Return the line that stands on every page: who, when, how many cases, what for."""
    return words(
        "Exported by {who}, {when} · {n} cases · {why}",
        who=stamp.by,
        when=words.moment(stamp.at, zone),
        n=stamp.cases,
        why=words.code(f"export_reason.{stamp.reason}"),
    )


class FileOut(NamedTuple):
    """A file that is to leave: what it is, what makes it, of how many cases, ids for the trail.

    `make` is given the line of the stamp and runs on a thread of its own.
    """

    file: ExportFile
    make: Callable[[str], bytes]
    cases: int
    ids: Mapping[str, str] = {}


class Exports:
    """Writes files where a person says, each through the gate."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def write(
        self, words: Words, wish: ExportWish, path: Path, out: FileOut
    ) -> Problem | None:
        """Note the export, make the file with its stamp, lock and write it; or say why not."""
        file, cases = out.file, out.cases
        stamp = await self._runner.run(lambda desk: exports.stamp(desk, wish, cases))
        taken = await self._runner.act(
            lambda desk: exports.take_out(desk, wish, file, cases, **out.ids)
        )
        if isinstance(taken, Refused):
            reason = taken.reasons[0]
            return Problem(reason.code, dict(reason.params))
        if not isinstance(taken, Saved):
            return Problem("answer.gone")
        line = stamp_line(words, stamp, self._runner.desk.zone)

        def work() -> None:
            path.write_bytes(_locked(out.make(line), path, wish.password))

        try:
            await asyncio.to_thread(work)
        except NoTypeface:
            return Problem("paper.no_typeface")
        except OSError:  # the system's reason would be in its own language
            return Problem("export.unwritable")
        return None


def _locked(data: bytes, path: Path, password: str) -> bytes:
    if not password:
        return data
    if path.suffix.lower() == ".pdf":
        return locked_pdf(data, password)
    return locked_zip(data, path.name.removesuffix(ZIP), password)
