"""The lead's part of the main job, step by step: cases given, a day planned, a visit seen."""

from datetime import datetime

from PySide6.QtCore import Qt

from field_app.ui.screens.enrol_screen import EnrolScreen
from field_app.ui.screens.plan_screen import PlanScreen
from field_app.ui.screens.team_screen import TeamScreen
from sync.domain.ids import CaseId
from tools.tour.hands import asked, press, type_text, until
from tools.tour.seat import Seat
from tools.tour.stage import Stage


async def lead_assigns(stage: Stage, lead: Seat) -> None:
    """The lead enrols, looks at the board and gives every case to two officers."""
    assert isinstance(lead.window, EnrolScreen)
    await stage.shot(lead.window, "enrol-empty")
    type_text(lead.window.account, lead.login)
    type_text(lead.window.passphrase, "short")
    press(lead.window.passphrase, Qt.Key.Key_Return)
    await stage.shot(lead.window, "enrol-refused")
    await stage.enrol(lead)
    await lead.show("team")
    await stage.shot(lead.main, "lead-team-unassigned")
    team = lead.screens.navigable["team"]
    assert isinstance(team, TeamScreen)
    team.suggest.click()
    suggestion = await asked(lead.main)
    await stage.shot(lead.main, "lead-suggestion")
    suggestion.ok.click()
    await until(lambda: team._view.board is not None and not team._view.board.unassigned)
    await lead.sync()
    await stage.shot(lead.main, "lead-team-assigned")


async def lead_plans(stage: Stage, lead: Seat, day: datetime) -> None:
    """The lead plans the day, looks and publishes."""
    await lead.sync()
    await lead.show("plan")
    plan = lead.screens.navigable["plan"]
    assert isinstance(plan, PlanScreen)
    plan.day.setDate(plan.day.date().fromString(f"{day:%Y-%m-%d}", "yyyy-MM-dd"))
    await stage.settle()
    await stage.shot(lead.main, "lead-plan-before")
    plan.solve.click()
    await until(lambda: plan._view.state in ("solved", "failed"))
    assert plan._view.state == "solved"
    assert plan._view.may_publish, plan._view.breaches
    await stage.shot(lead.main, "lead-plan-solved")
    await _carry(stage, lead, plan)
    plan.publish.click()
    await stage.settle()
    await lead.sync()
    await stage.shot(lead.main, "lead-plan-published")


async def _carry(stage: Stage, lead: Seat, plan: PlanScreen) -> None:
    """Carry the first stop, put it back, and ask what if its officer were ill."""
    board = plan.timeline.board
    board.setFocus()
    press(board, Qt.Key.Key_Space)
    press(board, Qt.Key.Key_Right)
    await stage.shot(lead.main, "lead-plan-stop-carried")
    for _ in range(20):
        press(board, Qt.Key.Key_Right)
    assert board.carried is not None and board.carried.verdict is not None
    assert not board.carried.verdict.allowed
    await stage.shot(lead.main, "lead-plan-stop-refused")
    press(board, Qt.Key.Key_Escape)
    plan.ill.click()
    question = await asked(lead.main)
    question.ok.click()
    await until(lambda: plan.lists.ill is not None)
    await stage.shot(lead.main, "lead-plan-if-ill")
    plan.lists.forget()


async def lead_plans_in_english_and_dark(stage: Stage, lead: Seat, day: datetime) -> None:
    """What is published, in English and in the dark theme."""
    await lead.look(language="en", theme="dark")
    lead.main.resize(1280, 800)
    await stage.settle()
    await lead.show("plan")
    plan = lead.screens.navigable["plan"]
    assert isinstance(plan, PlanScreen)
    plan.day.setDate(plan.day.date().fromString(f"{day:%Y-%m-%d}", "yyyy-MM-dd"))
    await until(lambda: plan._view.state == "standing")
    await stage.settle()
    await stage.shot(lead.main, "dark-english-route-plan")


async def back_to_chinese_and_light(stage: Stage, lead: Seat) -> None:
    """Look as before."""
    await lead.look(language="zh_CN", theme="light")
    await lead.show("cases")  # the settings' own screen is left, as a person leaves it
    await stage.settle()


async def lead_sees(stage: Stage, lead: Seat, case_id: CaseId) -> None:
    """The visit is in the lead's file of the case, once."""
    await lead.sync()
    lead.main.open_case(case_id)
    view = lead.screens.case._view
    await until(lambda: bool(view.file and view.file.case.id == case_id))
    await stage.settle()
    assert view.file is not None
    visits = [e for e in view.file.timeline if e.kind == "visit"]
    assert len(visits) == 1, f"{len(visits)} visits in the lead's client"
    await stage.shot(lead.main, "lead-sees-the-visit")
