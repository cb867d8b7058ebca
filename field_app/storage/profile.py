"""Who this laptop is to the server: kept in the vault when it is enrolled."""

import msgspec

from field_app.storage.vault import Vault
from sync.domain.ids import BranchId, DeviceId
from sync.domain.records import Officer
from sync.protocol.messages import Enrolled

NAME = "profile"
JOURNAL_NUMBER = 0  # envelopes begin with one


class Profile(msgspec.Struct, frozen=True):
    """The enrolment as it was answered. `token` and `device_key` (32 raw bytes) are secrets.

    `policy_key` is the public key whose rules this laptop believes, `audit_key` the one that signs
    checkpoints of the server's log, `approver_key` that of the person who must approve when the
    server is put back from a backup (empty: there was none); all base64.
    """

    address: str
    account: str
    branch_id: BranchId
    branch_name: str
    server_id: str
    device_id: DeviceId
    officer: Officer
    token: str
    device_key: bytes
    policy_key: str = ""
    audit_key: str = ""
    approver_key: str = ""


def enrolled_profile(
    answer: Enrolled, address: str, account: str, device: DeviceId, device_key: bytes
) -> Profile:
    """Return the profile of an enrolment that the server answered."""
    return Profile(
        address=address,
        account=account,
        branch_id=answer.branch_id,
        branch_name=answer.branch_name,
        server_id=answer.server_id,
        device_id=device,
        officer=answer.officer,
        token=answer.token,
        device_key=device_key,
        policy_key=answer.policy_key,
        audit_key=answer.audit_key,
        approver_key=answer.approver_key,
    )


def keep_profile(vault: Vault, profile: Profile) -> None:
    """Write the profile, and the ids that others read alone; the journal has it for a rescue."""
    data = msgspec.msgpack.encode(profile)
    with vault.transaction():
        vault.write_down(JOURNAL_NUMBER, data)
        restore_profile(vault, data)


def restore_profile(vault: Vault, data: bytes) -> None:
    """Write the profile as the journal has it."""
    profile = msgspec.msgpack.decode(data, type=Profile)
    with vault.transaction():
        vault.set_meta(NAME, data)
        vault.set_meta("device_id", profile.device_id)
        vault.set_meta("server_id", profile.server_id)


def own_profile(vault: Vault) -> Profile:
    """Return the profile of a laptop that is enrolled; raises LookupError for another."""
    profile = profile_of(vault)
    if profile is None:
        raise LookupError("an open vault without a profile")
    return profile


def profile_of(vault: Vault) -> Profile | None:
    """Return the profile, or None when enrolling never ended."""
    found = vault.meta(NAME)
    return msgspec.msgpack.decode(found, type=Profile) if found else None
