"""Signs a frozen program: every file of it with its hash, the lock it was built from, its parts.

    python3 dev.py release key FILE            a key of those who build; prints its public half
    python3 dev.py release sign FOLDER FILE    write SBOM.json, RELEASE.json and RELEASE.sig into it
    python3 dev.py release verify FOLDER KEY   KEY is the public half, known from elsewhere

The signature (Ed25519, RFC 8032) is over the very bytes of RELEASE.json. It tells who built the
program and that nothing was changed since; it does not replace the signatures that Windows and
macOS ask for before they start one.
"""

import argparse
import hashlib
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from sync.protocol.signed_form import fingerprint, framed, holds, key_text, signature
from sync.protocol.versions import PROGRAM
from sync.server.key_file import KeyUnusable, make_key, read_key
from tools.sbom import LOCK, sbom

LABEL = "yuefang release 1"
PARTS, MANIFEST, SIGNATURE = "SBOM.json", "RELEASE.json", "RELEASE.sig"


class Part(msgspec.Struct, frozen=True):
    """One file: its place in the folder, and its SHA-256; for a link the place it leads to."""

    path: str
    sha256: str = ""
    leads_to: str = ""


class Manifest(msgspec.Struct, frozen=True):
    """What was built: the program's version, for which system, from which lock, and its files."""

    program: str
    system: str
    lock: str
    files: tuple[Part, ...]


class NotAsBuilt(Exception):
    """The folder is not what its builder signed; the text says what is wrong first."""


def sign(folder: Path, key: Path) -> Manifest:
    """Write the parts, the manifest and its signature into the folder."""
    lock = LOCK.read_text(encoding="utf-8")
    (folder / PARTS).write_text(sbom(lock), encoding="utf-8")
    told = Manifest(PROGRAM, _system(), _hash(LOCK), tuple(_files(folder)))
    data = msgspec.json.format(msgspec.json.encode(told), indent=1)
    (folder / MANIFEST).write_bytes(data)
    (folder / SIGNATURE).write_text(signature(framed(LABEL, data), read_key(key)) + "\n")
    return told


def verify(folder: Path, key: str) -> Manifest:
    """Return what was signed with this public key; raises NotAsBuilt for any other byte or file."""
    try:
        data = (folder / MANIFEST).read_bytes()
        sig = (folder / SIGNATURE).read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise NotAsBuilt("it was never signed") from error
    if not holds(framed(LABEL, data), sig, key):
        raise NotAsBuilt(f"{MANIFEST} was not signed with this key")
    told = msgspec.json.decode(data, type=Manifest)
    signed, here = ({part.path: part for part in parts} for parts in (told.files, _files(folder)))
    for path in sorted({*signed, *here}):
        if signed.get(path) != here.get(path):
            raise NotAsBuilt(f"{path} {_what(path in signed, path in here)}")
    return told


def _what(was_signed: bool, is_here: bool) -> str:
    if was_signed and is_here:
        return "was changed"
    return "is missing" if was_signed else "was added"


def _files(folder: Path) -> Iterator[Part]:
    """Return what lies in the folder but for the manifest and its signature, in order."""
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        if place in (MANIFEST, SIGNATURE):
            continue
        if path.is_symlink():
            yield Part(place, leads_to=path.readlink().as_posix())
        elif path.is_file():
            yield Part(place, _hash(path))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _system() -> str:
    return f"{platform.system()} {platform.machine()}"


def main(arguments: list[str]) -> int:
    """Return the exit code: 0 done and as built, 1 not so, 2 wrong arguments."""
    parser = argparse.ArgumentParser("release", description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("key").add_argument("file", type=Path)
    for name, what in (("sign", "file"), ("verify", "key")):
        act = acts.add_parser(name)
        act.add_argument("folder", type=Path)
        act.add_argument(what, type=Path if name == "sign" else str)
    asked = parser.parse_args(arguments)
    try:
        print(_done(asked))
    except (NotAsBuilt, KeyUnusable) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _done(asked: argparse.Namespace) -> str:
    if asked.act == "key":
        public = key_text(make_key(asked.file).public_key())
        return f"{public}\nfingerprint {fingerprint(public)}"
    if asked.act == "sign":
        told = sign(asked.folder, asked.file)
        return f"signed: Yuefang {told.program} for {told.system}, {len(told.files)} files"
    told = verify(asked.folder, asked.key)
    return f"as built: Yuefang {told.program} for {told.system}, {len(told.files)} files"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
