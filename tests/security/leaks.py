"""Looks for what must not lie about: every known text in every form in which it might.

`scan` reads files and their names. Forms: UTF-8, UTF-16 (both orders) and GB18030, each bare, in
hex and in base64 at any alignment; percent-encoded; escaped for JSON and for HTML. What is packed
(gzip, zlib, bare deflate in a zip, zstd), also inside a file, is unpacked and searched too.
"""

import base64
import io
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from backports import zstd

CODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
SHORTEST = 6  # bytes; shorter ones turn up by chance
LARGEST = 32 * 1024 * 1024  # bytes of a file, and of what is unpacked
DEEPEST = 2
PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|\x28\xb5\x2f\xfd")


def forms(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield (form, bytes), most of them in lower case; those whose case counts begin with "="."""
    for coding in CODINGS:
        plain = text.encode(coding, "surrogatepass" if coding != "gb18030" else "replace")
        yield coding, plain.lower()
        yield f"{coding} in hex", plain.hex().encode()
        for shift in range(3):
            packed = base64.b64encode(bytes(shift) + plain)
            # The letters at both ends also hold bits of what stands beside the text.
            inner = packed[(0, 2, 3)[shift] :].rstrip(b"=")
            inner = inner[:-1] if (shift + len(plain)) % 3 else inner
            yield f"={coding} in base64", inner
            yield f"={coding} in base64 for addresses", inner.translate(TO_ADDRESSES)
        percent = "".join(f"%{byte:02x}" for byte in plain)
        yield f"{coding} all percent", percent.encode()
    yield "percent", quote(text).lower().encode()
    yield "json", _json(text).lower().encode()
    yield "html by tens", "".join(f"&#{ord(c)};" for c in text).encode()
    yield "html by hex", "".join(f"&#x{ord(c):x};" for c in text).encode()


TO_ADDRESSES = bytes.maketrans(b"+/", b"-_")


def _json(text: str) -> str:
    units = text.encode("utf-16-be")
    pairs = (units[i : i + 2] for i in range(0, len(units), 2))
    return "".join(chr(p[1]) if p[0] == 0 and p[1] < 128 else f"\\u{p.hex()}" for p in pairs)


class Scanner:
    """Knows texts by what they are and looks for them in bytes, files and names."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = dict(known)
        self._any_case: dict[bytes, str] = {}
        self._as_is: dict[bytes, str] = {}
        for what, text in known.items():
            for form, needle in forms(text):
                assert form.startswith("utf-8") is False or len(needle) >= SHORTEST, text
                if len(needle) >= SHORTEST:
                    kept = self._as_is if form.startswith("=") else self._any_case
                    kept.setdefault(needle, f"{what} as {form.lstrip('=')}")

    def in_bytes(self, data: bytes, depth: int = 0) -> set[str]:
        """Return what is found in some bytes and in what is packed in them."""
        lower = data.lower()
        found = {name for needle, name in self._any_case.items() if needle in lower}
        found |= {name for needle, name in self._as_is.items() if needle in data}
        if depth < DEEPEST:
            for kind, inner in unpacked(data):
                found |= {f"{name}, in {kind}" for name in self.in_bytes(inner, depth + 1)}
        return found

    def in_files(self, paths: Iterable[Path]) -> list[str]:
        """Return "path: what" for every leak in these files and their names."""
        found = []
        for path in paths:
            names = {w for w, text in self._known.items() if text in str(path)}
            found += [f"{path}: name of a file tells {what}" for what in sorted(names)]
            try:
                with path.open("rb") as file:
                    data = file.read(LARGEST)
            except OSError:  # gone meanwhile, or a socket
                continue
            found += [f"{path}: {what}" for what in sorted(self.in_bytes(data))]
        return found


def unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what is packed anywhere in some bytes."""
    for start in PACKED.finditer(data):
        head, rest = start[0], data[start.start() :]
        try:
            if head[:1] == b"\x28":
                yield "zstd", zstd.ZstdDecompressor().decompress(rest, LARGEST)
            else:
                yield "gzip or zlib", zlib.decompressobj(wbits=47).decompress(rest, LARGEST)
        except (zlib.error, zstd.ZstdError):
            continue
    if data.startswith(b"PK"):
        yield from _zipped(data)


def _zipped(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                yield "zip", archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, RuntimeError):
        return


def entropy(data: bytes) -> float:
    """Return bits a byte: 8 for what cannot be told from chance (Shannon 1948)."""
    counts = Counter(data)
    return -sum(n / len(data) * math.log2(n / len(data)) for n in counts.values())


def files_under(*folders: Path) -> list[Path]:
    """Return every file in these folders."""
    return [p for folder in folders for p in sorted(folder.rglob("*")) if p.is_file()]


def changed_since(folder: Path, moment: float) -> list[Path]:
    """Return the files in a folder that were written after a moment; what is shut is left out."""
    found = []
    for path in folder.rglob("*"):
        try:
            stat = path.lstat()
        except OSError:
            continue
        if path.is_file() and not path.is_symlink() and stat.st_mtime >= moment:
            found.append(path)
    return found
