"""Lines that are refused, each by its line, column and reason; the good ones beside them go in."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.server.sheets import TODAY, WRITERS, Row, line
from tests.server.shop import Shop
from tests.server.terminal import contents

FUTURE = (TODAY + timedelta(days=3)).isoformat()

# What is wrong: column, value, the reason in Chinese and in English.
DATE = ("日期不正确", "not a date")
NO_DAY = (
    "日期不可能（早于 1990 年或晚于今天）",
    "an impossible date (before 1990 or after today)",
)
AMOUNT = ("金额不正确（须为非负、精确到分）", "not an amount (not negative, exact to the fen)")
PLACE = ("坐标不正确或不在中国境内", "not coordinates, or outside China")
EMPTY = ("缺少必填内容", "a required value is missing")
UNSEEN = ("含有控制字符或不可见字符", "control characters, or characters nobody can see")
LONG = ("内容过长", "too long")
ROUNDED = (
    "长数字已被表格软件舍入，请将该列设为文本",
    "a spreadsheet rounded this long number: make the column text",
)
PHONE = ("电话号码不正确", "not a phone number")
WRONG: dict[str, tuple[str, str, tuple[str, str]]] = {
    "a negative amount": ("本金", "-1.00", AMOUNT),
    "an amount in words": ("本金", "一万二", AMOUNT),
    "an amount without end": ("利息", "1e20", AMOUNT),
    "an exponent without end": ("利息", "1e999999999", AMOUNT),
    "three decimals": ("费用", "0.005", AMOUNT),
    "more than there is": ("本金", "99999999999.00", AMOUNT),
    "no number": ("费用", "NaN", AMOUNT),
    "infinity": ("费用", "Infinity", AMOUNT),
    "a formula for an amount": ("本金", "=1+1", AMOUNT),
    "31 February": ("逾期日期", "2026-02-31", DATE),
    "the year 202": ("逾期日期", "0202-01-15", NO_DAY),
    "overdue in the future": ("逾期日期", FUTURE, NO_DAY),
    "a date and more": ("逾期日期", "2026-01-15abc", DATE),
    "a date in words": ("逾期日期", "昨天", DATE),
    "reminded in the year 1": ("短信提醒时间", "0001-01-01 00:00", NO_DAY),
    "called in the future": ("电话联系时间", f"{FUTURE} 10:00", NO_DAY),
    "called on 31 April": ("电话联系时间", "2026-04-31 10:00", DATE),
    "called at 25 o'clock": ("电话联系时间", "2026-04-30 25:00", DATE),
    "latitude 95": ("纬度", "95", PLACE),
    "a place that is swapped": ("纬度", "118.35", PLACE),
    "latitude in words": ("纬度", "北纬", PLACE),
    "latitude of no number": ("纬度", "nan", PLACE),
    "longitude missing": ("经度", "", PLACE),
    "a system that nobody knows": (
        "坐标系",
        "火星",
        ("未知的坐标系", "unknown coordinate system"),
    ),
    "no coordinate system": (
        "坐标系",
        "",
        (
            "未说明坐标系，不作猜测",
            "the coordinate system is not said, and is never guessed",
        ),
    ),
    "no case number": ("案件编号", "", EMPTY),
    "no name": ("客户姓名", "", EMPTY),
    "no address": ("地址", " ", EMPTY),
    "no account": ("账号", "", EMPTY),
    "a name with a bell": ("客户姓名", "王\x07芳", UNSEEN),
    "a name that turns round": ("客户姓名", "王\u202e芳", UNSEEN),
    "an address on two lines": ("地址", "一号\n二楼", UNSEEN),
    "a case number with a nothing": ("案件编号", "T\u200b1", UNSEEN),
    "a name that never ends": ("客户姓名", "王" * 61, LONG),
    "an address that never ends": ("地址", "路" * 201, LONG),
    "an account that was rounded": ("账号", "6.22212345678901e+18", ROUNDED),
    "a case number that was rounded": ("案件编号", "2.02611E+16", ROUNDED),
    "a telephone in words": ("手机号", "打座机", PHONE),
    "a telephone too short": ("手机号", "12345", PHONE),
    "a telephone of small numbers": ("备用电话", "1990000²¹³4", PHONE),
    "an identity that is none": (
        "证件号后四位",
        "12 4",
        ("证件号不正确", "not the end of an identity number"),
    ),
    "a product that is none": ("产品", "典当", ("未知的产品", "unknown product")),
    "a call that is none": ("电话结果", "唱歌", ("未知的电话结果", "unknown call result")),
}
DUPLICATE = ("案件编号重复", "the case number stands twice")


def spoilt() -> list[Row]:
    """Return a good line, every wrong one, a good one's number again, and a good line."""
    rows = [line(1)]
    for number, (column, value, _) in enumerate(WRONG.values(), start=2):
        rows.append(line(number, **{column: value}))
    return [*rows, line(1, 客户姓名="另一位"), line(900)]


@pytest.mark.parametrize("kind", WRITERS)
def test_every_wrong_line_is_named(shop: Shop, tmp_path: Path, kind: str) -> None:
    rows = spoilt()
    file = WRITERS[kind](tmp_path / f"export.{kind}", rows)
    before = contents(shop.data)
    dry = shop.take(file, "--dry-run")
    english = shop.take(file, "--dry-run", "--language", "en")
    assert contents(shop.data) == before
    done = shop.take(file)

    assert (dry.code, english.code, done.code) == (0, 0, 0)
    assert (dry.err, english.err, done.err) == ("", "", "")
    refused = len(WRONG) + 1
    *said, last = dry.out.splitlines()
    assert last == f"试运行，未写入：新增 2，变更 0，未变 0，拒绝 {refused}"
    *told, last = english.out.splitlines()
    assert last == f"dry run, nothing written: 2 new, 0 changed, 0 same, {refused} refused"
    assert done.out == dry.out.replace("试运行，未写入", "已写入")

    expected = [(n, w[0], w[2]) for n, w in enumerate(WRONG.values(), start=3)]
    expected.append((len(rows), "案件编号", DUPLICATE))
    assert len(said) == len(told) == len(expected)
    for (number, column, (chinese, in_english)), zh, en in zip(expected, said, told, strict=True):
        assert zh.startswith(f"第 {number} 行，{column}：{chinese}")
        assert en.startswith(f"line {number}, {column}: {in_english}")
        assert zh.isprintable()
    cases = shop.cases()
    assert [no for no in sorted(cases) if no.startswith("T")] == ["T00001", "T00900"]
    assert cases["T00001"].customer.name == "欧阳若兰"
