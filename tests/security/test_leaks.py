"""An officer's whole day in a program of its own: nothing it writes anywhere tells of a person.

Every text is made by chance for this run, so that whatever is found was written by this run.
"""

import csv
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from field_app.operations import team
from sync.domain.time import local_date
from tests.security.leaks import Scanner, changed_since, entropy, files_under
from tests.security.officer_day import TYPED
from tests.sync.office import TEAM, Office, Server, administer, furnish
from tests.ui.room import MORNING, ZONE
from tools.left_behind import end_with_us
from tools.sample.export import TITLES, Export, rows
from tools.sample.shifted_server import ShiftedClock

ROOT = Path(__file__).resolve().parents[2]
CASES, FEW = 12, 20
NUMBERED = "LK"
LIMIT_S = 240
RARE = "欧阳上官司徒慕容令狐皇甫轩辕端木闻人澹台"
OWN = ("home", "tmp", "cache", "config", "data", "run", "profile")
SHARED = ("/dev/shm", "/var/tmp")  # noqa: S108
ENCRYPTED = 4096  # bytes from which the entropy of a file says something


def invented() -> list[list[str]]:
    """Return a file's lines whose every personal text is this run's own."""
    made = []
    for number, row in enumerate(rows(Export(local_date(MORNING, ZONE.key), 3, count=60))):
        given = "".join(chr(0x5000 + secrets.randbelow(0x4000)) for _ in range(2))
        row = list(row)
        row[0] = f"{NUMBERED}{secrets.randbelow(10**8):08d}"
        row[1] = RARE[2 * (number % 10) : 2 * (number % 10) + 2] + given
        row[3] = f"139{secrets.randbelow(10**8):08d}"
        row[5] = f"云川市{given}路{secrets.randbelow(900)}弄{number}号{given}苑"
        row[10] = f"6222{secrets.randbelow(10**12):012d}"
        # So large that no other test's database beside has the same by chance.
        row[12] = f"{secrets.randbelow(80_000_000) + 10_000_000}.{secrets.randbelow(90) + 10}"
        made.append(row)
    return made[:CASES]


def known(lines: list[list[str]]) -> dict[str, str]:
    """Return every text that must not be found, by what it is."""
    found = dict(TYPED)
    for number, row in enumerate(lines):
        found |= {
            f"name {number}": row[1],
            f"phone {number}": row[3],
            f"address {number}": row[5],
            f"account {number}": row[10],
            f"principal {number}": row[12],
            f"principal {number} with comma": f"{float(row[12]):,.2f}",
            f"principal {number} in fen": row[12].replace(".", ""),
        }
    return found


@dataclass
class Day:
    """One officer's laptop with folders of its own, and the branch's server."""

    root: Path
    office: Office
    lines: list[list[str]]
    began: float = field(default_factory=time.time)
    process: subprocess.Popen[bytes] | None = None

    @property
    def out(self) -> Path:
        """Return the folder the officer chose for papers: they are to be read there."""
        return self.root / "chosen"

    def lay(self) -> None:
        """Make the folders and let the lead give every case to the officer."""
        for name in (*OWN, "chosen"):
            (self.root / name).mkdir(mode=0o700)
        lead, people = self.office.seat("chen"), self.office.people()
        lead.sync()
        team.assign(lead.desk, tuple(lead.cases()), people["li"], people["wang"])
        lead.sync()

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        """Start the program where every folder it may know of is the test's own."""
        env = {n: v for n, v in os.environ.items() if not n.startswith(("XDG_", "QTWEBENGINE_CH"))}
        env |= {
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "XDG_CACHE_HOME": str(self.root / "cache"),
            "XDG_CONFIG_HOME": str(self.root / "config"),
            "XDG_DATA_HOME": str(self.root / "data"),
            "XDG_STATE_HOME": str(self.root / "data"),
            "XDG_RUNTIME_DIR": str(self.root / "run"),
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        given = ("--home", str(self.root / "profile"), "--out", str(self.out))
        with (self.root / "said").open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.security.officer_day", *given, *more],
                cwd=ROOT,
                env=env,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        end_with_us(self.process.pid)
        return self.process

    def said(self) -> str:
        """Return what the program printed."""
        return (self.root / "said").read_text(encoding="utf-8", errors="replace")

    def until_half(self) -> None:
        """Wait until a visit is half written."""
        end = time.monotonic() + LIMIT_S
        assert self.process is not None
        while "half\n" not in self.said():
            assert time.monotonic() < end, self.said()[-2000:]
            try:
                code = self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"the program ended with {code}: {self.said()[-3000:]}")

    def written(self) -> list[Path]:
        """Return every file the program may have written, papers in the chosen folder not."""
        own = [*files_under(*(self.root / name for name in OWN)), self.root / "said"]
        shared = [p for name in SHARED for p in changed_since(Path(name), self.began)]
        real_home = [Path.home() / name for name in (".cache", ".config", ".local", ".pki")]
        return own + shared + [p for f in real_home for p in changed_since(f, self.began)]

    def held_open(self) -> list[Path]:
        """Return what the program and its helpers hold open for writing, deleted files too."""
        assert self.process is not None
        group = os.getpgid(self.process.pid)
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(folder.name)) == group:
                    found += [p for p in (folder / "fd").iterdir() if _is_written(folder, p)]
            except OSError:  # ended meanwhile
                continue
        return found


def _is_written(process: Path, handle: Path) -> bool:
    flags = (process / "fdinfo" / handle.name).read_text().split("flags:")[1].split()[0]
    return bool(int(flags, 8) & os.O_ACCMODE) and handle.is_file()


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Play the day up to the middle of a visit."""
    folder = tmp_path_factory.mktemp("leaks")
    data, lines = folder / "srv", invented()
    data.mkdir()
    furnish(data, MORNING, FEW)
    export = folder / "export.csv"
    with export.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([TITLES, *lines])
    administer(data, "import", str(export), "--team", TEAM)
    clock = ShiftedClock()
    clock.jump_to(MORNING)
    laptop = folder / "laptop"
    laptop.mkdir()
    with (folder / "server.log").open("wb") as log:
        office = Office(Server(data, said=log), folder / "homes", clock)
        found = Day(laptop, office, lines)
        try:
            office.server.start()
            found.lay()
            first = ("--address", office.server.address, "--code", office.code("li"))
            found.start(*first, "--search", lines[0][1], "--cases", NUMBERED)
            found.until_half()
            yield found
        finally:
            if found.process is not None and found.process.poll() is None:
                os.killpg(found.process.pid, signal.SIGKILL)
                found.process.wait(30)
            office.close()


@pytest.fixture(scope="module")
def scanner(day: Day) -> Scanner:
    return Scanner(known(day.lines))


def test_nothing_lies_in_clear_in_the_middle_of_the_day(day: Day, scanner: Scanner) -> None:
    written = day.written()
    assert {"vault.db", "errors.log", "settings.json"} <= {p.name for p in written}
    assert scanner.in_files(written) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads what a process holds open from /proc")
def test_nothing_lies_in_clear_in_what_is_held_open(day: Day, scanner: Scanner) -> None:
    held = day.held_open()
    assert any(os.readlink(path).endswith("vault.db") for path in held)
    assert scanner.in_files(held) == []


def test_errors_were_written_without_their_values(day: Day) -> None:
    lines = (day.root / "profile" / "errors.log").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 5
    assert "fail_in_a_task" in " ".join(lines)


def test_nothing_lies_in_clear_after_a_kill_and_after_a_lock(day: Day, scanner: Scanner) -> None:
    assert day.process is not None
    os.killpg(day.process.pid, signal.SIGKILL)
    day.process.wait(30)
    assert scanner.in_files(day.written()) == []
    assert day.start("--again").wait(LIMIT_S) == 0, day.said()[-3000:]
    assert "done" in day.said()
    assert scanner.in_files(day.written()) == []
    assert scanner.in_files([day.root.parent / "server.log"]) == []


def test_the_vault_cannot_be_told_from_chance(day: Day) -> None:
    """SQLCipher's pages and the journal are encrypted whole, so their bytes are all as frequent."""
    vault = [p for p in files_under(day.root / "profile") if "vault" in p.parts[-2]]
    large = {p: p.read_bytes() for p in vault if p.stat().st_size >= 8 * ENCRYPTED}
    assert "vault.db" in {p.name for p in large}
    low = {p.name: entropy(d) for p, d in large.items() if not p.name.endswith("-shm")}
    assert {name: bits for name, bits in low.items() if bits <= 7.9} == {}


def test_what_was_scanned_for_is_at_the_server(day: Day, scanner: Scanner) -> None:
    """The scan looked for the right things: in the server's own database they are in clear."""
    names = [name for name in known(day.lines) if not name.startswith(("principal", "passphrase"))]
    found = " ".join(scanner.in_files(files_under(day.office.server.data)))
    assert [name for name in names if f": {name} as" not in found] == []
