"""The file of a backup: a tar of `manifest.json`, `database` and the files that laptops sent.

Private keys are not in it: whoever finds a backup must not be able to sign.
"""

import hashlib
import io
import os
import tarfile
from contextlib import suppress
from pathlib import Path

import msgspec

from sync.server.closed_file import new_file

MANIFEST, DATABASE, FILES = "manifest.json", "database", "attachments"
FORMAT = 1
AT_ONCE = 1 << 20  # bytes


class NoBackup(Exception):
    """The file is no backup, or not whole; the text is for the administrator."""


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds; `kind` is sqlite or postgresql, `sha256` that of the database."""

    format: int
    kind: str
    made_at: str
    server_id: str
    epoch: str
    heads: dict[str, int]
    sha256: str


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_archive(out: Path, manifest: Manifest, database: Path, files: Path) -> None:
    """Write the archive and read it back; raises FileExistsError, NoBackup, OSError."""
    with new_file(out) as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            told = msgspec.json.encode(manifest)
            head = tarfile.TarInfo(MANIFEST)
            head.size = len(told)
            tar.addfile(head, io.BytesIO(told))
            tar.add(database, DATABASE)
            for one in sorted(files.glob("*/*")):
                if one.is_file() and one.suffix != ".part":
                    with suppress(FileNotFoundError):  # erased in this very moment
                        tar.add(one, f"{FILES}/{one.parent.name}/{one.name}")
        file.flush()
        os.fsync(file.fileno())
    read_manifest(out, check=True)


def read_manifest(path: Path, *, check: bool = False) -> Manifest:
    """Return what a backup holds, its database compared with its hash; raises NoBackup."""
    try:
        with tarfile.open(path, "r:") as tar:
            head = tar.extractfile(MANIFEST)
            manifest = msgspec.json.decode(head.read() if head else b"", type=Manifest)
            if check:
                _check(tar, manifest)
    except (tarfile.TarError, KeyError, msgspec.DecodeError) as error:
        raise NoBackup(f"{path} is no whole backup") from error
    if manifest.format != FORMAT:
        raise NoBackup(f"{path} was made by a newer program")
    return manifest


def _check(tar: tarfile.TarFile, manifest: Manifest) -> None:
    hashed, database = hashlib.sha256(), tar.extractfile(DATABASE)
    while part := database.read(AT_ONCE) if database else b"":
        hashed.update(part)
    found = hashed.hexdigest()
    if found != manifest.sha256:
        raise NoBackup("the database in the backup is not the one that was written")
    for member in tar:  # to the end, so that a cut file is noticed
        if member.isfile() and member.name.startswith(FILES):
            tar.extractfile(member)


def unpack_database(path: Path, to: Path) -> None:
    """Write the database of a backup to a file."""
    with tarfile.open(path, "r:") as tar:
        tar.extract(DATABASE, to.parent, filter="data")
    (to.parent / DATABASE).replace(to)


def unpack_files(path: Path, data: Path) -> int:
    """Put the files of a backup back where they are not; return how many came."""
    came = 0
    with tarfile.open(path, "r:") as tar:
        for member in tar:
            if member.name.startswith(f"{FILES}/") and not (data / member.name).exists():
                tar.extract(member, data, filter="data")
                came += 1
    return came
