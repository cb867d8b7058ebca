"""One officer's encrypted file on one laptop, open in one process at a time."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from field_app.storage import cipher, schema
from field_app.storage.cipher import Connection, VaultKey
from field_app.storage.held_key import HeldKey
from field_app.storage.journal import Journal
from field_app.storage.keys import derive
from field_app.storage.trouble import Damaged, LockedByOther, of_disk

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

DATABASE = "vault.db"
JOURNAL = "outbox.journal"
FILES = "files"
COPIES = "copies"  # of files that the server has: whatever happens, they can be fetched again
LOCK = "vault.lock"


class Vault:
    """The open file, its journal and the folder of encrypted attachments."""

    def __init__(
        self,
        folder: Path,
        key: VaultKey,
        connection: Connection,
        lock: IO[bytes],
        random: Callable[[int], bytes],
    ) -> None:
        self.folder = folder
        self.key = key
        self.connection = connection
        self.random = random
        self.held: HeldKey | None = None  # what opened it, for as long as it is open
        self.journal = Journal(folder / JOURNAL, derive(key, "journal"), random)
        self._lock = lock
        self._depth = 0
        self._for_journal: list[tuple[int, bytes]] = []

    @classmethod
    def create(cls, folder: Path, key: VaultKey, random: Callable[[int], bytes]) -> "Vault":
        """Make a new vault in an existing folder; raises Damaged when one is there already."""
        if (folder / DATABASE).exists():
            raise Damaged(DATABASE)
        with ExitStack() as undo:
            lock = undo.enter_context(lock_file(folder / LOCK))
            connection = cipher.open_database(folder / DATABASE, key, create=True)
            undo.callback(connection.close)
            connection.execute(f"PRAGMA application_id = {cipher.APPLICATION_ID}")
            schema.bring_up_to_date(connection)
            (folder / FILES).mkdir(exist_ok=True)
            undo.pop_all()
        return cls(folder, key, connection, lock, random)

    @classmethod
    def open(cls, folder: Path, key: VaultKey, random: Callable[[int], bytes]) -> "Vault":
        """Open the vault; raises Damaged, LockedByOther, TooNew, DiskFull and lets it go again."""
        with ExitStack() as undo:
            lock = undo.enter_context(lock_file(folder / LOCK))
            connection = cipher.open_database(folder / DATABASE, key, create=False)
            undo.callback(connection.close)
            row = connection.execute("PRAGMA application_id").fetchone()
            if not row or row[0] != cipher.APPLICATION_ID or schema.version(connection) == 0:
                raise Damaged(DATABASE)
            schema.bring_up_to_date(connection)
            undo.pop_all()
        return cls(folder, key, connection, lock, random)

    def verify(self) -> None:
        """Check every page of the file; raises Damaged (80 ms for 56 MB)."""
        # What a power cut tore is still whole in the log: first put it back.
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        broken = cipher.integrity_problems(self.connection)
        if broken:
            raise Damaged(f"{DATABASE}: {len(broken)} pages, {broken[0]}")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run a block as one transaction; inner ones join it. Raises DiskFull, Damaged."""
        if self._depth:
            yield self.connection
            return
        self._depth += 1
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                if self._for_journal:
                    self.journal.append_all(self._for_journal)
                self.connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            self.journal.keep()
        finally:
            self._depth -= 1
            self._for_journal.clear()

    def write_down(self, number: int, data: bytes) -> None:
        """Let the journal have this too, on the disk before the transaction commits.

        Raises RuntimeError outside of one.
        """
        if not self._depth:
            raise RuntimeError("only inside a transaction")
        self._for_journal.append((number, data))

    def _roll_back(self) -> None:
        # A full disk may have ended the transaction already.
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self.journal.take_back()

    def meta(self, name: str) -> Any:
        """Return a stored value, or None."""
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_meta(self, name: str, value: str | bytes) -> None:
        """Keep a value."""
        with self.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Close the file and let others have it."""
        self.connection.close()
        self._lock.close()


def lock_file(path: Path) -> IO[bytes]:
    """Take the folder's lock for this process; raises LockedByOther, DiskFull, VaultTrouble."""
    try:
        handle = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    except OSError as error:
        raise of_disk(error) from error
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise LockedByOther from error
    return handle
