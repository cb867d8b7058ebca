"""Everything kept about one customer, as one archive to hand over (PIPL art. 45).

`records.json` has every record whole, `timeline.csv` the same as lines to read, `files/` the papers
and pictures, `README.txt` says in Chinese and English what it is. That it was made is on record.
"""

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from sync.domain.ids import BranchId
from sync.domain.records import Attachment, Versioned, encode_record, kind_of
from sync.server.closed_file import new_file
from sync.server.commit import Commit
from sync.server.handlers.attachments import files_of
from sync.server.keeping import NoSuchCase
from sync.server.repositories import records
from sync.server.repositories.session import Session
from sync.server.service import Service

KINDS = {
    "case": ("案件", "case"),
    "contact": ("联系记录", "contact"),
    "appointment": ("约访", "appointment"),
    "visit": ("走访", "visit"),
    "hardship": ("困难情况", "hardship"),
    "feedback": ("意见", "feedback"),
    "hold": ("暂停", "hold"),
    "attachment": ("附件", "attachment"),
    "reveal": ("个人信息被查看", "personal data looked at"),
    "budget": ("收支情况", "income and costs"),
    "complaint": ("投诉", "complaint"),
    "plan": ("还款方案", "repayment plan"),
    "payment": ("还款入账", "payment"),
    "wish": ("客户意愿", "wish"),
    "note": ("备注", "note"),
    "referral": ("转介", "referral"),
}
INSTANTS = ("at", "arrived_at", "start", "placed_at", "proposed_at", "received_at", "day")
WORDS = ("words", "note", "reason", "title", "answer", "topic", "outcome", "result", "state")
# A spreadsheet must not read a customer's word as a formula; full-width signs begin one too.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "application/pdf": ".pdf"}
README = """约访系统中关于您的全部记录
案件编号：{case_no}  生成时间：{at}

records.json  每条记录的完整内容
timeline.csv  按时间排列的同样内容，便于阅读
files/        附件原件

用途：按约上门沟通逾期还款。法律依据与保存期限见本行告知书（个人信息保护法第17、19、45条）。
您可以要求更正或删除；如有异议，可向本行投诉。

Everything kept about you in the visit system
Case number: {case_no}  made: {at}

records.json  every record, whole
timeline.csv  the same by time, to read
files/        the files themselves

Purpose: visits by appointment about an overdue payment. Legal grounds and keeping periods: the
bank's notice (PIPL art. 17, 19, 45). You may ask for correction or erasure, and complain to the
bank.
"""


async def hand_over(service: Service, branch: BranchId, case_no: str, out: Path) -> int:
    """Write the archive of one case and return how many records are in it.

    Raises NoSuchCase; OSError when the file cannot be written. The audit entry comes first.
    """

    async def work(session: Session) -> list[Versioned[Any]]:
        for stands in await records.of_kind(session, branch, "case"):
            if stands.record.case_no == case_no:
                found = await records.of_case(session, branch, stands.record.id)
                commit = Commit(session, branch)
                now = service.clock.now().isoformat()
                commit.leaf(now, what="subject.access", id=stands.record.id, records=len(found))
                await commit.finish()
                return found
        raise NoSuchCase(case_no)

    found = await service.database.write(work)
    with new_file(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        at = service.clock.now().isoformat(timespec="minutes")
        archive.writestr("README.txt", README.format(case_no=case_no, at=at))
        archive.writestr("records.json", _json(found))
        archive.writestr("timeline.csv", "\ufeff" + _timeline(found))
        files = files_of(service, branch)
        for stands in found:
            if isinstance(stands.record, Attachment):
                _add_file(archive, files.whole(stands.record.id), stands.record)
    return len(found)


def _json(found: list[Versioned[Any]]) -> bytes:
    whole = [{"rev": v.rev, "record": msgspec.json.decode(encode_record(v.record))} for v in found]
    return msgspec.json.format(msgspec.json.encode(whole), indent=2)


def _timeline(found: list[Versioned[Any]]) -> str:
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["时间 / time", "种类", "kind", "内容 / content"])
    for at, record in sorted(((_when(v.record), v.record) for v in found), key=lambda p: p[0]):
        zh, en = KINDS[kind_of(record)]
        lines.writerow([at, zh, en, _harmless(_content(record))])
    return out.getvalue()


def _when(record: Any) -> str:
    for name in INSTANTS:
        value = getattr(record, name, None)
        if value is not None:
            minutes = isinstance(value, datetime)
            return value.isoformat(timespec="minutes") if minutes else str(value.isoformat())
    return ""


def _content(record: Any) -> str:
    told = (str(getattr(record, name, "") or "") for name in WORDS)
    return " · ".join(t for t in told if t)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text


def _add_file(archive: zipfile.ZipFile, path: Path, fact: Attachment) -> None:
    # Named after what the bytes are: a title is anybody's words and may end in .exe or .lnk.
    if path.is_file():
        archive.write(path, f"files/{fact.id}{SUFFIXES.get(fact.media_type, '')}")
