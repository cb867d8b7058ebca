#!/usr/bin/env python3
"""The one door for developers: sets the machine up, then does what was asked.

demo [--tour]  the main job on sample data      test [--long]    every check and test
bench [NAME]   measurements                      lint             style, types, contracts
server         a development server              installer        the frozen client [--check]
docs           the pictures of the documentation made anew
release        sign a frozen client, or verify one: release key|sign|verify
sbom           the locked packages as CycloneDX JSON, on standard output
simulate --seed N --count M [--plant BUG] [--story]    schedules of the sync simulator
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from pathlib import Path

from tools.dev.machine import (
    QT,
    ROOT,
    ensure_system,
    ensure_venv,
    heard,
    postgres_packages,
    python_in_venv,
    run,
    say,
)

BENCHES = ("policy", "vault", "sync", "audit", "plan", "server", "peak", "ui", "map")
MOST_S = (
    2400  # of the plain tests, each half: who waits for them would rather hear that something hangs
)
UNITS = "tests/unit"
ELSEWHERE = sorted({"linux", "win32", "darwin"} - {sys.platform})
COVERAGE = ("--cov", "--cov-report=term:skip-covered", "--cov-fail-under=95")


def lint() -> int:
    """Run the style, type and contract checks, two at a time; the first failing one's code."""
    python = python_in_venv()
    checks: tuple[tuple[str, list[str | Path]], ...] = (
        ("ruff check", [python, "-m", "ruff", "check", "--output-format=concise", "."]),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "-q", "."]),
        ("mypy", [python, "-m", "mypy"]),
        *((f"mypy for {system}", [python, "-m", "mypy", *_for(system)]) for system in ELSEWHERE),
        ("import contracts", [python.parent / "lint-imports", "--no-logo"]),
    )
    with ThreadPoolExecutor(2) as two:
        done = two.map(lambda check: (check[0], *heard(*check[1])), checks)
        for name, code, told in done:
            say(name)
            print(told, end="", flush=True)
            if code:
                return code
    return 0


def _for(system: str) -> list[str | Path]:
    """Return how types are checked for a system that this one is not: of what runs there."""
    # What lies behind a question for the system is out of reach on all others.
    cache = f".mypy_cache/{system}"
    asked = ["--platform", system, "--no-warn-unreachable", "--cache-dir", cache]
    return [*asked, "field_app", "sync", "dev.py"]


def test(arguments: list[str]) -> int:
    """Run lint and every test, the units under the coverage that their core is held to."""
    code = lint()
    if code:
        return code
    extra = [a for a in arguments if a != "--long"]
    plain = "--long" not in arguments
    if extra:
        return pytest(plain, *extra)
    say("tests of units, and how much of the core they reach, by branches")
    code = pytest(plain, UNITS, *COVERAGE)
    if code:
        return code
    say("every other test")  # in the order of the folders: the long ones are not left for the end
    return pytest(plain, f"--ignore={UNITS}", "--no-loadscope-reorder")


def pytest(plain: bool, *arguments: str) -> int:
    """Run tests on two processors; its exit code."""
    command: list[str | Path] = [python_in_venv(), "-m", "pytest", "-q", "-n", "2"]
    command += ["--dist", "loadfile", *(["-m", "not long"] if plain else []), *arguments]
    return run(*command, env=headless(), most_s=MOST_S if plain else None)


def headless() -> dict[str, str]:
    """Return the environment for windows that nobody sees."""
    env = dict(os.environ, QT_QPA_PLATFORM="offscreen", PYTHONPATH=str(ROOT))
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # each process would compile the program anew
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        env["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    return env


def demo(arguments: list[str]) -> int:
    """Run the main job on sample data; without a display, the tour."""
    seen = os.name == "nt" or sys.platform == "darwin"
    seen = seen or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    tour = "--tour" in arguments or not seen
    env = headless() if tour else dict(os.environ)
    if not tour:
        return run(python_in_venv(), "-m", "tools.demo", *arguments, env=env)
    rest = [a for a in arguments if a not in ("--tour", "--lead")]  # it has both laptops
    return run(python_in_venv(), "-m", "tools.tour", *rest, env=env)


def bench(arguments: list[str]) -> int:
    """Run the measurements that are named first, or all; what follows is told to each."""
    named = list(takewhile(BENCHES.__contains__, arguments))
    names, rest = named or list(BENCHES), arguments[len(named) :]
    codes = [run(python_in_venv(), "-m", f"bench.{n}", *rest, env=headless()) for n in names]
    return max(codes)


def installer(arguments: list[str]) -> int:
    """Freeze the client; with --check run it on itself."""
    python = python_in_venv()
    freeze = ["--noconfirm", "--log-level=WARN", "build_installer.spec"]
    code = run(python, "-m", "PyInstaller", *freeze)
    if code or "--check" not in arguments:
        return code
    name = "field-app.exe" if os.name == "nt" else "field-app"
    return run(ROOT / "dist" / "field-app" / name, "--self-check", env=headless())


def main(arguments: list[str]) -> int:
    """Set up what the command needs and run it."""
    command, rest = (arguments or ["help"])[0], arguments[1:]
    commands: dict[str, Callable[[], int]] = {
        "demo": lambda: demo(rest),
        "test": lambda: test(rest),
        "lint": lint,
        "bench": lambda: bench(rest),
        "installer": lambda: installer(rest),
        "server": lambda: run(python_in_venv(), "-m", "tools.demo", "--server-only", *rest),
        "docs": lambda: run(python_in_venv(), "-m", "tools.tour", "--docs", env=headless()),
        "sbom": lambda: run(python_in_venv(), "-m", "tools.sbom"),
        "release": lambda: run(python_in_venv(), "-m", "tools.release", *rest),
        "simulate": lambda: run(python_in_venv(), "-m", "tests.sync.simulator", *rest),
    }
    if command not in commands:
        print(__doc__)
        return 0 if command in ("help", "-h", "--help") else 2
    if command != "server":
        ensure_system([*QT, *(postgres_packages() if command in ("test", "bench") else [])])
    ensure_venv()
    return commands[command]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
