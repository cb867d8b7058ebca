"""The map needs no network: without a route its picture is the same, byte by byte."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dev

WAYS = (["unshare", "-n"], ["unshare", "-rn"])


def without_network() -> list[str]:
    """Return the command before another that takes the network away, or skip."""
    if shutil.which("unshare"):
        for way in WAYS:
            if subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
                return way
    pytest.skip("this machine does not let a test make a network namespace (unshare -n)")


def picture(before: list[str], out: Path) -> bytes:
    done = subprocess.run(
        [*before, sys.executable, "-m", "tests.e2e.map_picture", str(out)],
        cwd=dev.ROOT,
        env=dev.headless(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("blocked 0, complaints 0"), done.stdout
    return out.read_bytes()


def test_the_picture_is_the_same_without_a_network(tmp_path: Path) -> None:
    alone = without_network()
    routes = subprocess.run([*alone, "cat", "/proc/net/route"], capture_output=True, check=True)
    assert len(routes.stdout.splitlines()) <= 1  # the heading at most
    here = picture([], tmp_path / "here.png")
    assert len(here) > 20_000
    assert picture(alone, tmp_path / "alone.png") == here
