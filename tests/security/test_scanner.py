"""The leak scanner bites: one planted leak of every form is found, and nothing where is none."""

import base64
import gzip
import json
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from backports import zstd

from tests.security.leaks import Scanner, entropy, files_under

NAME = "欧阳若兰"
KNOWN = {"name": NAME, "phone": "13900571234"}
PLANTS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda t: t.encode(),
    "utf-16-le": lambda t: t.encode("utf-16-le"),
    "utf-16-be": lambda t: t.encode("utf-16-be"),
    "gb18030": lambda t: t.encode("gb18030"),
    "percent": lambda t: quote(t).encode(),
    "percent-of-gb18030": lambda t: quote(t.encode("gb18030")).encode(),
    "percent-small": lambda t: quote(t).lower().encode(),
    "json": lambda t: json.dumps(t).encode(),
    "html": lambda t: "".join(f"&#{ord(c)};" for c in t).encode(),
    "html-hex": lambda t: "".join(f"&#x{ord(c):X};" for c in t).encode(),
    "hex": lambda t: t.encode().hex().encode(),
    "hex-large": lambda t: t.encode("utf-16-le").hex().upper().encode(),
    "gzip": lambda t: gzip.compress(t.encode() * 3),
    "zlib": lambda t: zlib.compress(t.encode() * 3),
    "zstd": lambda t: zstd.compress(t.encode() * 3),
    "gzip-of-json": lambda t: gzip.compress(json.dumps(t).encode()),
}
for coding in ("utf-8", "utf-16-le", "gb18030"):
    for shift in range(3):
        PLANTS[f"base64-of-{coding}-at-{shift}"] = (
            lambda t, c=coding, s=shift: base64.b64encode(  # type: ignore[misc]
                b"xyz"[:s] + t.encode(c) + b"tail"
            )
        )
        PLANTS[f"base64-for-addresses-{coding}-at-{shift}"] = (  # type: ignore[misc]
            lambda t, c=coding, s=shift: base64.urlsafe_b64encode(b"~~~"[:s] + t.encode(c))
        )


@pytest.mark.parametrize("form", PLANTS)
@pytest.mark.parametrize("what", KNOWN)
def test_a_planted_leak_is_found(tmp_path: Path, what: str, form: str) -> None:
    (tmp_path / "cache").write_bytes(os.urandom(999) + PLANTS[form](KNOWN[what]) + os.urandom(999))
    found = Scanner(KNOWN).in_files(files_under(tmp_path))
    assert any(f": {what} as" in one for one in found), found


def test_a_leak_in_a_workbook_is_found(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "recent.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{NAME}</t>" * 5)
    assert Scanner(KNOWN).in_files(files_under(tmp_path))


def test_the_name_of_a_file_is_read_too(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.pdf").write_bytes(b"")
    [found] = Scanner(KNOWN).in_files(files_under(tmp_path))
    assert found.endswith("name of a file tells name")


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    """Random bytes hold everything short once: the needles are long enough not to be met."""
    for number in range(4):
        (tmp_path / str(number)).write_bytes(os.urandom(1024 * 1024))
    (tmp_path / "words").write_text("欧阳 若 兰 1390057 visit.ics", encoding="utf-8")
    assert Scanner(KNOWN).in_files(files_under(tmp_path)) == []


def test_entropy_tells_chance_from_words() -> None:
    assert entropy(os.urandom(65536)) > 7.99
    assert entropy("下午在家，可以来。".encode() * 3000) < 5
