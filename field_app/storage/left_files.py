"""Files of photos and papers that nothing on this laptop names any more: they go at the opening.

A program that ends amid an act leaves the bytes of a photo that was never recorded, and a power cut
may undo the deletion of one whose case has left.
"""

from contextlib import suppress

from field_app.storage.attachments import AttachmentFiles
from field_app.storage.rescue import has_set_aside
from field_app.storage.vault import Vault

UPLOADS = "SELECT id FROM upload"
HELD = "SELECT id FROM projected WHERE kind = 'attachment'"


def clear(vault: Vault, files: AttachmentFiles, copies: AttachmentFiles) -> None:
    """Delete them, when every entry came through: a broken vault beside it may name others."""
    if not has_set_aside(vault.folder):
        _keep_named(vault, files, UPLOADS)
        _keep_named(vault, copies, HELD)


def _keep_named(vault: Vault, files: AttachmentFiles, asked: str) -> None:
    here = files.names()
    named = {row[0] for row in vault.connection.execute(asked)} if here else set()
    for one in here:
        if one not in named:
            with suppress(OSError):  # held by another program; the next opening tries again
                files.remove(one)
