"""The outbox and its journal tell the same: looked at when the vault is opened.

A log cut short by a flipped bit takes whole transactions with it and leaves a file that seems
well. The journal still has what was saved in them, and gives it back here.
"""

from field_app.storage.outbox import Outbox
from field_app.storage.profile import JOURNAL_NUMBER, NAME
from field_app.storage.rescue import restore_upload
from field_app.storage.trouble import Damaged
from field_app.storage.vault import DATABASE, Vault
from sync.domain.commands import RecordAttachment


def reconcile(vault: Vault) -> int:
    """Make both hold all that either holds; return how many envelopes the journal gave back.

    Raises Damaged when the file lacks work from before its last, or has it otherwise.
    """
    read = vault.journal.read()
    written = dict(read.entries)
    own = "SELECT seq, envelope FROM outbox WHERE seq > 0"  # others are an earlier enrolment's
    kept = dict(vault.connection.execute(own).fetchall())
    last = int(vault.meta("last_seq") or 0)
    given_back = 0
    with vault.transaction():
        for number, data in read.entries:
            if number > last:
                given_back += _give_back(vault, number, data)
            elif number != JOURNAL_NUMBER and not _agree(kept.get(number), data):
                raise Damaged(f"{DATABASE}: work {number}")
    whole = {JOURNAL_NUMBER: vault.meta(NAME)} | kept | written
    if read.damaged_bytes or read.begun_bytes or len(whole) > len(written):
        vault.journal.write(whole)
    return given_back


def _agree(kept: bytes | None, written: bytes) -> bool:
    # Of erased work the journal has only the hash.
    return kept == written or not written.startswith(b"{")


def _give_back(vault: Vault, number: int, data: bytes) -> bool:
    command = Outbox(vault).restore(number, data)
    if isinstance(command, RecordAttachment):
        restore_upload(vault, vault.folder, command.attachment)
    return command is not None
