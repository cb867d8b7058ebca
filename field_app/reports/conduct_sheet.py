"""Conduct figures as an XLSX workbook: one sheet to read, one with the records behind each figure.

Case numbers only, no person's data. Text never becomes a formula. The library is loaded with the
first sheet: every start would wait for it.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING

from field_app.i18n.words import Words
from sync.domain.ids import CaseId, TeamId
from sync.policy.conduct import MEASURES, Figure

if TYPE_CHECKING:
    import xlsxwriter

WIDTHS = (28, 14, 12, 10, 10, 10)
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}


def conduct_sheet(
    words: Words,
    figures: tuple[Figure, ...],
    case_numbers: Mapping[CaseId, str],
    teams: Mapping[TeamId, str],
    note: str,
) -> bytes:
    """Return the workbook; `teams` are the figures' by their names.

    `note` says on each sheet who took it out, when and why.
    """
    import xlsxwriter

    out = BytesIO()
    with xlsxwriter.Workbook(out, SAFE) as book:
        bold = book.add_format({"bold": True})
        _write_figures(book.add_worksheet(words("Conduct")), words, figures, teams, note, bold)
        records = book.add_worksheet(words("Records"))
        _write_records(records, words, figures, case_numbers, note, bold)
    return out.getvalue()


def _write_figures(
    sheet: "xlsxwriter.worksheet.Worksheet",
    words: Words,
    figures: tuple[Figure, ...],
    teams: Mapping[TeamId, str],
    note: str,
    bold: "xlsxwriter.format.Format",
) -> None:
    heads = ("measure", "team", "month", "part", "of", "value")
    for column, (head, width) in enumerate(zip(heads, WIDTHS, strict=True)):
        sheet.write_string(0, column, words.code(f"column.{head}"), bold)
        sheet.set_column(column, column, width)
    for line, figure in enumerate(figures, 1):
        sheet.write_string(line, 0, words.code(f"measure.{figure.measure}"))
        sheet.write_string(line, 1, teams[figure.team_id])
        sheet.write_string(line, 2, figure.month)
        sheet.write_number(line, 3, figure.part)
        sheet.write_number(line, 4, figure.whole)
        if figure.value is not None:
            sheet.write_number(line, 5, round(figure.value, 2))
    sheet.write_string(len(figures) + 2, 0, note)


def _write_records(
    sheet: "xlsxwriter.worksheet.Worksheet",
    words: Words,
    figures: tuple[Figure, ...],
    case_numbers: Mapping[CaseId, str],
    note: str,
    bold: "xlsxwriter.format.Format",
) -> None:
    for column, head in enumerate(("measure", "month", "record", "case", "at", "part")):
        sheet.write_string(0, column, words.code(f"column.{head}"), bold)
        sheet.set_column(column, column, 22)
    line = 0
    for figure in figures:
        for behind in figure.evidence:
            line += 1
            sheet.write_string(line, 0, words.code(f"measure.{figure.measure}"))
            sheet.write_string(line, 1, figure.month)
            sheet.write_string(line, 2, words.code(f"kind.{behind.kind}"))
            sheet.write_string(line, 3, case_numbers.get(behind.case_id, ""))
            sheet.write_string(line, 4, behind.at.isoformat(timespec="minutes"))
            sheet.write_number(line, 5, behind.amount)
    sheet.write_string(line + 2, 0, note)


def measured(figure: Figure) -> str:
    """Return a figure's value as it is read: 83 %, 4.2 for each hundred, 2.1 for each one."""
    if figure.value is None:
        return "—"
    if MEASURES[figure.measure] == "share":
        return f"{figure.value:.0f} %"
    return f"{figure.value:.1f}"
