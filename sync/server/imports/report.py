"""What an import did or would do, line by line."""

import msgspec

from sync.server.imports.rows import RowTrouble

WORDS = {
    "zh_CN": {
        "import.missing_value": "缺少必填内容",
        "import.bad_phone": "电话号码不正确",
        "import.bad_name": "姓名不正确",
        "import.bad_coordinates": "坐标不正确或不在中国境内",
        "import.unknown_datum": "未知的坐标系",
        "import.missing_datum": "未说明坐标系，不作猜测",
        "import.unknown_product": "未知的产品",
        "import.bad_amount": "金额不正确（须为非负、精确到分）",
        "import.bad_date": "日期不正确",
        "import.impossible_date": "日期不可能（早于 1990 年或晚于今天）",
        "import.unknown_result": "未知的电话结果",
        "import.duplicate": "案件编号重复",
        "summary": "{verb}：新增 {added}，变更 {changed}，未变 {unchanged}，拒绝 {refused}",
        "dry": "试运行，未写入",
        "done": "已写入",
        "line": "第 {line} 行，{column}：{words}{value}",
    },
    "en": {
        "import.missing_value": "a required value is missing",
        "import.bad_phone": "not a phone number",
        "import.bad_name": "not a name",
        "import.bad_coordinates": "not coordinates, or outside China",
        "import.unknown_datum": "unknown coordinate system",
        "import.missing_datum": "the coordinate system is not said, and is never guessed",
        "import.unknown_product": "unknown product",
        "import.bad_amount": "not an amount (not negative, exact to the fen)",
        "import.bad_date": "not a date",
        "import.impossible_date": "an impossible date (before 1990 or after today)",
        "import.unknown_result": "unknown call result",
        "import.duplicate": "the case number stands twice",
        "summary": "{verb}: {added} new, {changed} changed, {unchanged} same, {refused} refused",
        "dry": "dry run, nothing written",
        "done": "written",
        "line": "line {line}, {column}: {words}{value}",
    },
}


class ImportReport(msgspec.Struct, frozen=True):
    """Counts, and each refused line with its reason."""

    dry_run: bool
    added: int
    changed: int
    unchanged: int
    troubles: tuple[RowTrouble, ...]

    @property
    def usable(self) -> bool:
        """Say whether any line was understood."""
        return self.added + self.changed + self.unchanged > 0


def report_text(report: ImportReport, language: str) -> str:
    """Return the report in words."""
    words = WORDS[language]
    lines = [
        words["line"].format(
            line=t.line,
            column=t.column,
            words=words[t.code],
            value=f" ({t.value})" if t.value else "",
        )
        for t in report.troubles
    ]
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
