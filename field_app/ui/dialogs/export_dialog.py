"""Asks why a file is taken out, under which password, and where it shall lie."""

from functools import partial
from pathlib import Path
from typing import NamedTuple

from field_app.i18n.words import Words
from field_app.ui.components.page import Page
from field_app.ui.dialogs.form_dialog import Field, ask
from field_app.ui.dialogs.save_file import ask_where
from field_app.viewmodels.exports import ZIP, ExportReason, ExportWish, fresh_password

LOCKED, OPEN = "locked", "open"


class Export(NamedTuple):
    """What was answered; `told` are the values of further fields."""

    wish: ExportWish
    path: Path
    told: dict[str, str]


async def ask_export(
    page: Page,
    title: str,
    name: str,
    *fields: Field,
    usual: ExportReason = ExportReason.VISIT,
    lock: str = LOCKED,
) -> Export | None:
    """Ask and wait; None when the person changed their mind.

    `name` ends with the kind of file, unless a further field called `kind` is asked for it.
    `lock` is what stands there first.
    """
    words = page.words
    page.notice.say("")
    explain = words(
        "The export is recorded before the file is made, and your name is on every page. "
        "Share the password separately from the file."
    )
    asked, check = (*fields, *_fields(page, usual, lock)), partial(_missing, words)
    told = await ask(page, page.look, title, asked, explain, check=check)
    if told is None:
        return None
    password = told["password"] if told["lock"] == LOCKED else ""
    path = await _where(page, title, name, told.get("kind", ""), is_locked=bool(password))
    if path is None:
        return None
    wish = ExportWish(ExportReason(told["reason"]), told["words"], password)
    return Export(wish, path, told)


def _missing(words: Words, told: dict[str, str]) -> str:
    """Return what is still to be said, before anybody chooses a place for the file."""
    if told["reason"] == ExportReason.OTHER and not told["words"].strip():
        return words.code("export.reason_missing")
    if told["lock"] == LOCKED and not told["password"]:
        return words("A locked file needs a password.")
    return ""


def _fields(page: Page, usual: ExportReason, lock: str) -> tuple[Field, ...]:
    words = page.words
    reasons = tuple((str(r), words.code(f"export_reason.{r}")) for r in ExportReason)
    locks = (
        (LOCKED, words("locked with the password below")),
        (OPEN, words("open: whoever finds it can read it")),
    )
    return (
        Field("reason", words("What is it for?"), reasons, str(usual)),
        Field("words", words("In your own words, without names")),
        Field("lock", words("The file is"), locks, lock),
        Field("password", words("Password of the file"), chosen=fresh_password()),
    )


async def _where(page: Page, title: str, name: str, kind: str, *, is_locked: bool) -> Path | None:
    suffix = f".{kind}" if kind else Path(name).suffix
    name = str(Path(name).with_suffix(suffix))
    if is_locked and suffix != ".pdf":
        name += ZIP
    return await ask_where(page, page.look, title, name, Path(name).suffix[1:])
