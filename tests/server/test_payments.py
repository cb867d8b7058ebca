"""Payments: imported once however often, refused by line and reason."""

from pathlib import Path

import pytest

from sync.cli.program import main as field_server
from sync.domain.records import Payment, Versioned
from sync.server.repositories import records
from tests.server.house import House
from tests.sync.office import whereabouts

TITLES = "案件编号,入账日期,金额,流水号"


def run(house: House, folder: Path, *lines: str, dry: bool = False) -> int:
    file = folder / "payments.csv"
    file.write_text("\n".join([TITLES, *lines]) + "\n", encoding="utf-8")
    asked = ["payments", str(file), "--language", "en", *whereabouts(house.data)]
    return field_server([*asked, "--dry-run"] if dry else asked)


def stored(house: House) -> list[Versioned[Payment]]:
    branch = house.crew["li"].enrolled.branch_id
    return house.at_database(lambda d: d.read(lambda s: records.of_kind(s, branch, "payment")))


def number(house: House, whose: str) -> str:
    branch = house.crew["li"].enrolled.branch_id
    case_id = house.cases[whose]
    found = house.at_database(lambda d: d.read(lambda s: records.get(s, branch, "case", case_id)))
    assert found is not None
    return str(found.record.case_no)


def test_payments_reach_those_who_work_on_the_case(own_house: House, tmp_path: Path) -> None:
    case_no = number(own_house, "own")
    assert run(own_house, tmp_path, f'{case_no},2026-03-01,"1,234.50",A1') == 0
    [one] = stored(own_house)
    assert (one.record.amount_fen, str(one.record.day)) == (123_450, "2026-03-01")
    li, zhao = own_house.crew["li"], own_house.crew["zhao"]
    assert [p.id for p in li.records(f"officer:{li.me}", "payment")] == [one.record.id]
    assert zhao.records(f"officer:{zhao.me}", "payment") == []


def test_a_payment_is_there_once(
    own_house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    case_no = number(own_house, "own")
    lines = [f"{case_no},2026-03-01,100,A1", f"{case_no},2026-03-01,100,A1"]
    assert run(own_house, tmp_path, *lines, dry=True) == 0
    assert stored(own_house) == []
    for _ in range(2):
        assert run(own_house, tmp_path, *lines) == 0
    assert len(stored(own_house)) == 2  # two alike in one file are two payments
    assert "0 new, 0 changed, 2 same" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("{no},2026-03-01,0,A1", "not an amount"),
        ("{no},2026-03-01,-5,A1", "not an amount"),
        ("{no},2026-03-01,1.234,A1", "not an amount"),
        ("{no},2026-02-30,5,A1", "not a date"),
        ("{no},2199-01-01,5,A1", "an impossible date"),
        ("YC0,2026-03-01,5,A1", "there is no such case"),
        (",2026-03-01,5,A1", "a required value is missing"),
        ("{no},2026-03-01,5,A1,x", "not as many cells as titles"),
    ],
)
def test_a_bad_line_is_refused_and_the_others_go_in(
    own_house: House,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    cells: str,
    reason: str,
) -> None:
    case_no = number(own_house, "own")
    capfd.readouterr()
    good = f"{case_no},2026-03-02,7,A2"
    assert run(own_house, tmp_path, cells.format(no=case_no), good) == 0
    said = capfd.readouterr().out
    assert "line 2, " in said
    assert reason in said
    assert [p.record.amount_fen for p in stored(own_house)] == [700]


def test_a_file_of_something_else_is_refused_whole(
    own_house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    asked = ["payments", str(file), "--language", "en", *whereabouts(own_house.data)]
    assert field_server(asked) == 1
    assert "columns are missing" in capfd.readouterr().err
    assert stored(own_house) == []
