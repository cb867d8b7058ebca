"""Who this laptop is to the server: kept in the vault when it is enrolled."""

import msgspec

from field_app.storage.vault import Vault
from sync.domain.ids import BranchId, DeviceId
from sync.domain.records import Officer

NAME = "profile"


class Profile(msgspec.Struct, frozen=True):
    """The enrolment as it was answered. `token` and `device_key` (32 raw bytes) are secrets."""

    address: str
    account: str
    branch_id: BranchId
    branch_name: str
    server_id: str
    device_id: DeviceId
    officer: Officer
    token: str
    device_key: bytes


def keep_profile(vault: Vault, profile: Profile) -> None:
    """Write the profile, and the ids that others read alone."""
    with vault.transaction():
        vault.set_meta(NAME, msgspec.msgpack.encode(profile))
        vault.set_meta("device_id", profile.device_id)
        vault.set_meta("server_id", profile.server_id)


def profile_of(vault: Vault) -> Profile | None:
    """Return the profile, or None when enrolling never ended."""
    found = vault.meta(NAME)
    return msgspec.msgpack.decode(found, type=Profile) if found else None
