"""The small acts on a case, each a short question over the screen."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from field_app.i18n.words import Words
from field_app.ui.components.choices import options_of
from field_app.ui.components.page import Page
from field_app.ui.dialogs.file_dialog import FileDialog
from field_app.ui.dialogs.file_view import FileView
from field_app.ui.dialogs.form_dialog import Field, ask
from field_app.ui.navigation import Navigator
from field_app.viewmodels.case import CaseViewModel
from sync.domain.ids import RecordId
from sync.domain.records import Hold, Versioned
from sync.domain.vocabulary import Channel, ContactResult, FeedbackKind, HoldKind

TOPICS = ("conduct", "contact_time", "amount", "privacy", "service", "other")


LENGTHS = (30, 60, 90)  # days a rest may be set for


def _lengths(words: Words) -> tuple[tuple[str, str], ...]:
    numbered = ((str(days), words("{n} days", n=days)) for days in LENGTHS)
    return (("0", words("until it is lifted")), *numbered)


class CaseActs:
    """Contact, feedback, hold, attachment."""

    def __init__(self, page: Page, view: CaseViewModel, go: Navigator) -> None:
        self._page = page
        self._view = view
        self._go = go

    @property
    def _case_id(self) -> str:
        return self._view.file.case.id if self._view.file else ""

    def contact(self, channel: str = "phone") -> None:
        """Record a contact."""
        self._page.once(self._contact, channel)

    async def _contact(self, channel: str) -> None:
        page, words = self._page, self._page.words
        channels = tuple(options_of(page.look, Channel, "channel"))
        fields = (
            Field("channel", words("Channel"), channels, channel),
            Field("result", words("Result"), tuple(options_of(page.look, ContactResult, "result"))),
            Field("note", words("Note"), lines=3),
        )
        explain = words("Kept with the present time and counted against the caps.")
        told = await ask(
            page,
            page.look,
            words("Record a contact"),
            fields,
            explain,
            draft=page.draft("contact", self._case_id),
        )
        if told is not None:
            await self._view.record_contact(
                Channel(told["channel"]), ContactResult(told["result"]), told["note"]
            )

    def feedback(self) -> None:
        """Record what the customer says of us."""
        self._page.once(self._feedback)

    async def _feedback(self) -> None:
        page, words = self._page, self._page.words
        topics = tuple((t, words.code(f"topic.{t}")) for t in TOPICS)
        fields = (
            Field("kind", words("Kind"), tuple(options_of(page.look, FeedbackKind, "feedback"))),
            Field("topic", words("About"), topics),
            Field("words", words("In the customer's words"), lines=4, required=True),
        )
        explain = words(
            "A complaint puts the case on hold until it is answered and the customer is content."
        )
        told = await ask(
            page,
            page.look,
            words("The customer's feedback"),
            fields,
            explain,
            draft=page.draft("feedback", self._case_id),
        )
        if told is not None:
            await self._view.record_feedback(
                FeedbackKind(told["kind"]), told["topic"], told["words"]
            )

    def hold(self) -> None:
        """Rest the case."""
        self._page.once(self._hold)

    async def _hold(self) -> None:
        page, words = self._page, self._page.words
        fields = (
            Field("kind", words("Why"), tuple(options_of(page.look, HoldKind, "hold"))),
            Field("days", words("How long"), _lengths(words)),
            Field("reason", words("What was told"), lines=3, required=True),
        )
        explain = words("Nobody visits this customer until a lead lifts the hold.")
        draft = page.draft("hold", self._case_id)
        told = await ask(
            page, page.look, words("Put on hold"), fields, explain, words("Hold"), draft=draft
        )
        if told is not None:
            kind, days = HoldKind(told["kind"]), int(told["days"])
            await self._view.place_hold(kind, told["reason"], days)

    def lift(self, hold: Versioned[Hold]) -> None:
        """Lift a hold."""
        self._page.once(self._lift, hold)

    async def _lift(self, hold: Versioned[Hold]) -> None:
        page, words = self._page, self._page.words
        asked = (("no", words("no")), ("yes", words("yes")))
        fields = (
            Field("reason", words("Reason"), lines=3, required=True),
            Field("asked", words("Did the customer ask for it?"), asked),
        )
        explain = words("The reason is kept with your name.")
        title = words("Lift the hold")
        draft = page.draft("lift", self._case_id, hold.record.id)
        told = await ask(page, page.look, title, fields, explain, title, draft=draft)
        if told is not None:
            await self._view.lift_hold(hold, told["reason"], asked=told["asked"] == "yes")

    def attach(self) -> None:
        """Choose a file to attach."""
        words = self._page.words
        dialog = FileDialog(self._page, words("Attach a picture or PDF"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(words("Pictures and PDF") + " (*.png *.jpg *.jpeg *.pdf)")
        dialog.fileSelected.connect(lambda path: self._page.once(self._view.attach, Path(path)))
        dialog.open()

    def show_file(self, file_id: RecordId, title: str) -> None:
        """Show a photo or paper of the case."""
        shown = FileView(self._page, self._view.attachment, title)
        shown.open()
        self._page.once(self._view.attachment.open, file_id)
