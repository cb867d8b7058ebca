"""Files that are more than pictures: bombs, two kinds in one, names that lead elsewhere."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from field_app.operations import attachments
from field_app.operations.photographs import clean
from field_app.operations.submit import Saved
from sync.domain.outcome import Refused
from sync.domain.records import Attachment
from sync.protocol.media import media_type_of
from tests.storage.furnished_vault import KNOWN, Furnished

MB = 1024 * 1024
NAMES = (
    "../../etc/passwd.png",
    "..\\..\\Windows\\x.png",
    "/etc/x.png",
    "C:\\x.png",
    "CON",
    "nul.png",
    "COM1.jpg",
    "a.png:stream",
    "照片.png.exe",
    " .png ",
    ".",
    "长" * 300 + ".png",
)


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG (ISO/IEC 15948, 5.3)."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, rows: bytes | None = None) -> bytes:
    """Return a PNG of grey pixels with chunks of one's own."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = zlib.compress(bytes((width + 1) * height) if rows is None else rows, 9)
    end = chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + end


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(out, "JPEG")
    return out.getvalue()


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"MZ program")
    return out.getvalue()


BOMBS = {
    "pixels": png(60_000, 60_000, rows=b""),
    "pixels-no-int": png(2**31 - 1, 2**31 - 1, rows=b""),
    "text": png(8, 8, chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(200 * MB), 9))),
    "profile": png(8, 8, chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(200 * MB), 9))),
    "rows": png(8, 8, rows=bytes(200 * MB)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_or_laid_open_cheaply(name: str) -> None:
    tracemalloc.start()
    answer = clean(BOMBS[name])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(answer, Refused) or len(answer) < 10_000
    assert peak < 80 * MB, f"{peak // MB} MB"


POLYGLOTS = {
    "zip-behind-a-jpeg": jpeg() + zipped("x.exe"),
    "page-behind-a-jpeg": jpeg() + b"<script>alert(1)</script>",
    "zip-behind-a-png": png(8, 8) + zipped("x.exe"),
    "page-in-a-png": png(8, 8, chunk(b"tEXt", b"Comment\0<script>alert(1)</script>")),
    "jpeg-comment": jpeg()[:2] + b"\xff\xfe\x00\x1b<script>alert(1)</script>" + jpeg()[2:],
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_of_two_kinds_in_one_only_the_picture_stays(name: str) -> None:
    kept = clean(POLYGLOTS[name])
    assert isinstance(kept, bytes)
    assert b"<script>" not in kept
    assert b"MZ program" not in kept
    assert not zipfile.is_zipfile(io.BytesIO(kept))
    Image.open(io.BytesIO(kept)).verify()


@pytest.mark.parametrize(
    "data",
    [b"GIF89a%PDF-", b"<svg onload=alert(1)>", b" %PDF-1.7", zipped("x.pdf"), b"\xff\xd8", b""],
    ids=["gif", "svg", "pdf-not-first", "zip", "half-a-jpeg", "empty"],
)
def test_what_does_not_begin_like_one_is_none(data: bytes) -> None:
    assert media_type_of(data) is None
    assert isinstance(clean(data), Refused)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_names_no_file(furnished: Furnished, name: str) -> None:
    """Files lie under their ids, wherever their titles point."""
    home = furnished.laptop.home
    before = {p for p in home.rglob("*") if "files" not in p.parts}
    written = attachments.add(furnished.desk, KNOWN.id, name, png(8, 8))
    assert isinstance(written, Saved)
    [kept] = [
        v.record
        for v in furnished.store.projection.of_case(KNOWN.id)
        if isinstance(v.record, Attachment)
    ]
    assert kept.title == name
    assert attachments.here(furnished.desk, kept) == png(8, 8)
    new = {p for p in home.rglob("*") if p.is_file()} - before
    assert {Path(p).name.split(".")[0] for p in new} <= {kept.id, "vault", "outbox"}
