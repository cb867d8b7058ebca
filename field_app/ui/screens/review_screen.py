"""Review, for leads and compliance officers: what waits, and how customers were treated."""

from PySide6.QtWidgets import QStackedWidget, QWidget

from field_app.ui.components.findings_list import answer_text
from field_app.ui.components.page import Page
from field_app.ui.components.texts import button
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.screens.review_conduct import ReviewConduct
from field_app.ui.screens.review_queue import ReviewQueue
from field_app.viewmodels.answer import Answer
from field_app.viewmodels.review import ReviewViewModel


class ReviewScreen(Page):
    """Two parts: the queue and the conduct figures."""

    def __init__(self, home: QWidget, look: Look, view: ReviewViewModel, go: Navigator) -> None:
        super().__init__(home, look, look.words("Review"))
        self._view = view
        self._go = go
        self.queue_button = button(look, look.words("Waiting"), lambda: self.show_part(0))
        self.conduct_button = button(look, look.words("Conduct"), lambda: self.show_part(1))
        for one in (self.queue_button, self.conduct_button):
            one.setCheckable(True)
            self.toolbar.addWidget(one)
        self.queue = ReviewQueue(self, view, go)
        self.conduct = ReviewConduct(self, view, go)
        self.parts = QStackedWidget()
        self.parts.addWidget(self.queue)
        self.parts.addWidget(self.conduct)
        self.body.addWidget(self.parts, 1)
        self.follow(view.changed, self._show)
        view.drilled.connect(self.conduct.show_records)
        view.answered.connect(self._on_answer)
        self.show_part(0)
        self.show_loading()

    def enter(self) -> None:
        """Read what waits."""
        self.start(self._view.load())

    def first_act(self) -> QWidget | None:
        """Return what waits longest, else the choice of parts."""
        if self.parts.currentWidget() is self.conduct:
            return self.conduct.measure
        return self.queue.first or self.queue_button

    def show_part(self, number: int) -> None:
        """Show the queue (0) or the conduct (1)."""
        self.parts.setCurrentIndex(number)
        self.queue_button.setChecked(number == 0)
        self.conduct_button.setChecked(number == 1)

    def _show(self) -> None:
        self.queue.show_queue()
        self.conduct.show_conduct()
        self.show_content()

    def _on_answer(self, what: str, answer: Answer) -> None:
        if answer.saved:
            self.notice.say("")
            self._go.tell(self.words.code(f"saved.{what}"))
        else:
            self.notice.say(answer_text(self.words, answer), "block")
