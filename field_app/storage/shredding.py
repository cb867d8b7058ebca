"""Makes a vault unreadable for ever: its slot and its secrets first, then the files.

Without the slot the key is gone, whatever is left on the disk. On flash memory overwriting proves
nothing, so nothing rests on it.
"""

import os
import shutil
from pathlib import Path

from field_app.storage.durable_files import sync_folder
from field_app.storage.held_key import LEASE, SLOT, lease_name
from field_app.storage.slot_file import SecretStore, read_slot
from field_app.storage.trouble import Damaged


def shred(folder: Path, secrets: SecretStore) -> None:
    """Destroy what opens the vault, then delete it; begun again after a cut it does the rest."""
    try:
        slot = read_slot(folder / SLOT)
    except (FileNotFoundError, Damaged):
        slot = None
    if slot is not None:
        secrets.forget(slot.device_id)
        if slot.lease_epoch:
            secrets.forget(lease_name(slot.device_id, slot.lease_epoch))
        _overwrite(folder / SLOT)
    for other in (folder, *(folder.with_name(folder.name + end) for end in (".rekey", ".former"))):
        (other / SLOT).unlink(missing_ok=True)
        (other / LEASE).unlink(missing_ok=True)
        if other.exists():
            sync_folder(other)
        shutil.rmtree(other, ignore_errors=True)
    sync_folder(folder.parent)


def _overwrite(path: Path) -> None:
    """Write over the slot in place: on a disk that turns, that is the end of it."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
