"""Hardship to agreement: the sheet, the plan, its approval, the customer's yes, the papers."""

from pathlib import Path

from field_app.ui.screens.relief_screen import ReliefScreen
from sync.domain.ids import CaseId
from sync.domain.vocabulary import PlanState
from tools.tour.hands import asked, taken_out, type_text, until
from tools.tour.seat import Seat, quiet
from tools.tour.stage import Stage

PAY, HOUSING, FOOD, UTILITIES, PHONES = "6200", "1800", "1400", "260", "120"
RATE = "14.6"
WISH = "晚上要照看孩子，请白天联系"
HELPER = "云川市金融消费纠纷调解中心"


async def officer_speaks_of_relief(stage: Stage, officer: Seat, case_id: CaseId) -> None:
    """With the customer at the table: wishes, income and costs, ways to repay, a proposal."""
    officer.main.open_case(case_id)
    await quiet()
    await _hear_wishes(stage, officer)
    screen = await _sheet(officer, case_id)
    await stage.shot(officer.main, "relief-empty")
    await _tell_month(screen)
    await stage.shot(officer.main, "relief-month")
    screen.ways.choose_buttons[0].click()
    await quiet()
    await stage.shot(officer.main, "relief-chosen")
    type_text(screen.to_lead, "客户下月复工，收入稳定")
    screen.refer.click()
    referral = await asked(officer.main)
    type_text(referral.entries["organisation"], HELPER)
    await stage.shot(officer.main, "relief-refer")
    referral.ok.click()
    await quiet()
    assert officer.relaunches == 0, "the laptop locked itself"
    screen.propose.click()
    await quiet()
    assert screen.panel.card is not None, screen.notice.text
    await stage.shot(officer.main, "relief-proposed")
    await officer.sync()


async def _hear_wishes(stage: Stage, officer: Seat) -> None:
    officer.screens.case.wishes.click()
    wishes = await asked(officer.main)
    type_text(wishes.entries["not_after"], "18:00")
    type_text(wishes.entries["words"], WISH)
    await stage.shot(officer.main, "wishes")
    wishes.ok.click()
    await quiet()


async def _sheet(seat: Seat, case_id: CaseId) -> ReliefScreen:
    seat.main.open_relief(case_id)
    await quiet()
    return seat.screens.relief


async def _tell_month(screen: ReliefScreen) -> None:
    screen.month.consent.click()
    lines = {"pay": PAY} | {"housing": HOUSING, "utilities": UTILITIES, "food": FOOD}
    for kind, line in (*screen.month.income.items(), *screen.month.costs.items()):
        if str(kind) in lines:
            type_text(line, lines[str(kind)])
    type_text(screen.rate, RATE)
    await quiet()


async def lead_approves(stage: Stage, lead: Seat, case_id: CaseId) -> None:
    """The lead reads the plan on the case and approves it."""
    await lead.sync()
    lead.main.open_case(case_id)
    await quiet()
    await stage.shot(lead.main, "lead-plan-to-approve")
    card = lead.screens.case.plan_card
    assert card is not None
    card.act_buttons["approve"].click()
    question = await asked(lead.main)
    await stage.shot(lead.main, "lead-approves")
    question.ok.click()
    await quiet()
    await lead.sync()


async def customer_agrees(stage: Stage, officer: Seat, case_id: CaseId) -> None:
    """The customer says yes in writing; the papers are kept as PDF."""
    await officer.sync()
    officer.main.open_case(case_id)
    await quiet()
    card = officer.screens.case.plan_card
    assert card is not None
    card.act_buttons["agree"].click()
    question = await asked(officer.main)
    type_text(question.entries["words"], "同意，每月 10 日前还")
    await stage.shot(officer.main, "customer-agrees")
    question.ok.click()
    await quiet()
    kept = officer.screens.case._view.care.kept
    assert kept is not None
    assert kept.plan.record.state is PlanState.AGREED
    await stage.shot(officer.main, "case-plan-agreed")
    await _print(stage, officer, "zh_CN")
    await _print(stage, officer, "en")
    await officer.show("today")
    assert officer.screens.today is not None
    officer.screens.today.print.click()
    await asked(officer.main)
    await stage.shot(officer.main, "export-asked")
    await _keep(officer, stage.folder / "day-sheet.pdf")
    await officer.sync()


async def _print(stage: Stage, officer: Seat, language: str) -> None:
    card = officer.screens.case.plan_card
    assert card is not None
    card.print_button.click()
    await _keep(officer, stage.folder / f"plan-{language}.pdf", language=language)


async def _keep(officer: Seat, path: Path, **answers: str) -> None:
    await taken_out(officer.main, path, **answers)
    await until(lambda: _is_pdf(path))
    await quiet()  # the act ends behind its file, and is not begun again before


def _is_pdf(path: Path) -> bool:
    return path.exists() and path.read_bytes().startswith(b"%PDF-")


async def in_english_and_dark(stage: Stage, officer: Seat, agreed: CaseId, other: CaseId) -> None:
    """The plan of one customer and the sheet of another in the language and theme of the day."""
    screen = await _sheet(officer, agreed)
    await stage.shot(officer.main, "dark-english-plan")
    officer.main.open_case(agreed)
    await quiet()
    await stage.shot(officer.main, "dark-english-case-with-plan")
    screen = await _sheet(officer, other)
    await _tell_month(screen)
    await stage.shot(officer.main, "dark-english-relief")
    screen.ways.choose_buttons[-1].click()
    await quiet()
    await stage.shot(officer.main, "dark-english-relief-chosen")
