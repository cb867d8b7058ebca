"""A receipt that the officer attaches, as the lead looks at it."""

from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QFileDialog

from field_app.ui.dialogs.file_view import FileView
from sync.domain.ids import CaseId
from tools.tour.hands import press, until
from tools.tour.seat import Seat
from tools.tour.stage import Stage

LINES = ("云川银行 客户回单", "交易时间 2026-03-10", "摘要 还款", "金额 ¥1,200.00", "（样张）")
WIDE, HIGH, LINE = 900, 620, 90


def receipt(path: Path) -> Path:
    """Draw the photo of a receipt on a table."""
    picture = QImage(WIDE, HIGH, QImage.Format.Format_RGB32)
    picture.fill(QColor("#8a6f52"))
    painter = QPainter(picture)
    paper = QRect(80, 50, WIDE - 160, HIGH - 100)
    painter.fillRect(paper, QColor("#fbfaf5"))
    painter.setPen(QColor("#222222"))
    font = painter.font()
    font.setPixelSize(38)
    painter.setFont(font)
    for number, text in enumerate(LINES):
        place = QRect(paper.left(), paper.top() + 30 + number * LINE, paper.width(), LINE)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    assert picture.save(str(path))
    return path


async def receipt_is_seen(stage: Stage, officer: Seat, lead: Seat, case_id: CaseId) -> None:
    """The officer attaches it and syncs; the lead fetches and sees it."""
    path = receipt(stage.folder / "还款回单.jpg")
    officer.main.open_case(case_id)
    await stage.settle()
    case = officer.screens.case
    case.acts.attach()
    [dialog] = case.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    await until(lambda: bool(case._view.file and case._view.file.timeline[0].kind == "attachment"))
    await stage.settle()
    for seat in (officer, officer, lead):
        await seat.sync()
    lead.main.open_case(case_id)
    await stage.settle()
    entries = lead.screens.case._view.file
    assert entries is not None
    fact = next(one for one in entries.timeline if one.kind == "attachment")
    lead.screens.case.acts.show_file(fact.record_id, str(fact.params["title"]))
    view = lead.screens.case.findChildren(FileView)[-1]
    await until(lambda: not view.picture.pixmap().isNull(), lambda: view.notice.text)
    await stage.shot(lead.main, "lead-sees-receipt")
    press(view, Qt.Key.Key_Escape)
