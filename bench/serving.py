"""A server's own processes on a free port of loopback, as `field-server serve` runs them."""

import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

from bench.figures import ROOT
from sync.server.settings import ServerSettings
from tools.left_behind import end_with_us
from tools.own_port import until_it_listens


def read_figures(port: int) -> str:
    """Return what a server on loopback tells Prometheus."""
    line = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("GET", "/metrics")
        return line.getresponse().read().decode()
    finally:
        line.close()


class Serving:
    """One running server; what it says goes into `log`."""

    def __init__(self, settings: ServerSettings, log: Path, processes: int = 1) -> None:
        self._settings = settings
        self._log = log
        self._processes = processes
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return where laptops reach it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve, and return once connections are taken."""
        command = [sys.executable, "-m", "sync.cli", "serve", "--data", str(self._settings.data)]
        command += ["--port", str(self.port), "--processes", str(self._processes)]
        if not self._settings.is_sqlite:
            command += ["--database-url", self._settings.database_url]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        end_with_us(self._process.pid)
        try:
            until_it_listens(self._process, self.port)
        except RuntimeError as error:
            raise RuntimeError(f"{error}: {self._log.read_text()}") from error

    def stop(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
            self._process = None
