"""What came back of a broken vault and what is still to come, on the sync screen until put away."""

from collections.abc import Callable

from field_app.ui.components.surfaces import Card, Notice, row
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look
from field_app.viewmodels.sync import RescueStory, SyncState


class RescueBar(Card):
    """Hidden where there is nothing to tell; `put_away` ends the telling."""

    def __init__(self, look: Look, put_away: Callable[[], None], zone: Callable[[], str]) -> None:
        super().__init__(look, look.words("The data of this laptop was built anew"))
        self._look = look
        self._zone = zone
        self.warning = Notice(look)
        self._came, self._comes = label(""), label("")
        self.done = button(look, look.words("Understood"), put_away)
        for part in (self._came, self.warning, self._comes):
            self.body.addWidget(part)
        self.body.addLayout(row(look, None, self.done))
        self.hide()

    def show_state(self, state: SyncState) -> None:
        """Show what there is to tell now."""
        story, words = state.rescue, self._look.words
        self.setVisible(story is not None)
        if story is None:
            return
        self._came.setText(self._rescued(story))
        lost = words(
            "Part of what was saved here could not be read. Look through your last days, and tell "
            "the administrator."
        )
        self.warning.say("" if story.is_whole else lost, "warn")
        self._comes.setText(
            words(
                "Your cases come anew from the server with the next sync; until then only "
                "what could be read is shown. Your entries are sent again, and the server keeps "
                "each once."
            )
            if state.last_sync is None
            else words("Your cases have come anew from the server since.")
        )

    def _rescued(self, story: RescueStory) -> str:
        return self._look.words(
            "On {when} it was found broken. Rescued: your entries {work}, forms you had begun "
            "{forms}, records of the server {records}.",
            when=self._look.words.moment(story.at, self._zone()),
            work=story.work,
            forms=story.forms,
            records=story.records,
        )
