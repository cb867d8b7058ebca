"""Times Anki's sync over loopback; runs in the peers' venv: DOCUMENTS EDITS ROUNDS FOLDER.

DOCUMENTS is a file of JSON objects, one a line: each is a note with its `_id` in front.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from anki.collection import AddNoteRequest, Collection

SERVER = "from anki.syncserver import run_sync_server; run_sync_server()"
AT_ONCE = 1000


def main(documents: Path, edits: int, rounds: int, folder: Path) -> None:
    """Print one JSON line with the times of every round."""
    folder.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = serve(folder, port)
    try:
        print(json.dumps(measure(documents, edits, rounds, folder, f"http://127.0.0.1:{port}/")))
    finally:
        process.terminate()
        process.wait()


def serve(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start Anki's sync server and wait until it listens."""
    env = dict(
        os.environ,
        SYNC_USER1="u:p",
        SYNC_BASE=str(folder / "srv"),
        SYNC_HOST="127.0.0.1",
        SYNC_PORT=str(port),
        MAX_SYNC_PAYLOAD_MEGS="1000",
    )
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, "-c", SERVER], env=env, stdout=quiet, stderr=quiet)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise
        return process


def measure(
    documents: Path, edits: int, rounds: int, folder: Path, url: str
) -> list[dict[str, float]]:
    """Fill one client, then time a fresh client's download and a set of edits, round by round."""
    mine = Collection(str(folder / "mine.anki2"))
    notes = fill(mine, documents)
    auth = mine.sync_login("u", "p", url)
    mine.sync_collection(auth, False)
    mine.close_for_full_sync()
    mine.full_upload_or_download(auth=auth, server_usn=None, upload=True)
    mine.reopen(after_full_sync=True)
    found = []
    for number in range(rounds):
        other = Collection(str(folder / f"other-{number}.anki2"))
        other.sync_collection(auth, False)
        began = time.perf_counter()
        other.close_for_full_sync()
        other.full_upload_or_download(auth=auth, server_usn=None, upload=False)
        other.reopen(after_full_sync=True)
        full = time.perf_counter() - began
        assert other.note_count() == notes
        changed = edit(mine, edits, f"edit {number}")
        up = timed(mine, auth)
        down = timed(other, auth)
        assert other.get_note(changed)["Back"].endswith(f"edit {number}")
        other.close()
        found.append({"full_down_s": full, "up_s": up, "down_s": down})
    mine.close()
    return found


def fill(collection: Collection, documents: Path) -> int:
    """Add a note for each document and return how many there are."""
    model, deck = collection.models.by_name("Basic"), collection.decks.id("Default")
    requests = []
    for line in documents.read_text("utf-8").splitlines():
        note = collection.new_note(model)
        note["Front"], note["Back"] = json.loads(line)["_id"], line
        requests.append(AddNoteRequest(note=note, deck_id=deck))
    for start in range(0, len(requests), AT_ONCE):
        collection.add_notes(requests[start : start + AT_ONCE])
    return len(requests)


def edit(collection: Collection, edits: int, words: str) -> Any:
    """Change some notes and return the id of one of them."""
    ids = collection.find_notes("")[:edits]
    for note_id in ids:
        note = collection.get_note(note_id)
        note["Back"] = note["Back"][:-8] + " " + words
        collection.update_note(note)
    return ids[0]


def timed(collection: Collection, auth: Any) -> float:
    """Return how long one sync takes."""
    began = time.perf_counter()
    collection.sync_collection(auth, False)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
