"""Learning: modules are read, questions answered, and the certificate follows."""

import asyncio

import pytest
from PySide6.QtWidgets import QScrollArea

from field_app.ui.screens.learning_screen import LearningScreen
from sync.domain.records import Officer, Training
from tests.ui.legible import SMALL, clipped_at_rest
from tests.ui.lookup import in_language, records, words_on
from tests.ui.room import Room
from tools.tour.hands import until
from tools.tour.seat import Seat, quiet


async def shown(seat: Seat) -> LearningScreen:
    """Show Learning."""
    await seat.show("learning")
    screen = seat.screens.navigable["learning"]
    assert isinstance(screen, LearningScreen)
    return screen


async def answer(screen: LearningScreen, number: int, *, right: bool) -> None:
    """Answer every question of a module, all right or all wrong."""
    screen.list.setCurrentRow(number)
    screen.ask()
    lesson = screen._view.lesson
    assert lesson is not None
    for question, group in zip(lesson.head.question, screen.quiz.groups, strict=True):
        chosen = question.right if right else (question.right + 1) % len(question.options)
        group.button(chosen).click()
    assert screen.hand_in.isEnabled()
    screen.hand_in.click()
    await until(lambda: bool(screen.notice.text))
    await quiet()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_a_module_is_read_in_ones_language(room: Room, language: str) -> None:
    screen = await shown(await room.seat("li", language=language))
    assert screen.list.count() == 5
    assert in_language(screen.reading.toPlainText(), language)
    first = screen.reading.toPlainText()
    screen.list.setCurrentRow(1)
    await quiet()
    assert screen.reading.toPlainText() != first


async def test_answers_are_handed_in_whole(room: Room) -> None:
    screen = await shown(await room.seat("li"))
    screen.start_quiz.click()
    assert not screen.hand_in.isEnabled()
    screen.quiz.groups[0].button(0).click()
    assert not screen.hand_in.isEnabled()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_questions_are_whole_in_large_words(room: Room, language: str) -> None:
    li = await room.seat("li", language=language, text_size=200)
    li.main.resize(SMALL)
    screen = await shown(li)
    for number in range(screen.list.count()):
        screen.list.setCurrentRow(number)
        screen.ask()
        await quiet()
        area = screen._content
        assert isinstance(area, QScrollArea)
        assert area.horizontalScrollBar().maximum() == 0, "nothing lies beside the window"
        assert await clipped_at_rest(li.main) == []


async def test_answers_are_handed_in_once(room: Room) -> None:
    li = await room.seat("li")
    screen = await shown(li)
    screen.ask()
    for group in screen.quiz.groups:
        group.buttons()[0].click()
    for _ in range(2):
        screen.submit()
        await asyncio.sleep(0)
    await quiet()
    assert len(await records(li, Training)) == 1


async def test_a_pass_is_noted_and_tells_why(room: Room) -> None:
    li = await room.seat("li")
    screen = await shown(li)
    await answer(screen, 0, right=True)
    assert "5 of 5 right." in screen.notice.text
    assert "This module is passed." in screen.notice.text
    lesson = screen._view.lesson
    assert lesson is not None
    assert lesson.head.question[0].why in words_on(screen)
    assert screen.list.item(0).text().endswith("passed")
    assert not screen.hand_in.isVisible(), "nothing is left to hand in"
    [training] = await records(li, Training)
    assert training.record.passed


async def test_a_fail_may_be_tried_again(room: Room) -> None:
    li = await room.seat("li")
    screen = await shown(li)
    await answer(screen, 0, right=False)
    assert "0 of 5 right." in screen.notice.text
    assert "answer once more" in screen.notice.text
    await answer(screen, 0, right=True)
    assert "This module is passed." in screen.notice.text
    assert len(await records(li, Training)) == 2


async def test_every_module_passed_is_a_certificate(room: Room) -> None:
    li = await room.seat("li")
    screen = await shown(li)
    for number in range(5):
        await answer(screen, number, right=True)
    me = next(o.record for o in await records(li, Officer) if o.record.passed)
    assert {p.module for p in me.passed} == {lesson.head.id for lesson in screen._view.lessons}
    assert "certified until" in screen.subtitle.text()


async def test_a_lead_sees_the_teams_certificates(room: Room) -> None:
    lead = await room.seat("chen")
    screen = await shown(lead)
    seen = words_on(screen)
    assert "The team's certificates" in seen
    for name in ("李静", "王强"):
        assert name in seen
    assert "0 of 5 modules" in seen
    assert not screen.start_quiz.isVisible()
