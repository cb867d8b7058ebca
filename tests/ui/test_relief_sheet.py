"""The sheet: totals while typing, ways side by side, drafts, and what is refused."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from field_app.ui.screens.relief_screen import ReliefScreen
from field_app.viewmodels.hardship import HardshipEntry
from sync.domain.budget import Budget, CostKind, IncomeKind
from sync.domain.records import Hardship, Plan
from sync.domain.vocabulary import PlanState
from tests.ui.acts import ready
from tests.ui.lookup import file_of, in_language, records, words_on
from tests.ui.room import Room
from tests.ui.sheets import RATE, chosen, proposed, sheet, told
from tools.tour.hands import press, type_text
from tools.tour.seat import Seat, quiet

LANGUAGES = ("zh_CN", "en")


async def opened(room: Room, **wished: object) -> tuple[Seat, ReliefScreen]:
    """Sit down as li and open the sheet of the first case."""
    seat = await room.seat("li", **wished)
    return seat, await sheet(seat, (await ready(seat))[0])


async def test_totals_follow_the_typing(room: Room) -> None:
    _seat, screen = await opened(room)
    assert "Fill in what comes in" in words_on(screen.result)
    await told(screen)
    seen = words_on(screen.result)
    # 8200 - 2200 - 1500; a fifth less income, less the irregular cost of 900 a quarter
    for amount in ("¥8,200.00", "¥3,700.00", "¥4,500.00", "¥2,560.00"):
        assert amount in seen, seen
    assert "please ask" in seen
    type_text(screen.month.other_debts, "1000")
    await quiet()
    assert "¥3,500.00" in words_on(screen.result)


async def test_a_month_that_leaves_nothing_is_said_gently(room: Room) -> None:
    _seat, screen = await opened(room)
    await told(screen, "3000")
    seen = words_on(screen)
    assert "−¥700.00" in seen
    assert "speak of rest, relief and counselling" in seen
    assert "Offer counselling first" in seen
    assert "beyond the means" in seen


async def test_what_is_no_amount_is_marked_at_once(room: Room) -> None:
    _seat, screen = await opened(room)
    pay = screen.month.income[IncomeKind.PAY]
    type_text(pay, "12e3")
    await quiet()
    assert pay.property("kind") == "wrong"
    assert "Amounts are yuan, such as 1200 or 88.50." in words_on(screen.result)
    type_text(pay, "12,300.50")
    await quiet()
    assert pay.property("kind") == ""
    assert "¥12,300.50" in words_on(screen.result)


@pytest.mark.parametrize(("rate", "said"), [("", "Fill in the yearly rate"), ("abc", "per cent")])
async def test_without_a_rate_there_are_no_ways(room: Room, rate: str, said: str) -> None:
    _seat, screen = await opened(room)
    await told(screen)
    assert len(screen.ways.choose_buttons) > 2
    type_text(screen.rate, rate or " ")
    await quiet()
    assert said in words_on(screen.ways)
    assert screen.ways.choose_buttons == []


async def test_a_rate_beyond_the_law_is_refused_by_name(room: Room) -> None:
    _seat, screen = await opened(room)
    await told(screen)
    type_text(screen.rate, "36.01")
    await quiet()
    assert "36" in words_on(screen.ways)
    assert screen.ways.choose_buttons == []


async def test_a_chosen_way_shows_its_schedule_and_may_be_changed(room: Room) -> None:
    _seat, screen = await opened(room)
    await told(screen)
    assert not screen.chosen.isVisible()
    await chosen(screen)
    table, months = screen.schedule.table, screen.terms.months.value()
    assert table.rowCount() == months
    assert screen.verdict.text.startswith("The customer can afford it")
    largest = screen._view.reckoning.largest_fen
    assert str(months) in screen.schedule.bars.accessibleName()
    screen.terms.months.setValue(months - 6)
    await quiet()
    assert table.rowCount() == months - 6
    assert screen._view.reckoning.largest_fen > largest
    assert screen.verdict.text.startswith("Beyond the customer's means")
    assert "Chosen" not in [b.text() for b in screen.ways.choose_buttons]


async def test_terms_that_cannot_be_say_why(room: Room) -> None:
    _seat, screen = await opened(room)
    await told(screen)
    await chosen(screen)
    type_text(screen.terms.waived_fees, "999999")
    await quiet()
    assert not screen.schedule.isVisible()
    assert not screen.propose.isEnabled()
    assert in_language(screen.verdict.text, "en")


async def test_the_keys_alone_go_through_the_sheet_in_its_order(room: Room) -> None:
    _seat, screen = await opened(room)
    month = screen.month
    order: list[QWidget] = [
        screen.hardship.wanted,
        month.consent,
        month.adults,
        month.minors,
        *(month.income[kind] for kind in IncomeKind),
        *(month.costs[kind] for kind in CostKind if kind in month.costs),
        month.savings,
        month.other_debts,
        month.words,
        screen.rate,
    ]
    screen.hardship.wanted.setFocus()
    walked = []
    for _ in order:
        focused = QApplication.focusWidget()
        assert focused is not None
        walked.append(focused)
        press(focused, Qt.Key.Key_Tab)
    assert walked == order
    pay = month.income[IncomeKind.PAY]
    pay.setFocus()
    press(pay, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is month.income[IncomeKind.SELF_EMPLOYMENT]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_everything_has_a_name_in_the_persons_language(room: Room, language: str) -> None:
    _seat, screen = await opened(room, language=language)
    await told(screen)
    await chosen(screen)
    lines = [*screen.month.income.values(), *screen.month.costs.values(), screen.rate]
    lines += [screen.month.savings, screen.month.other_debts, screen.terms.waived_fees]
    assert all(in_language(line.accessibleName(), language) for line in lines)
    names = [b.accessibleName() for b in screen.ways.choose_buttons]
    assert all(in_language(name, language) for name in names)
    assert len(set(names)) == len(names)
    assert in_language(screen.schedule.bars.accessibleName(), language)


async def test_a_draft_outlives_the_program(room: Room) -> None:
    seat, screen = await opened(room)
    case_id = (await ready(seat))[0]
    screen.hardship.wanted.click()
    screen.hardship.causes.boxes["job_loss"].click()
    type_text(screen.hardship.since, "2026-01")
    await told(screen)
    await chosen(screen, 1)
    type_text(screen.terms.rate, "12")
    screen.to_lead.setPlainText("客户已找到新工作")
    await quiet()
    entry = screen._view.entry
    assert entry.terms is not None
    seat = await room.again(seat)
    screen = await sheet(seat, case_id)
    assert screen._view.entry == entry
    assert screen._entry() == entry
    assert screen.schedule.table.rowCount() == entry.terms.months


async def test_income_and_costs_are_kept_with_consent_only(room: Room) -> None:
    seat, screen = await opened(room)
    await told(screen)
    await chosen(screen)
    screen.month.consent.click()
    await quiet()
    screen.propose.click()
    await quiet()
    assert screen.notice.text == seat.program.look.words.code("budget.needs_consent")
    assert await records(seat, Budget) == []
    assert await records(seat, Plan) == []


async def test_a_sensitive_cause_needs_its_own_consent_or_nothing_is_kept(room: Room) -> None:
    seat, screen = await opened(room)
    await told(screen)
    await chosen(screen)
    screen.hardship.wanted.click()
    screen.hardship.causes.boxes["illness"].click()
    await quiet()
    assert "separate consent" in screen.hardship.needs.text
    screen.propose.click()
    await quiet()
    assert screen.notice.text
    assert [await records(seat, kind) for kind in (Hardship, Budget, Plan)] == [[], [], []]
    screen.hardship.consent.click()
    await quiet()
    press(screen.rate, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await quiet()
    assert [len(await records(seat, kind)) for kind in (Hardship, Budget, Plan)] == [1, 1, 1]


async def test_since_when_is_a_day_or_it_is_asked_again(room: Room) -> None:
    seat, screen = await opened(room)
    await told(screen)
    screen.hardship.wanted.click()
    screen.hardship.causes.boxes["job_loss"].click()
    type_text(screen.hardship.since, "spring")
    screen.keep.click()
    await quiet()
    assert screen.notice.text == seat.program.look.words.code("hardship.not_a_day")
    type_text(screen.hardship.since, "2026-01")
    screen.keep.click()
    await quiet()
    [note] = await records(seat, Hardship)
    assert str(note.record.since) == "2026-01-01"


async def test_a_proposal_keeps_all_and_waits_for_the_lead(room: Room) -> None:
    seat = await room.seat("li")
    case_id = (await ready(seat))[0]
    screen = await proposed(seat, case_id)
    [plan] = await records(seat, Plan)
    assert plan.record.state is PlanState.AWAITING_APPROVAL
    assert plan.record.affordable
    [budget] = await records(seat, Budget)
    assert budget.record.income == {IncomeKind.PAY: 820_000}
    assert budget.record.consent
    assert not screen.sheet.isVisible()
    assert not screen.propose.isVisible()
    assert screen.panel.card is not None
    assert list(screen.panel.card.act_buttons) == ["take_back"]
    assert "The plan goes to the lead." in words_on(seat.main)
    assert screen._view.entry.terms is None
    seat.main.open_case(case_id)
    await quiet()
    card = seat.screens.case.plan_card
    assert card is not None
    assert "awaiting approval" in words_on(card)
    assert "plan" in [e.kind for e in (await file_of(seat, case_id)).timeline]


async def test_a_plan_beyond_the_means_is_marked_and_may_be_proposed(room: Room) -> None:
    seat = await room.seat("li")
    screen = await proposed(seat, (await ready(seat))[0], "3800")
    [plan] = await records(seat, Plan)
    assert not plan.record.affordable
    assert "beyond the means" in words_on(screen.panel)


async def test_a_statement_may_be_kept_without_a_plan(room: Room) -> None:
    seat, screen = await opened(room)
    case_id = (await ready(seat))[0]
    await told(screen)
    screen.keep.click()
    await quiet()
    assert len(await records(seat, Budget)) == 1
    assert await records(seat, Plan) == []
    seat = await room.again(seat)
    screen = await sheet(seat, case_id)
    assert screen.month.income[IncomeKind.PAY].text() == "8200"
    assert not screen.month.consent.isChecked()
    assert screen._view.entry.told == HardshipEntry()


async def test_a_case_that_is_not_here_says_so(room: Room) -> None:
    seat, screen = await opened(room)
    seat.main.open_relief("nobody")  # type: ignore[arg-type]
    await quiet()
    assert "This case is not here" in words_on(screen)
    assert not screen.propose.isVisible()


async def test_a_visit_leads_here_and_waits(room: Room) -> None:
    seat = await room.seat("li")
    case_id = (await ready(seat))[0]
    seat.main.open_visit(case_id, None)
    await quiet()
    visit = seat.screens.visit
    assert not visit.relief.isVisible()
    visit.form.note.setPlainText("说到还款方案")
    visit.form.outcome.setCurrentIndex(visit.form.outcome.findData("plan_discussed"))
    visit._draft.stop()
    await visit._take()
    assert visit.relief.isVisible()
    visit.form.present.boxes["minor"].click()
    visit._draft.stop()
    await visit._take()
    assert not visit.relief.isVisible()
    visit.form.present.boxes["minor"].click()
    visit._draft.stop()
    await visit._take()
    visit.relief.click()
    await quiet()
    assert seat.main.stack.currentWidget() is seat.screens.relief
    type_text(seat.screens.relief.rate, RATE)
    await quiet()
    seat.main.go_back()
    await quiet()
    assert seat.main.stack.currentWidget() is visit
    assert visit.form.note.toPlainText() == "说到还款方案"
