"""Other programs' sync beside ours on this machine: Anki (from PyPI) and PouchDB (from npm).

Both are installed into build/peers on the first use and measured with their own servers and the
very records that a laptop reads (`peer_documents`). Neither keeps rules, signatures or encryption,
and Anki's core is compiled: the comparison is told, not won.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

from bench.figures import ROOT

HERE = Path(__file__).parent
HOME = ROOT / "build" / "peers"


class Task(msgspec.Struct, frozen=True):
    """What a peer is to do: download these documents, then edit some of them, in rounds."""

    documents: Path
    edits: int
    rounds: int

    def words(self) -> list[str]:
        """Return the task as arguments of a peer's script."""
        return [str(self.documents), str(self.edits), str(self.rounds)]


class PeerTimes(msgspec.Struct, frozen=True):
    """One round: a whole download, and edits sent up and read by a second client, in seconds."""

    full_down_s: float
    up_s: float
    down_s: float


def peers_rounds(task: Task, folder: Path) -> dict[str, list[PeerTimes]]:
    """Return every peer's rounds by its name; one that cannot run here is left out."""
    found = {"anki": anki_rounds(task, folder), "pouchdb": pouchdb_rounds(task, folder)}
    return {peer: rounds for peer, rounds in found.items() if rounds is not None}


def anki_rounds(task: Task, folder: Path) -> list[PeerTimes]:
    """Return Anki's times on this machine now."""
    script = HERE / "anki_peer.py"
    return _times([str(_anki_python()), str(script), *task.words(), str(folder / "anki")])


def _anki_python() -> Path:
    """Return the interpreter of Anki's venv, made when it is not there."""
    venv = HOME / "venv"
    python = venv / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    known = subprocess.run([str(python), "-c", "import anki"], check=False, capture_output=True)
    if known.returncode:
        subprocess.run([str(python), "-m", "pip", "install", "-qq", "anki"], check=True)
    return python


def pouchdb_rounds(task: Task, folder: Path) -> list[PeerTimes] | None:
    """Return PouchDB's times on this machine now, or None and a sentence where it cannot run."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        print("PouchDB is left out: it needs npm and node, and this machine has not both.")
        return None
    home = HOME / "pouchdb"
    shutil.copytree(HERE / "pouchdb", home, dirs_exist_ok=True)
    install = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline"]
    subprocess.run([*install, "--silent"], cwd=home, check=True, capture_output=True)
    return _times([node, str(home / "client.js"), *task.words(), str(folder / "pouchdb")])


def _times(command: list[str]) -> list[PeerTimes]:
    """Run a peer's script; its last line is one JSON object a round."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=list[PeerTimes])
