"""Bank exports for tests: one good line to change, written as XLSX or CSV."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import xlsxwriter

from tools.sample.export import TITLES

SHEET = "xl/worksheets/sheet1.xml"
TODAY = datetime.now(UTC).date()  # for as long as the tests run, over midnight too

type Row = list[str]


def line(number: int = 1, today: date | None = None, **changed: str) -> Row:
    """Return a line that is right, with some columns changed by their titles."""
    since = (today or TODAY) - timedelta(days=40)
    cells = {
        "案件编号": f"T{number:05d}",
        "客户姓名": "欧阳若兰",
        "证件号后四位": "1234",
        "手机号": f"1990009{number:04d}",
        "备用电话": "",
        "地址": f"云川市城北区试验路{number}号",
        "区域": "城北",
        "纬度": "35.050000",
        "经度": "118.350000",
        "坐标系": "WGS-84",
        "账号": f"6222000000{number:06d}",
        "产品": "信用卡",
        "本金": "1234.56",
        "利息": "12.00",
        "费用": "0.00",
        "逾期日期": since.isoformat(),
        "短信提醒时间": f"{(since + timedelta(days=3)).isoformat()} 10:15",
        "电话联系时间": f"{(since + timedelta(days=9)).isoformat()} 14:30",
        "电话结果": "接通",
    }
    assert set(changed) <= set(cells), changed
    return list((cells | changed).values())


def comma_text(rows: Iterable[Row], titles: Iterable[str] = TITLES) -> str:
    """Return the lines as CSV under their titles."""
    out = io.StringIO()
    csv.writer(out).writerows([list(titles), *rows])
    return out.getvalue()


def csv_file(path: Path, rows: Iterable[Row], titles: Iterable[str] = TITLES) -> Path:
    """Write a CSV in UTF-8."""
    path.write_text(comma_text(rows, titles), encoding="utf-8", newline="")
    return path


def xlsx_file(path: Path, rows: Iterable[Row], titles: Iterable[str] = TITLES) -> Path:
    """Write a workbook whose cells are all text."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([list(titles), *rows]):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value)
    return path


WRITERS = {"xlsx": xlsx_file, "csv": csv_file}


def xml_changed(path: Path, change: Callable[[bytes], bytes], part: str = SHEET) -> Path:
    """Change the XML of a part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path
