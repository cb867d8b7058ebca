"""What a disk may hold after the power went: from recorded changes, at any place among them.

Of a file, what was written before its last sync is there. Each later write is there, or not, or in
part: of every sector of 512 bytes the old bytes, the new ones or rubbish. A file is found under its
name once it or its folder was synced. A deletion or a renaming may be undone until the folder is
synced, each for itself but in order for the same name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR = 512
FOLDER = ""


@dataclass(frozen=True)
class Change:
    """One line of the log; `place` is where in the log it ends."""

    op: str
    name: str
    other: str
    inode: int
    offset: int
    data: bytes
    place: int


def changes(log: Path) -> list[Change]:
    """Return what was recorded."""
    data = memoryview(log.read_bytes())
    found: list[Change] = []
    at = 0
    whole = bytes(data)
    while at < len(whole):
        line_end = whole.index(b"\n", at)
        op, name, other, inode, offset, size = whole[at:line_end].decode().split("\t")
        at = line_end + 1 + int(size)
        body = bytes(data[line_end + 1 : at])
        found.append(Change(op, name, other, int(inode), int(offset), body, at))
    return found


@dataclass(eq=False)
class File:
    """Bytes that are on the disk, and changes that are only on their way."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Change] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.pending:
            _apply(self.durable, change.op, change.offset, change.data)
        self.pending.clear()

    def whole(self) -> bytes:
        """Return what is in it as long as the power stays."""
        found = bytearray(self.durable)
        for change in self.pending:
            _apply(found, change.op, change.offset, change.data)
        return bytes(found)

    def after_cut(self, random: Random) -> bytes:
        """Return what may be in it now."""
        found = bytearray(self.durable)
        kind = random.random()
        for change in self.pending if kind > 0.15 else ():
            if kind > 0.85 or change.op == "T":
                if kind > 0.85 or random.random() < 0.5:
                    _apply(found, change.op, change.offset, change.data)
            else:
                _tear(found, change, random)
        return bytes(found)


def _apply(content: bytearray, op: str, offset: int, data: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    if op == "W":
        content[offset : offset + len(data)] = data
    else:
        del content[offset:]


def _tear(content: bytearray, change: Change, random: Random) -> None:
    kind = random.random()
    if kind < 0.4:
        return
    for at in range(0, len(change.data), SECTOR):
        part = change.data[at : at + SECTOR]
        chance = random.random() if kind > 0.7 else 0.0
        if chance < 0.5:
            _apply(content, "W", change.offset + at, part)
        elif chance < 0.6:
            _apply(content, "W", change.offset + at, random.randbytes(len(part)))


@dataclass
class Platter:
    """The disk while the recorded changes happen one after the other."""

    inodes: dict[int, File] = field(default_factory=dict)
    names: dict[str, File] = field(default_factory=dict)
    renamings: list[tuple[str, str, File | None]] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path) -> "Platter":
        """Begin with what is in a folder, all of it on the disk."""
        found = cls()
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            file = File(bytearray(path.read_bytes()))
            found.inodes[path.stat().st_ino] = file
            found.names[str(path.relative_to(folder))] = file
        return found

    def change(self, change: Change) -> None:
        """Let one more change happen."""
        if change.op == "O":
            file = self.inodes[change.inode] = File()
            self.renamings.append(("", change.name, file))
        elif change.op in "WT":
            self.inodes[change.inode].pending.append(change)
        elif change.op == "S":
            self._sync(change)
        elif change.op == "U":
            self.renamings.append((change.name, "", None))
        else:
            self.renamings.append((change.name, change.other, None))

    def _sync(self, change: Change) -> None:
        file = self.inodes.get(change.inode)
        if file is None:  # a folder
            _rename(self.names, self.renamings)
            self.renamings.clear()
            return
        file.sync()
        self._find(file)

    def _find(self, file: File) -> None:
        """Let a new file that is synced be found, and what was done to its name before."""
        at = next((n for n, r in enumerate(self.renamings) if r[2] is file), None)
        if at is None:
            return
        name = self.renamings[at][1]
        done = [r for r in self.renamings[: at + 1] if name in r[:2]]
        _rename(self.names, done)
        self.renamings = [r for r in self.renamings if r not in done]

    def after_kill(self) -> dict[str, bytes]:
        """Return the files that are there when the program is killed now: all it did."""
        names = dict(self.names)
        _rename(names, self.renamings)
        return {name: file.whole() for name, file in names.items()}

    def after_cut(self, random: Random) -> dict[str, bytes]:
        """Return the files that may be there when the power goes now."""
        names = dict(self.names)
        _rename(names, list(_some(self.renamings, random)))
        return {
            name: file.after_cut(random)
            for name, file in names.items()
            if not name.endswith("-shm")  # lives in memory
        }


def _some(
    renamings: list[tuple[str, str, File | None]], random: Random
) -> Iterator[tuple[str, str, File | None]]:
    kind = random.random()
    left_out: set[str] = set()
    for renaming in renamings:
        touched = {name for name in renaming[:2] if name}
        if kind > 0.8 or (kind > 0.2 and not touched & left_out and random.random() < 0.5):
            yield renaming
        else:
            left_out |= touched


def _rename(names: dict[str, File], renamings: list[tuple[str, str, File | None]]) -> None:
    for before, after, new in renamings:
        if new is None and before not in names:
            _rename_folder(names, before, after)
            continue
        file = new if new is not None else names.pop(before, None)
        if after and file is not None:
            names[after] = file


def _rename_folder(names: dict[str, File], before: str, after: str) -> None:
    inside = [name for name in names if name.startswith(f"{before}/")]
    for name in inside if after else ():
        names[after + name.removeprefix(before)] = names.pop(name)
