"""The sheet of hardship, income and costs as an officer fills it in."""

from field_app.ui.screens.relief_screen import ReliefScreen
from sync.domain.ids import CaseId
from tools.tour.hands import type_text
from tools.tour.seat import Seat, quiet

PAY, HOUSING, FOOD = "8200", "2200", "1500"
RATE = "15.4"


async def sheet(seat: Seat, case_id: CaseId) -> ReliefScreen:
    """Open a case's sheet by the button on the case."""
    seat.main.open_case(case_id)
    await quiet()
    seat.screens.case.relief.click()
    await quiet()
    return seat.screens.relief


async def told(screen: ReliefScreen, pay: str = PAY) -> None:
    """Fill in a month with the customer's consent, and the contract's rate."""
    screen.month.consent.click()
    type_text(screen.month.income["pay"], pay)
    type_text(screen.month.costs["housing"], HOUSING)
    type_text(screen.month.costs["food"], FOOD)
    type_text(screen.rate, RATE)
    await quiet()


async def chosen(screen: ReliefScreen, number: int = 0) -> None:
    """Choose one of the ways to repay."""
    screen.ways.choose_buttons[number].click()
    await quiet()


async def proposed(seat: Seat, case_id: CaseId, pay: str = PAY) -> ReliefScreen:
    """Fill the sheet in, choose the first way and propose it to the lead."""
    screen = await sheet(seat, case_id)
    await told(screen, pay)
    await chosen(screen)
    screen.propose.click()
    await quiet()
    assert screen.notice.text == ""
    return screen
