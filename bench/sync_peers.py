"""Anki's own sync server and client as a peer: notes of 2 KB, in a venv of its own.

Installed from PyPI into build/peers/venv on the first use. Anki keeps no rules, no signatures
and no encryption, and its core is compiled: the comparison is told, not won.
"""

import subprocess
import sys
from pathlib import Path

import msgspec

from bench.sync_branch import ROOT

VENV = ROOT / "build" / "peers" / "venv"
SCRIPT = Path(__file__).with_name("anki_peer.py")


class AnkiTimes(msgspec.Struct, frozen=True):
    """One round of Anki: a whole download, and edits sent up and read by a second client."""

    full_down_s: float
    up_s: float
    down_s: float


def anki_rounds(notes: int, edits: int, rounds: int, folder: Path) -> list[AnkiTimes]:
    """Return Anki's times on this machine now."""
    python = _python()
    command = [str(python), str(SCRIPT), str(notes), str(edits), str(rounds), str(folder / "anki")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=list[AnkiTimes])


def _python() -> Path:
    """Return the interpreter of the peers' venv, made when it is not there."""
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    python = VENV / scripts / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    if subprocess.run(
        [str(python), "-c", "import anki"], check=False, capture_output=True
    ).returncode:
        subprocess.run([str(python), "-m", "pip", "install", "-q", "anki"], check=True)
    return python
