"""A test's servers are its own while it runs, and gone with it, however it ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select

import pytest

from tests.sync.office import ROOT, Server, administer
from tools.left_behind import RUNNING

GONE_WITHIN_S = 20.0

linux = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc whose port and child it is")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Return the folder of a server with a branch and nobody in it."""
    data = tmp_path / "srv"
    data.mkdir()
    administer(data, "init", "--branch-name", "云川分行")
    return data


@contextmanager
def listener(port: int, shared: bool) -> Iterator[None]:
    """Listen on a port, and let others listen there too when it is shared."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, shared)
        line.bind(("127.0.0.1", port))
        line.listen()
        yield


@linux
@pytest.mark.parametrize("shared", [False, True])
def test_whoever_else_listens_is_not_taken_for_the_server(bare: Path, shared: bool) -> None:
    server = Server(bare, sooner=True)
    with (
        listener(server.port, shared),
        pytest.raises(RuntimeError, match=f"port {server.port} is another program's"),
    ):
        server.start()
    server.stop()


def test_who_ends_before_it_listens_is_not_waited_for(bare: Path) -> None:
    server = Server(bare, options=("--database-silence", "soon"), sooner=True)
    with pytest.raises(RuntimeError, match="the server ended with 2"):
        server.start()
    server.stop()


def children(parent: int) -> list[int]:
    """Return a process' children, theirs, and so on."""
    asked = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True)
    direct = [int(number) for number in asked.stdout.split()]
    return direct + [one for child in direct for one in children(child)]


@linux
def test_nothing_is_left_behind_by_whom_somebody_kills(bare: Path, tmp_path: Path) -> None:
    second = shutil.copytree(bare, tmp_path / "second")
    command = [sys.executable, "-m", "tests.sync.killed_parent", str(bare), str(second)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        postgres = Path(parent.stdout.readline().strip())
        postmaster = int((postgres / "data" / RUNNING).read_text().splitlines()[0])
        begun = [*children(parent.pid), postmaster]
        assert len(begun) > 6  # two servers and their workers, who waits, and who tidies up
        left = {os.pidfd_open(one) for one in begun}
        parent.send_signal(signal.SIGKILL)
        while left:
            ended = select(left, [], [], GONE_WITHIN_S)[0]
            assert ended, "something lives on"
            left -= set(ended)
            for one in ended:
                os.close(one)
    assert not postgres.exists()
