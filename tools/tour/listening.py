"""The customer's voice and the officers' learning, step by step, as their people do it."""

from PySide6.QtWidgets import QComboBox

from field_app.ui.screens.learning_screen import LearningScreen
from field_app.ui.screens.review_screen import ReviewScreen
from sync.domain.ids import CaseId
from sync.domain.records import Complaint
from sync.domain.vocabulary import ComplaintState, FeedbackKind
from tools.tour.hands import asked, until, write
from tools.tour.seat import Seat, quiet
from tools.tour.stage import Stage

SAID = "走访人员在楼道里说话声音大，邻居都听到了"
ANSWER = "已核实并向您致歉，今后走访人员在楼道不再交谈。"


async def customer_complains(stage: Stage, officer: Seat, case_id: CaseId) -> None:
    """The customer complains at the door; the case rests at once."""
    await officer.show("cases")
    officer.main.open_case(case_id)
    await stage.settle()
    case = officer.screens.case
    case.acts.feedback()
    dialog = await asked(officer.main)
    kind = dialog.entries["kind"]
    assert isinstance(kind, QComboBox)
    kind.setCurrentIndex(kind.findData(str(FeedbackKind.COMPLAINT)))
    write(dialog, "words", SAID)
    await stage.shot(officer.main, "case-feedback")
    dialog.ok.click()
    await until(lambda: bool(case._view.file and case._view.file.holds))
    await stage.shot(officer.main, "case-rests")
    await officer.sync()


async def lead_answers(stage: Stage, lead: Seat) -> None:
    """The lead sees it with its deadline, answers, and keeps the customer's word."""
    await lead.sync()
    await lead.show("review")
    screen = lead.screens.navigable["review"]
    assert isinstance(screen, ReviewScreen)
    await until(lambda: bool(screen._view.queue and screen._view.queue.complaints))
    await stage.shot(lead.main, "lead-review-complaint")
    assert screen._view.queue is not None
    screen.queue.answer(screen._view.queue.complaints[0])
    dialog = await asked(lead.main)
    write(dialog, "answer", ANSWER)
    await stage.shot(lead.main, "lead-review-answer")
    dialog.ok.click()
    await until(lambda: _state(screen) is ComplaintState.ANSWERED)
    await stage.shot(lead.main, "lead-review-answered")
    screen.queue.close_with_word(screen._view.queue.complaints[0])
    dialog = await asked(lead.main)
    write(dialog, "words", "可以，谢谢")
    dialog.ok.click()
    await until(lambda: bool(screen._view.queue and not screen._view.queue.complaints))
    screen.conduct_button.click()
    box = screen.conduct.measure
    box.setCurrentIndex(box.findData("complaints"))
    await quiet()
    screen.conduct.chart.choose(len(screen._view.conduct.months) - 1)
    await until(lambda: screen.conduct.records.count() > 0)
    await stage.shot(lead.main, "lead-review-conduct")
    await lead.sync()


def _state(screen: ReviewScreen) -> ComplaintState | None:
    queue = screen._view.queue
    one: Complaint | None = queue.complaints[0].complaint if queue and queue.complaints else None
    return one.state if one else None


async def officer_learns(stage: Stage, officer: Seat, lead: Seat) -> None:
    """The officer reads a module and answers; the lead sees the team's certificates."""
    await officer.show("learning")
    screen = officer.screens.navigable["learning"]
    assert isinstance(screen, LearningScreen)
    await stage.shot(officer.main, "officer-learning")
    screen.start_quiz.click()
    lesson = screen._view.lesson
    assert lesson is not None
    for question, group in zip(lesson.head.question, screen.quiz.groups, strict=True):
        group.button(question.right).click()
    await stage.shot(officer.main, "officer-quiz")
    screen.hand_in.click()
    await until(lambda: bool(screen.notice.text))
    await stage.shot(officer.main, "officer-quiz-passed")
    await officer.sync()
    await lead.sync()
    await lead.show("learning")
    await stage.shot(lead.main, "lead-certificates")
