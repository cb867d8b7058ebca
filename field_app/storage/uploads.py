"""Files on their way up: noted with the act they belong to, until the server has their bytes."""

from collections.abc import Sequence

from field_app.storage.attachments import AttachmentFiles
from field_app.storage.trouble import Damaged
from field_app.storage.vault import Vault
from sync.domain.ids import MutationId
from sync.engine.ports import UploadState
from sync.protocol.messages import AttachmentOffer


class Uploads:
    """The notes, and the bytes that a laptop keeps no longer than anybody needs them."""

    def __init__(self, vault: Vault, files: AttachmentFiles) -> None:
        self._vault = vault
        self._files = files

    def waiting(self) -> Sequence[UploadState]:
        """Return files whose facts the server has and whose bytes it has not."""
        rows = self._vault.connection.execute(
            "SELECT u.id, u.size, u.sha256, u.mid FROM upload u JOIN outbox o ON o.mid = u.mid "
            "WHERE u.state = 'waiting' AND o.state IN ('acked', 'done') ORDER BY o.seq"
        )
        return [UploadState(AttachmentOffer(i, s, h), MutationId(m)) for i, s, h, m in rows]

    def read(self, attachment_id: str, offset: int, size: int) -> bytes:
        """Return up to `size` plain bytes of the file from `offset`, none when it was changed.

        Such a file is told of by the engine and not offered again: it must not hold up others.
        """
        try:
            return self._files.read(attachment_id, offset, size)
        except Damaged:
            self.note(attachment_id, "damaged")
            return b""

    def done(self, attachment_id: str) -> None:
        """Note that the server has the whole file."""
        with self._vault.transaction():
            self.note(attachment_id, "done")
            self.drop_if_left(attachment_id)

    def note(self, attachment_id: str, state: str) -> None:
        """Keep how a file stands."""
        with self._vault.transaction() as connection:
            connection.execute("UPDATE upload SET state = ? WHERE id = ?", (state, attachment_id))

    def drop_if_left(self, attachment_id: str) -> None:
        """Delete a file that the server has and that no record on this laptop names."""
        left = self._vault.connection.execute(
            "DELETE FROM upload WHERE id = ? AND state = 'done' AND NOT EXISTS "
            "(SELECT 1 FROM projected p WHERE p.kind = 'attachment' AND p.id = upload.id)",
            (attachment_id,),
        )
        if left.rowcount:
            self._files.remove(attachment_id)
