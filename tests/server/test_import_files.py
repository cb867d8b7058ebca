"""Files that are refused as a whole: each with its reason in the asked language, nothing written.

`files/protected.xlsx` is a workbook with the password "secret".
"""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.cli.arguments import MAPPING
from sync.server.imports.workbook import (
    LARGEST_FILE,
    LARGEST_UNPACKED,
    MOST_COLUMNS,
    MOST_ROWS,
)
from tests.server.sheets import (
    SHEET,
    comma_text,
    csv_file,
    line,
    xlsx_file,
    xml_changed,
)
from tests.server.terminal import contents, tell
from tests.sync.office import DATABASE_URL, TEAM, copied
from tools.sample.export import TITLES

PROTECTED = Path(__file__).parent / "files" / "protected.xlsx"
MB = 1024 * 1024
GB = 1024 * MB
FAR_CELL = (
    b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
)
WIDE_CELL = b'<row r="3"><c r="XFD3" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'

type Build = Callable[[Path], Path]


def holding(data: bytes, name: str = "export.csv") -> Build:
    """Write these bytes."""

    def build(room: Path) -> Path:
        (room / name).write_bytes(data)
        return room / name

    return build


def sparse(size: int) -> Build:
    """Make a file that is as large as this and takes no room: to read it would take for ever."""

    def build(room: Path) -> Path:
        with (room / "export.xlsx").open("wb") as file:
            file.write(b"PK\x03\x04")
            file.truncate(size)
        return room / "export.xlsx"

    return build


def workbook(room: Path) -> Path:
    return xlsx_file(room / "export.xlsx", [line(n) for n in range(1, 40)])


def cut(share: float) -> Build:
    """Keep the first part of a workbook."""

    def build(room: Path) -> Path:
        data = workbook(room).read_bytes()
        return holding(data[: int(len(data) * share)], "cut.xlsx")(room)

    return build


def with_xml(change: Callable[[bytes], bytes], part: str = SHEET) -> Build:
    return lambda room: xml_changed(workbook(room), change, part)


def bomb(room: Path) -> Path:
    """Pack more zeros than may ever be unpacked: half a megabyte on the disk."""
    path = workbook(room)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/media/zeros.bin", "w", force_zip64=True) as entry,
    ):
        for _ in range(LARGEST_UNPACKED // MB + 1):
            entry.write(bytes(MB))
    assert path.stat().st_size < 5 * MB
    return path


def lying(room: Path) -> Path:
    """Let the sheet say that it is small, and be larger."""
    path = with_xml(lambda xml: xml + b" " * MB)(room)
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    data = path.read_bytes()
    assert data.count(size.to_bytes(4, "little")) == 2
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (size - MB).to_bytes(4, "little")))
    return path


def zipped(name: str) -> Build:
    """Pack a file that belongs to no workbook."""

    def build(room: Path) -> Path:
        with zipfile.ZipFile(room / "export.xlsx", "w") as archive:
            archive.writestr(name, "<xml/>")
        return room / "export.xlsx"

    return build


def needing_a_password(room: Path) -> Path:
    """Mark every entry of a workbook as packed with a password, the way of older packers."""
    path = workbook(room)
    data = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(mark, at + 1)
    path.write_bytes(data)
    return path


def titled(*titles: str) -> Build:
    return lambda room: csv_file(room / "export.csv", [line(1)], titles)


def without(*titles: str) -> Build:
    return titled(*(t for t in TITLES if t not in titles))


def text(content: str, encoding: str) -> Build:
    return holding(content.encode(encoding))


GOOD = comma_text([line(1), line(2)])
DAMAGED = (
    "文件损坏，或不是 XLSX 工作簿或 CSV",
    "the file is damaged, or neither an XLSX workbook nor CSV",
)
LARGE = ("文件过大（上限 {n} MB）", "the file is too large (at most {n} MB)")
TOO_LARGE = tuple(words.format(n=LARGEST_FILE // MB) for words in LARGE)
TOO_LARGE_INSIDE = tuple(words.format(n=LARGEST_UNPACKED // MB) for words in LARGE)
PASSWORD = (
    "文件有密码保护，请先取消密码",
    "the file is protected by a password: take the password off first",
)
NO_ROWS = ("文件没有数据行", "the file has no rows")
ROWS = (f"行数过多（上限 {MOST_ROWS} 行）", f"the file has too many rows (at most {MOST_ROWS})")
COLUMNS = (
    f"列数过多（上限 {MOST_COLUMNS} 列）",
    f"the file has too many columns (at most {MOST_COLUMNS})",
)
ENCODING = ("编码不是 UTF-8 或 GB18030", "the file is neither UTF-8 nor GB18030")
CUT_OFF = (
    "文件在一行中间结束，可能没有传完",
    "the file ends in the middle of a line, as if half of it were missing",
)


def missing(*titles: str) -> tuple[str, str]:
    named = ", ".join(titles)
    return f"缺少列：{named}", f"columns are missing: {named}"


FILES: dict[str, tuple[Build, tuple[str, ...]]] = {
    "0 bytes": (holding(b""), ("文件为空", "the file is empty")),
    "a workbook of 100 MB": (sparse(100 * MB), TOO_LARGE),
    "a workbook of 100 GB": (sparse(100 * GB), TOO_LARGE),
    "a bomb": (bomb, TOO_LARGE_INSIDE),
    "a workbook that lies about its size": (lying, DAMAGED),
    "a cell at the end of the sheet": (
        with_xml(lambda xml: xml.replace(b"</sheetData>", FAR_CELL)),
        ROWS,
    ),
    "a cell in the last column": (
        with_xml(lambda xml: xml.replace(b"</sheetData>", WIDE_CELL)),
        COLUMNS,
    ),
    "a tag without an end": (with_xml(lambda xml: xml + b"<" + b"a" * 3 * MB), DAMAGED),
    "a password": (lambda room: PROTECTED, PASSWORD),
    "a packer's password": (needing_a_password, PASSWORD),
    "a workbook of before 2007": (
        holding(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "export.xls"),
        ("旧格式的文件，请另存为 .xlsx", "a file of the old kind: save it as .xlsx"),
    ),
    "a tenth of a workbook": (cut(0.1), DAMAGED),
    "half a workbook": (cut(0.5), DAMAGED),
    "nearly a workbook": (cut(0.99), DAMAGED),
    "only a beginning": (holding(b"PK\x03\x04", "export.xlsx"), DAMAGED),
    "a packed letter": (zipped("word/document.xml"), DAMAGED),
    "a sheet that is no XML": (with_xml(lambda _: b"<worksheet><sheetData><row>"), DAMAGED),
    "a workbook without a sheet": (
        with_xml(lambda xml: xml.replace(b"<sheet ", b"<sheep "), "xl/workbook.xml"),
        DAMAGED,
    ),
    "a workbook with titles only": (lambda room: xlsx_file(room / "x.xlsx", []), NO_ROWS),
    "an empty workbook": (lambda room: xlsx_file(room / "x.xlsx", [], ()), NO_ROWS),
    "a CSV with titles only": (lambda room: csv_file(room / "x.csv", []), NO_ROWS),
    "a CSV of line ends": (holding(b"\n" * 100), NO_ROWS),
    "a CSV with too many rows": (holding(b"a\n" * (MOST_ROWS + 2)), ROWS),
    "a CSV cut within a line": (text(GOOD[:-60], "utf-8"), CUT_OFF),
    "a CSV cut within quotes": (text(GOOD + '"', "utf-8"), DAMAGED),
    "a CSV with a zero byte": (text(GOOD.replace("城北", "\0", 1), "utf-8"), DAMAGED),
    "a CSV with a cell without end": (holding(b"x" * 200_000 + b"\nx"), DAMAGED),
    "UTF-16": (text(GOOD, "utf-16"), ENCODING),
    "UTF-8 that is broken after its mark": (
        holding(GOOD.encode("utf-8-sig").replace("城".encode(), b"\xe5\x9f", 1)),
        ENCODING,
    ),
    "bytes that are no text": (holding(bytes(range(255, 127, -1)) * 4), ENCODING),
    "titles of another language": (titled(*(str(n) for n in range(19))), missing(*TITLES)),
    "columns that are missing": (without("本金", "地址"), missing("地址", "本金")),
    "semicolons": (holding(GOOD.replace(",", ";").encode()), missing(*TITLES)),
    "a column that stands twice": (
        titled(*(t if t != "区域" else "本金" for t in TITLES), "区域"),
        ("列标题重复：本金", "columns stand twice: 本金"),
    ),
}


@pytest.fixture(scope="module")
def data(
    request: pytest.FixtureRequest, furnished: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Keep one server for all the files; at the end nothing of them may be in it."""
    with copied(request, furnished, tmp_path_factory.mktemp("imports") / "srv") as found:
        before = contents(found)
        yield found
        assert contents(found) == before


@pytest.mark.parametrize("name", FILES)
def test_refused_file(data: Path, tmp_path: Path, name: str) -> None:
    """Ask in Chinese on one database and in English on the other: a file is the same to both."""
    build, words = FILES[name]
    in_english = (data / DATABASE_URL).exists()
    language = ("--language", "en") if in_english else ()
    told = tell(data, "import", str(build(tmp_path)), "--team", TEAM, *language)
    assert (told.code, told.out, told.err) == (1, "", f"{words[in_english]}\n")


def test_a_team_that_is_not(data: Path, tmp_path: Path) -> None:
    file = csv_file(tmp_path / "export.csv", [line(1)])
    for language, said in (("zh_CN", "没有该小组：x"), ("en", "there is no team x")):
        told = tell(data, "import", str(file), "--team", "x", "--language", language)
        assert (told.code, told.out, told.err) == (1, "", f"{said}\n")


def test_a_file_that_is_not(data: Path, tmp_path: Path) -> None:
    told = tell(data, "import", str(tmp_path / "none.xlsx"), "--team", TEAM)
    assert (told.code, told.err) == (1, f"{tmp_path / 'none.xlsx'}: No such file or directory\n")
    told = tell(data, "import", str(tmp_path), "--team", TEAM)
    assert (told.code, told.err) == (1, f"{tmp_path}: Is a directory\n")


SAMPLE = MAPPING.read_text(encoding="utf-8")
MONEY = 'money = "yuan"'
MAPPINGS = {
    "no TOML": ("columns = [", "mapping.toml"),
    "no columns": (MONEY, "columns"),
    "a column too few": (SAMPLE.replace("name = ", "# name = "), "missing ['name']"),
    "a field that is none": (SAMPLE.replace("area =", "rubbish ="), "unknown ['rubbish']"),
    "no such zone": (SAMPLE.replace("Shanghai", "Nowhere"), "zone = 'Asia/Nowhere'"),
    "a date without a year": (f"date_format = '%m-%d'\n{SAMPLE}", "date_format = '%m-%d'"),
    "a date that is none": (f"date_format = '%Y %Y'\n{SAMPLE}", "date_format = '%Y %Y'"),
    "a time without minutes": (f"time_format = '%F %H'\n{SAMPLE}", "time_format = '%F %H'"),
    "money of another kind": (SAMPLE.replace(MONEY, "money = 'dollar'"), "money = 'dollar'"),
    "a product that is none": (SAMPLE.replace("mortgage", "yacht"), "'yacht'"),
    "a call result that is none": (SAMPLE.replace('"refused"', '"sang"'), "'sang'"),
    "a key that is none": (f"colour = 'red'\n{SAMPLE}", "colour"),
}


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_mapping_that_cannot_be_used(data: Path, tmp_path: Path, name: str) -> None:
    written, said = MAPPINGS[name]
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(written, encoding="utf-8")
    file = csv_file(tmp_path / "export.csv", [line(1)])
    asked = ("import", str(file), "--team", TEAM, "--mapping", str(mapping))
    told = tell(data, *asked, "--language", "en")
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("the column mapping cannot be used: mapping.toml: ")
    assert said in told.err
