"""The sample bank export: 300 invented customers of 云川市, and seven lines that are wrong."""

import random
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import xlsxwriter

from tools.sample import city

TITLES = (
    "案件编号",
    "客户姓名",
    "证件号后四位",
    "手机号",
    "备用电话",
    "地址",
    "区域",
    "纬度",
    "经度",
    "坐标系",
    "账号",
    "产品",
    "本金",
    "利息",
    "费用",
    "逾期日期",
    "短信提醒时间",
    "电话联系时间",
    "电话结果",
)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕单仇解"
GIVEN = "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰建国志文婷浩宇欣怡子涵梓萱雨泽晨曦思远"
PRODUCTS = ("信用卡", "信用卡", "消费贷", "消费贷", "经营贷", "车贷", "房贷")


@dataclass(frozen=True)
class Export:
    """What is to be written: as of `base`, `count` good lines and the wrong ones behind them."""

    base: date
    seed: int = 2026
    count: int = 300


def rows(export: Export) -> list[list[str]]:
    """Return the lines without the titles."""
    chance = random.Random(export.seed)  # sample data is no secret
    homes = city.build().addresses(chance, export.count)
    good = [_row(chance, export.base, n, home) for n, home in enumerate(homes, start=1)]
    return good + _wrong(good)


def write_export(path: Path, export: Export) -> None:
    """Write the export as XLSX, the same bytes for the same export."""
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
    sheet = book.add_worksheet("逾期案件")
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, TITLES, bold)
    for number, row in enumerate(rows(export), start=1):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    sheet.set_column(0, len(TITLES) - 1, 14)
    sheet.freeze_panes(1, 2)
    book.close()


def _row(chance: random.Random, base: date, number: int, home: city.Address) -> list[str]:
    overdue = chance.randint(12, 210)
    since = base - timedelta(days=overdue)
    reminded, called, result = _history(chance, base, since, overdue)
    principal = chance.randint(30, 900) * 100 + chance.randint(0, 99)
    interest = principal * overdue * 5 / 10000
    name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2, 2))))
    second = f"1990001{chance.randint(0, 9999):04d}" if chance.random() < 0.3 else ""
    pinned = chance.random() < 0.97
    return [
        f"YC{base.year}{number:05d}",
        name,
        f"{chance.randint(0, 9999):04d}",
        f"1990000{chance.randint(0, 9999):04d}",
        second,
        home.text,
        home.area,
        f"{home.lat:.6f}" if pinned else "",
        f"{home.lon:.6f}" if pinned else "",
        "WGS-84" if pinned else "",
        f"6222{chance.randint(10**11, 10**12 - 1)}",
        chance.choice(PRODUCTS),
        f"{principal:.2f}",
        f"{interest:.2f}",
        f"{chance.choice((0, 0, 50, 100, 160)):.2f}",
        since.isoformat(),
        reminded,
        called,
        result,
    ]


def _history(chance: random.Random, base: date, since: date, overdue: int) -> tuple[str, str, str]:
    """Return reminder, call and its result: most cases have climbed the ladder, some have not."""
    stage = chance.random()
    if stage < 0.08:
        return "", "", ""
    reminded = since + timedelta(days=min(3, overdue - 1))
    text = f"{reminded.isoformat()} 10:{chance.randint(0, 59):02d}"
    if stage < 0.18:
        return text, "", ""
    called = reminded + timedelta(days=chance.randint(1, max(1, overdue - 5)))
    result = "接通" if chance.random() < 0.93 else "无人接听"
    return (
        text,
        f"{called.isoformat()} {chance.randint(9, 17):02d}:{chance.randint(0, 59):02d}",
        result,
    )


def _wrong(good: list[list[str]]) -> list[list[str]]:
    """Return seven lines an import must refuse, each for its own reason."""
    changes = {
        0: (0, good[0][0]),
        1: (12, "-120.00"),
        2: (12, "一万二"),
        3: (15, "2026-02-30"),
        4: (7, "118.35"),
        5: (11, "典当"),
        6: (1, ""),
    }
    wrong = []
    for offset, (column, value) in changes.items():
        row = list(good[offset + 10])
        row[0] = f"{row[0]}X"
        row[column] = value
        wrong.append(row)
    return wrong


if __name__ == "__main__":
    write_export(Path(sys.argv[1]), Export(date.fromisoformat(sys.argv[2])))
