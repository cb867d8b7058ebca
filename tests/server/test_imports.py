"""Imports that go in: the sample, both encodings, real cells; again, and whole or not at all."""

import asyncio
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
import xlsxwriter

from sync.cli.arguments import MAPPING
from sync.domain.ids import OfficerId, TeamId
from sync.domain.outcome import Change
from sync.domain.records import Case, PinMove
from sync.domain.vocabulary import Channel, ContactResult, Datum, Vulnerability
from sync.server.commit import Commit
from sync.server.imports.importing import import_file
from sync.server.imports.report import ImportReport
from sync.server.machine import MachineIds
from sync.server.repositories import records
from sync.server.repositories.session import Database, Session
from tests.server.house import at_database, service_of
from tests.server.sheets import TODAY, comma_text, csv_file, line, xlsx_file, xml_changed
from tests.server.shop import BRANCH, Shop
from tests.server.terminal import contents, tell
from tests.sync.office import DATABASE_URL, TEAM
from tools.sample.export import TITLES

SAMPLE = MAPPING.parent / "cases.xlsx"
SINCE = TODAY - timedelta(days=40)


@dataclass
class Still:
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        return self.at


AFTER_THE_SAMPLE = Still(datetime(2026, 12, 31, tzinfo=UTC))


def test_the_sample(shop: Shop) -> None:
    """Import the committed sample: 300 invented customers, and seven lines that are wrong."""
    before = contents(shop.data)
    dry = shop.take(SAMPLE, "--dry-run", "--language", "en", clock=AFTER_THE_SAMPLE)
    assert contents(shop.data) == before
    done = shop.take(SAMPLE, "--language", "en", clock=AFTER_THE_SAMPLE)
    assert (dry.code, done.code) == (0, 0)
    assert done.out == dry.out.replace("dry run, nothing written", "written")
    *refused, unpinned, last = done.out.splitlines()
    assert unpinned.startswith("4 without coordinates, to be pinned on the map: lines ")
    # Some have the numbers of cases that were there before.
    new, changed, same, wrong = (int(n) for n in re.findall(r"\d+", last))
    assert (new + changed, same, wrong) == (300, 0, 7)
    assert [row.partition(",")[0] for row in refused] == [f"line {n}" for n in range(302, 309)]
    again = shop.take(SAMPLE, "--language", "en", clock=AFTER_THE_SAMPLE)
    assert again.out.splitlines()[-1] == "written: 0 new, 0 changed, 300 same, 7 refused"
    assert "whole" in tell(shop.data, "audit", "verify").out


def test_the_kept_report_names_lines_and_no_values(shop: Shop, tmp_path: Path) -> None:
    spoilt = line(2, 手机号="1990009000222222222")
    told = shop.take(csv_file(tmp_path / "export.csv", [line(1), spoilt]))
    assert "1990009000222222222" in told.out
    [row] = contents(shop.data)["import_run"][-1:]
    assert "import.bad_phone" in str(row)
    assert "1990009000222222222" not in str(contents(shop.data)["import_run"])
    assert "1990009000222222222" not in str(contents(shop.data)["audit_leaf"])


def test_a_known_number_is_changed_not_doubled(shop: Shop, tmp_path: Path) -> None:
    first = shop.take(csv_file(tmp_path / "1.csv", [line(1), line(2)]), "--language", "en")
    assert first.out == "written: 2 new, 0 changed, 0 same, 0 refused\n"
    known = shop.cases()["T00001"]
    decided(shop, given_to_li)
    decided(shop, marked)

    later = [line(1, 本金="99.00", 手机号="19900091111"), line(2), line(3)]
    second = shop.take(xlsx_file(tmp_path / "2.xlsx", later), "--language", "en")
    assert second.out == "written: 1 new, 1 changed, 1 same, 0 refused\n"
    now = shop.cases()["T00001"]
    assert (now.id, now.loan.principal_fen) == (known.id, 99_00)
    assert now.customer.phones == ("19900091111",)
    # What people decided about the case is no bank export's to undo.
    assert (now.officer_id, now.customer.deceased) == ("li", True)
    assert now.customer.vulnerabilities == (Vulnerability.HEALTH,)
    assert len(shop.contacts("T00001")) == 2
    third = shop.take(tmp_path / "2.xlsx", "--language", "en")
    assert third.out == "written: 0 new, 0 changed, 3 same, 0 refused\n"


def test_a_new_contact_of_a_known_case_is_added(shop: Shop, tmp_path: Path) -> None:
    shop.take(csv_file(tmp_path / "1.csv", [line(1, 电话联系时间="", 电话结果="")]))
    told = shop.take(csv_file(tmp_path / "2.csv", [line(1)]), "--language", "en")
    assert told.out == "written: 0 new, 1 changed, 0 same, 0 refused\n"
    sms, call = shop.contacts("T00001")
    assert (sms.channel, sms.result) == (Channel.SMS, ContactResult.DELIVERED)
    assert (call.channel, call.result) == (Channel.PHONE, ContactResult.CONNECTED)
    assert call.imported


def test_lines_to_be_pinned_and_points_outside_the_map_are_told(shop: Shop, tmp_path: Path) -> None:
    bare, sea = line(2, 纬度="", 经度=""), line(3, 纬度="36.5", 经度="123.9")
    file = csv_file(tmp_path / "export.csv", [line(1), bare, sea])
    pack = ("--map-pack", str(MAPPING.parent / "city.mappack"), "--language", "en")
    told = shop.take(file, *pack)
    assert told.out.splitlines() == [
        "1 without coordinates, to be pinned on the map: lines 3",
        "1 outside the map's region, to be looked at on the map: lines 4",
        "written: 3 new, 0 changed, 0 same, 0 refused",
    ]
    assert shop.cases()["T00002"].address.point is None
    assert shop.cases()["T00003"].address.point is not None
    wet = csv_file(tmp_path / "wet.csv", [line(1), line(4, 纬度="35.0220892", 经度="118.3401347")])
    assert shop.take(wet, *pack).out.splitlines() == [
        "1 in water, to be looked at on the map: lines 3",
        "written: 1 new, 0 changed, 1 same, 0 refused",
    ]
    assert shop.cases()["T00004"].address.point == (35.0220892, 118.3401347)
    for wrong in (file, tmp_path / "gone"):
        refused = shop.take(file, "--map-pack", str(wrong))
        assert (refused.code, refused.out) == (1, "")
        assert "is no map pack" in refused.err


def test_a_pin_that_was_corrected_stays_until_the_address_is_another(
    shop: Shop, tmp_path: Path
) -> None:
    shop.take(csv_file(tmp_path / "1.csv", [line(1)]))
    decided(shop, pinned)
    later = csv_file(tmp_path / "2.csv", [line(1, 本金="99.00", 纬度="35.2", 经度="118.2")])
    assert shop.take(later).code == 0
    kept = shop.cases()["T00001"].address
    assert (kept.point, kept.datum) == ((35.05, 118.35), Datum.WGS84)
    moved = line(1, 地址="沂河新区 9 号", 纬度="35.2", 经度="118.2", 坐标系="WGS-84")
    shop.take(csv_file(tmp_path / "3.csv", [moved]))
    now = shop.cases()["T00001"].address
    assert now.point == (35.2, 118.2)
    assert now.moves == kept.moves


ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_encoding_that_is_read(shop: Shop, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(comma_text([line(1, 客户姓名="欧阳若兰㐂")]).encode(encoding))
    assert shop.take(file).code == 0
    assert shop.cases()["T00001"].customer.name == "欧阳若兰㐂"


def test_lines_as_spreadsheets_write_them(shop: Shop, tmp_path: Path) -> None:
    """Leave empty cells at the end away, end lines as an old Mac, put empty lines between."""
    short = line(1, 短信提醒时间="", 电话联系时间="", 电话结果="")[:-3]
    text = comma_text([short, [], line(2)]).replace("\r\n", "\r")
    file = tmp_path / "export.csv"
    file.write_bytes(text.encode())
    assert (
        shop.take(file, "--language", "en").out == "written: 2 new, 0 changed, 0 same, 0 refused\n"
    )
    assert shop.contacts("T00001") == []


def test_a_line_with_a_cell_too_many(shop: Shop, tmp_path: Path) -> None:
    """Forget the quotes round an address with a comma: everything behind it stands shifted."""
    bare = ",".join(line(1, 地址="一号,二楼"))
    (tmp_path / "export.csv").write_text(comma_text([line(2)]) + bare + "\r\n", encoding="utf-8")
    told = shop.take(tmp_path / "export.csv", "--language", "en")
    assert told.out.splitlines()[0] == "line 3, the whole line: not as many cells as titles (20)"
    assert "T00001" not in shop.cases()


def typed(path: Path, above: int = 0, **cells: object) -> Path:
    """Write a workbook with real numbers and dates, under so many empty rows."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(above, 0, TITLES)
        for column, (title, text) in enumerate(zip(TITLES, line(1), strict=True)):
            value = cells.get(title, text)
            if isinstance(value, str) and value.startswith("="):
                sheet.write_formula(above + 1, column, value, None, cells.get("result", ""))
            elif isinstance(value, str):
                sheet.write_string(above + 1, column, value)
            else:
                sheet.write(above + 1, column, value)
    return path


def test_real_cells(shop: Shop, tmp_path: Path) -> None:
    """Take numbers, dates and times as a spreadsheet keeps them."""
    called = datetime.combine(SINCE + timedelta(days=9), time(14, 30))
    cells = {
        "本金": 1234.5,
        "利息": 0.1 + 0.2,
        "费用": 7,
        "逾期日期": SINCE,
        "电话联系时间": called,
    }
    place = {"纬度": 35.05, "经度": 118.35, "手机号": 19900091234}
    told = shop.take(typed(tmp_path / "export.xlsx", **cells, **place), "--language", "en")
    assert told.out == "written: 1 new, 0 changed, 0 same, 0 refused\n"
    case = shop.cases()["T00001"]
    owed = (case.loan.principal_fen, case.loan.interest_fen, case.loan.fees_fen)
    assert owed == (1234_50, 30, 7_00)
    assert case.loan.overdue_since == SINCE
    assert case.customer.phones == ("19900091234",)
    assert (case.address.lat_e7, case.address.lon_e7) == (350_500_000, 1_183_500_000)
    local = shop.contacts("T00001")[-1].at.astimezone(ZoneInfo("Asia/Shanghai"))
    assert local.replace(tzinfo=None) == called


def test_a_long_number_is_not_taken_rounded(shop: Shop, tmp_path: Path) -> None:
    told = shop.take(typed(tmp_path / "export.xlsx", 账号=6222123456789012), "--language", "en")
    assert (told.code, told.out.splitlines()[0]) == (
        1,
        "line 2, 账号: a spreadsheet rounded this long number: make the column text"
        " (6.22212345678901e+15)",
    )


def test_formulas_are_their_results(shop: Shop, tmp_path: Path) -> None:
    """Take the result a spreadsheet kept; a formula without one is an empty cell."""
    kept = typed(tmp_path / "kept.xlsx", 本金="=600+600", result=1200)
    assert shop.take(kept).code == 0
    assert shop.cases()["T00001"].loan.principal_fen == 1200_00
    none = typed(tmp_path / "none.xlsx", 本金="=600+600")
    told = shop.take(none, "--language", "en")
    assert told.out.splitlines()[0] == "line 2, 本金: a required value is missing"


def test_a_formula_in_a_csv_is_text(shop: Shop, tmp_path: Path) -> None:
    name = '=HYPERLINK("http://x","王")'
    assert shop.take(csv_file(tmp_path / "export.csv", [line(1, 客户姓名=name)])).code == 0
    assert shop.cases()["T00001"].customer.name == name


def test_lines_are_numbered_as_the_sheet_numbers_them(shop: Shop, tmp_path: Path) -> None:
    file = typed(tmp_path / "export.xlsx", above=3, 本金="?")
    assert shop.take(file, "--language", "en").out.startswith("line 5, 本金: not an amount")


def test_a_cell_that_is_only_coloured_is_no_cell(shop: Shop, tmp_path: Path) -> None:
    coloured = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    file = xlsx_file(tmp_path / "export.xlsx", [line(1)])
    xml_changed(file, lambda xml: xml.replace(b"</sheetData>", coloured))
    assert shop.take(file).code == 0


def test_another_banks_mapping(shop: Shop, tmp_path: Path) -> None:
    """Read fen, another order of days, and a system of coordinates that no column says."""
    sample = MAPPING.read_text(encoding="utf-8").replace('datum = "坐标系"\n', "")
    own = sample.replace(
        'money = "yuan"', 'money = "fen"\ndatum = "gcj02"\ndate_format = "%d.%m.%Y"'
    )
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(own, encoding="utf-8")
    amounts = {"本金": "123456", "利息": "1", "费用": "0"}
    row = line(1, 逾期日期=f"{SINCE:%d.%m.%Y}", **amounts)
    told = shop.take(csv_file(tmp_path / "export.csv", [row]), "--mapping", str(mapping))
    assert told.code == 0
    case = shop.cases()["T00001"]
    assert (case.loan.principal_fen, case.loan.interest_fen) == (123456, 1)
    assert case.loan.overdue_since == SINCE
    assert case.address.datum is Datum.GCJ02
    # Half a kilometre lies between the two systems there.
    assert case.address.lon_e7 is not None
    assert 40_000 < 1_183_500_000 - case.address.lon_e7 < 70_000


def decided(shop: Shop, change: Callable[[Case], Case]) -> None:
    """Change case T00001 in one transaction, as the server does when people decide."""

    async def work(session: Session) -> None:
        every = await records.of_kind(session, BRANCH, "case")
        [stands] = [v for v in every if v.record.case_no == "T00001"]
        commit = Commit(session, BRANCH)
        await commit.apply([Change(change(stands.record), stands.rev)])
        await commit.finish()

    async def act(database: Database) -> None:
        await database.write(work)

    at_database(shop.data, act)


def pinned(case: Case) -> Case:
    move = PinMove(datetime(2026, 3, 1, tzinfo=UTC), "li", "门", 350500000, 1183500000, Datum.WGS84)
    there = {"lat_e7": move.lat_e7, "lon_e7": move.lon_e7, "datum": move.datum}
    address = msgspec.structs.replace(case.address, moves=(move,), **there)
    return msgspec.structs.replace(case, address=address)


def given_to_li(case: Case) -> Case:
    return msgspec.structs.replace(case, officer_id=OfficerId("li"))


def marked(case: Case) -> Case:
    told = {"vulnerabilities": (Vulnerability.HEALTH,), "deceased": True}
    customer = msgspec.structs.replace(case.customer, **told)
    return msgspec.structs.replace(case, customer=customer)


class Interrupted(Exception):
    """The machine stops here."""


@dataclass
class IdsThen:
    """A source of ids that does something when it is asked for one."""

    act: Callable[[], None]

    def fresh(self) -> str:
        self.act()
        return MachineIds().fresh()


def run_import(shop: Shop, file: Path, ids: IdsThen) -> ImportReport:
    """Import with a source of ids of one's own."""
    service = replace(service_of(shop.data), ids=ids)

    async def act() -> ImportReport:
        await service.database.open()
        try:
            return await import_file(service, BRANCH, file, MAPPING, TeamId(TEAM), dry_run=False)
        finally:
            await service.database.close()

    return asyncio.run(act())


def test_nothing_is_half_imported(shop: Shop, tmp_path: Path) -> None:
    """Stop the import with its last id, when all the records are written already."""
    file = csv_file(tmp_path / "export.csv", [line(n) for n in range(1, 20)])
    counted: list[int] = []
    run_import(shop, csv_file(tmp_path / "one.csv", [line(99)]), IdsThen(lambda: counted.append(1)))
    before = contents(shop.data)
    left = iter(range(19 * (len(counted) - 1)))

    def stop() -> None:
        if next(left, None) is None:
            raise Interrupted

    with pytest.raises(Interrupted):
        run_import(shop, file, IdsThen(stop))
    assert next(left, None) is None
    assert contents(shop.data) == before
    assert shop.take(file, "--language", "en").out.startswith("written: 19 new")


def test_what_is_decided_during_an_import_stays(shop: Shop, tmp_path: Path) -> None:
    """Give a case to an officer while an import that changes it is being reckoned."""
    shop.take(csv_file(tmp_path / "1.csv", [line(1)]))
    busy = threading.Thread(target=decided, args=(shop, given_to_li))

    def meanwhile() -> None:
        if busy.ident is None:
            busy.start()
            if (shop.data / DATABASE_URL).exists():  # SQLite lets only one write: it comes after
                busy.join()

    file = csv_file(tmp_path / "2.csv", [line(1, 本金="7.00"), line(2)])
    report = run_import(shop, file, IdsThen(meanwhile))
    busy.join()
    assert (report.added, report.changed) == (1, 1)
    assert shop.cases()["T00001"].officer_id == "li"
