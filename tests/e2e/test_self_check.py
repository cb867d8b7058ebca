"""The program proves of itself what a frozen build must hold: `--self-check`, here not frozen."""

import subprocess
import sys

import dev

TOLD = ("vault", "policy", "words", "words", "planner", "paper", "map")


def test_the_program_checks_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "field_app", "--self-check"],
        cwd=dev.ROOT,
        env=dev.headless(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert tuple(line.partition(":")[0] for line in done.stdout.splitlines()) == TOLD
