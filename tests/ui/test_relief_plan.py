"""A plan's life through the windows: approved, declined, agreed, taken back, ended; and who may."""

from PySide6.QtWidgets import QApplication

from field_app.ui.screens.plan_card import PlanCard
from sync.domain.ids import CaseId
from sync.domain.records import Plan, Referral, Wish
from sync.domain.vocabulary import PlanState, ReferralOutcome
from tests.ui.acts import ready
from tests.ui.lookup import file_of, records, words_on
from tests.ui.room import Room
from tests.ui.sheets import proposed, sheet
from tools.tour.hands import asked, type_text
from tools.tour.seat import Seat, quiet


async def card_of(seat: Seat, case_id: CaseId) -> PlanCard:
    """Open a case and return the card of its plan."""
    seat.main.open_case(case_id)
    await quiet()
    card = seat.screens.case.plan_card
    assert card is not None
    return card


async def act(seat: Seat, card: PlanCard, name: str, **answers: str) -> None:
    """Press one of the card's buttons and answer what is asked."""
    card.act_buttons[name].click()
    dialog = await asked(seat.main)
    for field, text in answers.items():
        dialog.entries[field].setPlainText(text)
    dialog.ok.click()
    await quiet()


async def state(seat: Seat) -> PlanState:
    """Return the state of the one plan on a laptop."""
    [plan] = await records(seat, Plan)
    return plan.record.state


async def proposed_to_lead(room: Room, pay: str = "8200") -> tuple[Seat, Seat, CaseId]:
    """Let li propose a plan and the lead's laptop know of it."""
    room.serve()
    li, chen = await room.seat("li"), await room.seat("chen")
    case_id = (await ready(li))[0]
    await proposed(li, case_id, pay)
    await li.sync()
    await chen.sync()
    return li, chen, case_id


async def test_from_proposal_to_the_customers_yes(room: Room) -> None:
    li, chen, case_id = await proposed_to_lead(room)
    card = await card_of(chen, case_id)
    assert list(card.act_buttons) == ["approve", "decline"]
    assert "李静" in words_on(card)
    await act(chen, card, "approve")
    assert await state(chen) is PlanState.APPROVED
    await chen.sync()
    await li.sync()
    card = await card_of(li, case_id)
    assert list(card.act_buttons) == ["agree", "take_back"]
    await act(li, card, "agree", words="我同意按月还")
    assert await state(li) is PlanState.AGREED
    file = await file_of(li, case_id)
    assert file.case.plan_in_force
    assert file.next_step == "keep_plan"
    card = await card_of(li, case_id)
    seen = words_on(card)
    assert "in force" in seen
    assert "The plan is being kept." in seen
    assert "Next instalment" in seen
    assert list(card.act_buttons) == []
    assert not li.screens.case.primary.isVisible()
    await li.sync()
    await chen.sync()
    card = await card_of(chen, case_id)
    assert list(card.act_buttons) == ["end"]
    await act(chen, card, "end", reason="客户提前一次付清")
    assert await state(chen) is PlanState.ENDED
    assert not (await file_of(chen, case_id)).case.plan_in_force
    await chen.sync()
    await li.sync()
    assert await state(li) is PlanState.ENDED


async def test_a_plan_beyond_the_means_is_approved_only_with_a_reason(room: Room) -> None:
    _li, chen, case_id = await proposed_to_lead(room, "3800")
    card = await card_of(chen, case_id)
    assert "beyond the means" in words_on(card)
    card.act_buttons["approve"].click()
    dialog = await asked(chen.main)
    dialog.ok.click()
    assert "Please fill in" in dialog.trouble.text
    assert await state(chen) is PlanState.AWAITING_APPROVAL
    dialog.entries["reason"].setPlainText("家人共同偿还")
    dialog.ok.click()
    await quiet()
    assert await state(chen) is PlanState.APPROVED
    [plan] = await records(chen, Plan)
    assert plan.record.decision_reason == "家人共同偿还"


async def test_a_declined_plan_comes_back_with_its_reason(room: Room) -> None:
    li, chen, case_id = await proposed_to_lead(room)
    await act(chen, await card_of(chen, case_id), "decline", reason="先谈减息")
    await chen.sync()
    await li.sync()
    screen = await sheet(li, case_id)
    assert "先谈减息" in words_on(screen.panel)
    assert screen.sheet.isVisible()
    assert screen.month.income["pay"].text() == "8200"


async def test_nobody_decides_about_a_proposal_of_their_own(room: Room) -> None:
    chen = await room.seat("chen")
    case_id = (await ready(chen))[0]
    screen = await proposed(chen, case_id)
    assert screen.panel.card is not None
    assert list(screen.panel.card.act_buttons) == ["take_back"]


async def test_an_officer_takes_a_proposal_back_and_makes_another(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    screen = await proposed(li, case_id)
    assert screen.panel.card is not None
    await act(li, screen.panel.card, "take_back", reason="客户改变主意")
    assert await state(li) is PlanState.ENDED
    assert screen.sheet.isVisible()
    assert screen.propose.isVisible()
    assert "客户改变主意" in words_on(screen.panel)
    screen.month.consent.click()
    type_text(screen.rate, "0")
    await quiet()
    screen.ways.choose_buttons[0].click()
    await quiet()
    screen.propose.click()
    await quiet()
    assert screen.notice.text == ""
    states = [v.record.state for v in await records(li, Plan)]
    assert sorted(states) == [PlanState.AWAITING_APPROVAL, PlanState.ENDED]
    assert "Earlier plans" in words_on(screen.panel)


async def test_the_keys_go_to_the_sheet_and_beside_a_plan_to_the_referral(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    screen = await sheet(li, case_id)
    assert QApplication.focusWidget() is screen.hardship.wanted
    await proposed(li, case_id, "8200")
    li.main.navigate("today")
    await quiet()
    await sheet(li, case_id)
    assert not screen.sheet.isVisible()
    assert QApplication.focusWidget() is screen.refer


async def test_wishes_bind_at_once_and_show_what_stands(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    li.main.open_case(case_id)
    await quiet()
    li.screens.case.wishes.click()
    dialog = await asked(li.main)
    dialog.entries["channels"].boxes["sms"].click()
    dialog.entries["weekdays"].boxes["6"].click()
    dialog.entries["places"].boxes["work"].click()
    type_text(dialog.entries["not_before"], "9.30")
    type_text(dialog.entries["not_after"], "9")
    dialog.entries["words"].setPlainText("周日陪孩子")
    dialog.ok.click()
    dialog = await asked(li.main)
    assert "leave no hour" in words_on(dialog)
    assert dialog.entries["channels"].chosen == ("sms",)
    type_text(dialog.entries["not_after"], "18:00")
    dialog.ok.click()
    await quiet()
    [wish] = await records(li, Wish)
    assert wish.record.words == "周日陪孩子"
    file = await file_of(li, case_id)
    assert file.case.wishes == wish.record.wishes
    assert {s.step: str(s.verdict) for s in file.steps}["sms"] == "block"
    seen = words_on(li.screens.case)
    for told in ("Text message", "Sun", "18:00"):
        assert told in seen
    li.screens.case.wishes.click()
    dialog = await asked(li.main)
    assert dialog.entries["not_before"].text() == "09:30"
    assert dialog.entries["weekdays"].chosen == ("6",)
    dialog.reject()
    await quiet()


async def test_a_referral_is_kept_and_its_outcome_told_later(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    screen = await sheet(li, case_id)
    screen.refer.click()
    dialog = await asked(li.main)
    dialog.ok.click()
    assert "Please fill in" in dialog.trouble.text
    type_text(dialog.entries["organisation"], "云川市金融消费纠纷调解中心")
    dialog.ok.click()
    await quiet()
    assert "云川市金融消费纠纷调解中心" in words_on(screen.panel)
    [tell] = screen.panel.outcome_buttons
    tell.click()
    dialog = await asked(li.main)
    outcome = dialog.entries["outcome"]
    assert outcome.findData("pending") == -1
    outcome.setCurrentIndex(outcome.findData("helped"))
    dialog.ok.click()
    await quiet()
    [referral] = await records(li, Referral)
    assert referral.record.outcome is ReferralOutcome.HELPED
    assert screen.panel.outcome_buttons == []
