"""The list's cells: made once for each row, kept while the row stands as before, heard in full."""

import pytest
from PySide6.QtCore import Qt

from field_app.i18n.words import load_words
from field_app.operations.cases import CaseRow
from field_app.settings.settings import resources_folder
from field_app.viewmodels.cases import COLUMNS, CasesModel
from sync.domain.ids import CaseId

WORDS = load_words(resources_folder() / "i18n", "en")


def row(number: int, days: int = 30) -> CaseRow:
    return CaseRow(
        id=CaseId(f"case-{number}"),
        case_no=f"YC{number:03}",
        name="王*",
        area="望湖",
        stage="phone",
        days_overdue=days,
        total_fen=12_345_600,
        next_step="call",
        next_at=None,
        held=False,
        vulnerable=True,
        pending=True,
        officer_id=None,
        officer_name="李静",
        second_name="",
    )


def rows(*numbers: int) -> tuple[CaseRow, ...]:
    return tuple(map(row, numbers))


def shown(model: CasesModel, column: str = "case_no") -> list[str]:
    return [model.index(n, COLUMNS.index(column)).data() for n in range(model.rowCount())]


@pytest.fixture
def model(qapp: object) -> CasesModel:  # items know their widgets' styles only with a program
    made = CasesModel(WORDS, "Asia/Shanghai")
    made.begin(made.list_of(rows(1, 2, 3, 4)))
    return made


AFTER = {
    "the same": (1, 2, 3, 4),
    "one in the midst": (1, 2, 9, 3, 4),
    "one before, the last gone": (9, 1, 2, 3),
    "two gone": (1, 4),
    "the other way round": (4, 3, 2, 1),
    "twice the first": (1, 1, 2, 3, 4),
    "others": (7, 8),
    "none": (),
}


@pytest.mark.parametrize("numbers", AFTER.values(), ids=AFTER)
def test_a_new_list_takes_the_place_of_the_former(
    model: CasesModel, numbers: tuple[int, ...]
) -> None:
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(model.rowCount()))
    model.begin(model.list_of(rows(*numbers)))
    assert shown(model) == [f"YC{n:03}" for n in numbers]
    assert model.rows == rows(*numbers)
    assert resets == [len(numbers)]


def test_only_the_cells_of_a_changed_row_are_made_anew(model: CasesModel) -> None:
    fresh = model.list_of((row(1), row(2, days=31), row(3), row(4)))
    assert (fresh.head, len(fresh.cells)) == (1, 1)
    kept = model.item(2, 0)
    model.begin(fresh)
    assert shown(model, "days") == ["30", "31", "30", "30"]
    assert model.item(2, 0) is kept


def test_a_list_made_ready_before_rows_were_read_on_is_shown_whole(model: CasesModel) -> None:
    fresh = model.list_of(rows(1, 2, 3, 4, 5, 6))
    model.go_on(rows(5), [model.cells_of(row(5))])
    assert shown(model)[-1] == "YC005"
    model.begin(fresh)
    assert shown(model) == [f"YC{n:03}" for n in (1, 2, 3, 4, 5, 6)]


def test_a_cell_is_read_only_and_heard_with_its_title(model: CasesModel) -> None:
    cell = model.index(0, COLUMNS.index("amount"))
    assert cell.flags() == Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == f"Amount: {cell.data()}"
    assert cell.data(Qt.ItemDataRole.TextAlignmentRole) == (
        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    )
    assert shown(model, "marks")[0] == "vulnerable · to be sent"
    header = model.headerData(COLUMNS.index("amount"), Qt.Orientation.Horizontal)
    assert header == "Amount"
