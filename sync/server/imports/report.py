"""What an import did or would do, line by line."""

from collections.abc import Mapping

import msgspec

from sync.server.imports.rows import RowTrouble

MOST_LINES = 20  # numbers of lines told of one kind
LONGEST_SHOWN = 40  # characters of a refused value
WORDS = {
    "zh_CN": {
        "import.missing_value": "缺少必填内容",
        "import.bad_phone": "电话号码不正确",
        "import.bad_id": "证件号不正确",
        "import.unseen_characters": "含有控制字符或不可见字符",
        "import.too_long": "内容过长",
        "import.rounded_number": "长数字已被表格软件舍入，请将该列设为文本",
        "import.wrong_width": "单元格个数与标题不符",
        "import.bad_coordinates": "坐标不正确或不在中国境内",
        "import.unknown_datum": "未知的坐标系",
        "import.missing_datum": "未说明坐标系，不作猜测",
        "import.unknown_product": "未知的产品",
        "import.bad_amount": "金额不正确（须为非负、精确到分）",
        "import.bad_date": "日期不正确",
        "import.impossible_date": "日期不可能（早于 1990 年或晚于今天）",
        "import.unknown_result": "未知的电话结果",
        "import.duplicate": "案件编号重复",
        "import.unknown_case": "没有该案件",
        "summary": "{verb}：新增 {added}，变更 {changed}，未变 {unchanged}，拒绝 {refused}",
        "unpinned": "{n} 行没有坐标，待在地图上定位：第 {lines} 行",
        "outside": "{n} 行的坐标在地图区域之外，请在地图上核对：第 {lines} 行",
        "water": "{n} 行的坐标落在水面上，请在地图上核对：第 {lines} 行",
        "dry": "试运行，未写入",
        "done": "已写入",
        "line": "第 {line} 行，{column}：{words}{value}",
        "whole_line": "整行",
        "import.empty_file": "文件为空",
        "import.too_large": "文件过大（上限 {most_mb} MB）",
        "import.password": "文件有密码保护，请先取消密码",
        "import.old": "旧格式的文件，请另存为 .xlsx",
        "import.damaged": "文件损坏，或不是 XLSX 工作簿或 CSV",
        "import.no_rows": "文件没有数据行",
        "import.too_many_rows": "行数过多（上限 {most} 行）",
        "import.too_many_columns": "列数过多（上限 {most} 列）",
        "import.cut_off": "文件在一行中间结束，可能没有传完",
        "import.unknown_encoding": "编码不是 UTF-8 或 GB18030",
        "import.missing_columns": "缺少列：{columns}",
        "import.twice_columns": "列标题重复：{columns}",
        "import.no_team": "没有该小组：{team}",
        "import.mapping": "列对照文件不能使用：{detail}",
    },
    "en": {
        "import.missing_value": "a required value is missing",
        "import.bad_phone": "not a phone number",
        "import.bad_id": "not the end of an identity number",
        "import.unseen_characters": "control characters, or characters nobody can see",
        "import.too_long": "too long",
        "import.rounded_number": "a spreadsheet rounded this long number: make the column text",
        "import.wrong_width": "not as many cells as titles",
        "import.bad_coordinates": "not coordinates, or outside China",
        "import.unknown_datum": "unknown coordinate system",
        "import.missing_datum": "the coordinate system is not said, and is never guessed",
        "import.unknown_product": "unknown product",
        "import.bad_amount": "not an amount (not negative, exact to the fen)",
        "import.bad_date": "not a date",
        "import.impossible_date": "an impossible date (before 1990 or after today)",
        "import.unknown_result": "unknown call result",
        "import.duplicate": "the case number stands twice",
        "import.unknown_case": "there is no such case",
        "summary": "{verb}: {added} new, {changed} changed, {unchanged} same, {refused} refused",
        "unpinned": "{n} without coordinates, to be pinned on the map: lines {lines}",
        "outside": "{n} outside the map's region, to be looked at on the map: lines {lines}",
        "water": "{n} in water, to be looked at on the map: lines {lines}",
        "dry": "dry run, nothing written",
        "done": "written",
        "line": "line {line}, {column}: {words}{value}",
        "whole_line": "the whole line",
        "import.empty_file": "the file is empty",
        "import.too_large": "the file is too large (at most {most_mb} MB)",
        "import.password": "the file is protected by a password: take the password off first",
        "import.old": "a file of the old kind: save it as .xlsx",
        "import.damaged": "the file is damaged, or neither an XLSX workbook nor CSV",
        "import.no_rows": "the file has no rows",
        "import.too_many_rows": "the file has too many rows (at most {most})",
        "import.too_many_columns": "the file has too many columns (at most {most})",
        "import.cut_off": "the file ends in the middle of a line, as if half of it were missing",
        "import.unknown_encoding": "the file is neither UTF-8 nor GB18030",
        "import.missing_columns": "columns are missing: {columns}",
        "import.twice_columns": "columns stand twice: {columns}",
        "import.no_team": "there is no team {team}",
        "import.mapping": "the column mapping cannot be used: {detail}",
    },
}


class ImportReport(msgspec.Struct, frozen=True):
    """Counts, and each refused line with its reason.

    `unpinned` are lines taken without coordinates, `outside` those with a point that the map's
    region does not hold, as in the sea, `water` those with one in a lake or river of the map; all
    are for a person to set on the map.
    """

    dry_run: bool
    added: int
    changed: int
    unchanged: int
    troubles: tuple[RowTrouble, ...]
    unpinned: tuple[int, ...] = ()
    outside: tuple[int, ...] = ()
    water: tuple[int, ...] = ()

    @property
    def usable(self) -> bool:
        """Say whether any line was understood."""
        return self.added + self.changed + self.unchanged > 0

    def without_values(self) -> "ImportReport":
        """Return the report as it is kept: a refused value may be anybody's telephone number."""
        bare = tuple(msgspec.structs.replace(trouble, value="") for trouble in self.troubles)
        return msgspec.structs.replace(self, troubles=bare)


def failure_text(code: str, params: Mapping[str, object], language: str) -> str:
    """Return in words why a file as a whole is refused."""
    return WORDS[language][code].format_map(params)


def shown(value: str) -> str:
    """Return a refused value as it can be printed: short, and nothing in it moves a terminal."""
    safe = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in value)
    return safe if len(safe) <= LONGEST_SHOWN else safe[: LONGEST_SHOWN - 1] + "…"


def report_text(report: ImportReport, language: str) -> str:
    """Return the report in words."""
    words = WORDS[language]
    lines = [
        words["line"].format(
            line=t.line,
            column=t.column or words["whole_line"],
            words=words[t.code],
            value=f" ({shown(t.value)})" if t.value else "",
        )
        for t in report.troubles
    ]
    for name, numbers in (
        ("unpinned", report.unpinned),
        ("outside", report.outside),
        ("water", report.water),
    ):
        if numbers:
            told = ", ".join(map(str, numbers[:MOST_LINES]))
            more = " …" if len(numbers) > MOST_LINES else ""
            lines.append(words[name].format(n=len(numbers), lines=told + more))
    lines.append(
        words["summary"].format(
            verb=words["dry"] if report.dry_run else words["done"],
            added=report.added,
            changed=report.changed,
            unchanged=report.unchanged,
            refused=len(report.troubles),
        )
    )
    return "\n".join(lines)
