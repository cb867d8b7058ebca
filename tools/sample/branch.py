"""An invented branch: its server process on this machine, its people and its imported cases."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

from tools.left_behind import end_with_us
from tools.own_port import until_it_listens
from tools.ports import free_port
from tools.sample.export import Export, write_export
from tools.sample.shifted_server import DATA, PORT, SHIFT, ShiftedClock

ROOT = Path(__file__).resolve().parents[2]
TEAM = "north"
LEAD = ("chen", "陈晨")
OFFICERS = (
    ("li", "李静", 400, "35.052,118.345"),
    ("wang", "王强", 21, "35.045,118.360"),
    ("zhao", "赵敏", 180, "35.060,118.352"),
)
PASSPHRASE = "three brown otters swim"
STOPS_WITHIN_S = 30.0


class Branch:
    """A server with a SQLite file in `folder`, started and stopped as a day needs it."""

    def __init__(self, folder: Path, clock: ShiftedClock) -> None:
        self.data = folder
        self._clock = clock
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return what laptops are told."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """Return the server's file."""
        return self.data / "server.db"

    def furnish(self, today: date, cases: int = 300) -> None:
        """Make the branch anew: team, people, and the bank's export of `today` imported."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        self.tell("init", "--branch-name", "云川银行城北支行")
        self.tell("team", "add", TEAM, "城北组")
        for login, name, days, start in OFFICERS:
            until = (today + timedelta(days=days)).isoformat()
            person = ("--name", name, "--team", TEAM, "--certified-until", until)
            self.tell("user", "add", login, *person, "--start", start)
        self.tell("user", "add", LEAD[0], "--name", LEAD[1], "--role", "lead", "--team", TEAM)
        export = self.data / "cases.xlsx"
        write_export(export, Export(today, count=cases))
        self.tell("import", str(export), "--team", TEAM)

    def tell(self, *arguments: str) -> str:
        """Run `field-server` as an administrator would; returns what it printed."""
        where = ["--data", str(self.data)]
        command = [sys.executable, "-m", "tools.sample.shifted_admin", *arguments, *where]
        done = subprocess.run(
            command, cwd=ROOT, env=self._env(), capture_output=True, encoding="utf-8", check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"field-server {arguments[0]}: {done.stderr or done.stdout}")
        return done.stdout

    def code_for(self, login: str) -> str:
        """Return a fresh one-time code."""
        return self.tell("enrol-code", login).split()[-1]

    def _env(self) -> dict[str, str]:
        told = {DATA: str(self.data), SHIFT: str(self._clock.shift_s), PORT: str(self.port)}
        return dict(os.environ) | told | {"PYTHONUTF8": "1"}  # Windows has other letters

    def start(self) -> None:
        """Start the server under the branch's clock; returns once it takes connections."""
        command = [sys.executable, "-m", "tools.sample.shifted_server"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._env(), start_new_session=True)
        end_with_us(self._process.pid)
        until_it_listens(self._process, self.port)

    def stop(self) -> None:
        """Stop the server and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=STOPS_WITHIN_S)
            self._process = None

    def wait(self) -> None:
        """Wait until somebody stops the server."""
        if self._process is not None:
            self._process.wait()

    def restart(self) -> None:
        """Stop and start, after the clock has jumped."""
        self.stop()
        self.start()
