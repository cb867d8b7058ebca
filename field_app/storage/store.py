"""Everything that stands on one open vault, built once and handed to the operations."""

from field_app.storage.attachments import AttachmentFiles
from field_app.storage.audit import AuditTrail
from field_app.storage.case_index import CaseIndex
from field_app.storage.case_lists import CaseLists
from field_app.storage.drafts import Drafts
from field_app.storage.incidents import Incidents
from field_app.storage.keys import derive
from field_app.storage.left_files import clear
from field_app.storage.map_notices import MapNotices
from field_app.storage.outbox import Outbox
from field_app.storage.projection import Projection
from field_app.storage.replica import VaultReplica
from field_app.storage.rulebook import Rulebook
from field_app.storage.server_time import ServerTime, Uptime
from field_app.storage.vault import COPIES, FILES, Vault
from field_app.storage.witness import Witness
from sync.domain.time import Clock
from sync.policy.engine import PolicyEngine


class Store:
    """The parts of the vault by what they are for; `brought` are the program's own rules."""

    def __init__(self, vault: Vault, clock: Clock, uptime: Uptime, brought: PolicyEngine) -> None:
        self.vault = vault
        self.projection = Projection(vault.connection)
        self.index = CaseIndex(vault.connection, self.projection)
        self.lists = CaseLists(vault.connection)
        self.outbox = Outbox(vault)
        self.drafts = Drafts(vault)
        self.audit = AuditTrail(vault)
        key = derive(vault.key, "attachments")
        self.files = AttachmentFiles(vault.folder / FILES, key, vault.random)
        self.copies = AttachmentFiles(vault.folder / COPIES, key, vault.random)
        clear(vault, self.files, self.copies)
        self.rulebook = Rulebook(vault, self.audit, clock, brought)
        self.map_notices = MapNotices(vault)
        self.witness = Witness(vault, self.audit, clock)
        self.incidents = Incidents(vault)
        self.server_time = ServerTime(vault, clock, uptime)
        self.replica = VaultReplica(
            vault,
            self.outbox,
            self.index,
            self.files,
            self.copies,
            self.rulebook,
            self.witness,
            self.incidents,
            self.server_time,
            clock,
            uptime,
        )
        if not self.index.is_current():
            with vault.transaction():
                self.index.rebuild()
        if self.index.lacks_orders():  # a first reading that was cut off had put them off
            with vault.transaction():
                self.index.set_orders()

    def close(self) -> None:
        """Close the vault."""
        self.vault.close()
