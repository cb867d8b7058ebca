"""Enrolling: vault first, then the server's yes, then the slot. A cut in between leaves no vault.

The one-time code is sent last of all: a full disk or a weak passphrase cannot use it up.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.bootstrap.key_round import KeyRound
from field_app.bootstrap.laptop import Laptop
from field_app.storage.audit import AuditTrail
from field_app.storage.held_key import KEY_MADE_AT, HeldKey
from field_app.storage.keys import Owner, calibrate, make_slot, new_vault_key, pass_of
from field_app.storage.profile import Profile, enrolled_profile, keep_profile
from field_app.storage.slot_file import write_slot
from field_app.storage.vault import Vault
from field_app.viewmodels.enrol import EnrolForm
from sync.domain.ids import DeviceId
from sync.engine.address import check_address
from sync.engine.enrolment import introduction
from sync.engine.trouble import Trouble

SECRET_BYTES = 32


def enrol(laptop: Laptop, form: EnrolForm, tell: Callable[[str], None]) -> Vault:
    """Return the new, open vault. `tell` hears the step: key, server, keep.

    Raises InsecureAddress, Trouble, VaultTrouble; then nothing is left on the disk.
    """
    address = check_address(form.address)
    tell("key")
    work = laptop.work or calibrate()
    device = DeviceId(laptop.ids().fresh())
    pen = Ed25519PrivateKey.generate()
    key = new_vault_key(laptop.random)
    shutil.rmtree(laptop.vault, ignore_errors=True)
    laptop.vault.mkdir(parents=True, mode=0o700)
    vault = Vault.create(laptop.vault, key, laptop.random)
    try:
        tell("server")
        account, code = form.account.strip(), form.code.strip()
        asked = introduction(account, code, device, laptop.name, pen)
        answer = laptop.connect(address, "", b"").enrol(asked)
        tell("keep")
        profile = enrolled_profile(answer, address, account, device, pen.private_bytes_raw())
        keep_profile(vault, profile)
        AuditTrail(vault).add(laptop.clock.now(), "enrol", device=device)
        vault.set_meta(KEY_MADE_AT, laptop.clock.now().isoformat())
        secret = laptop.random(SECRET_BYTES)
        kept = laptop.secrets.save(device, secret)
        slot = make_slot(
            key,
            form.passphrase,
            Owner(answer.officer.id, device, account, address),
            device_secret=secret if kept else None,
            work=work,
            random=laptop.random,
        )
        write_slot(laptop.slot, slot)
        passed = pass_of(slot, form.passphrase, secret if kept else None)
        vault.held = HeldKey(laptop.vault, key, passed, laptop.secrets, laptop.random)
        first_lease(laptop, vault, profile)
    except BaseException:
        vault.close()
        shutil.rmtree(laptop.vault, ignore_errors=True)
        raise
    return vault


class _Here:
    """The store thread itself, which enrolling runs on: no hop is needed."""

    def hop[T](self, act: Callable[[], T]) -> T:
        return act()


def first_lease(laptop: Laptop, vault: Vault, profile: Profile) -> None:
    """Take the first lease at once; without a line it comes with the first sync."""
    transport = laptop.connect(profile.address, profile.token, profile.device_key)
    with suppress(Trouble):
        KeyRound(laptop, vault, _Here(), _nothing).after(transport)


def _nothing() -> None:
    """Nobody waits for a wipe of what was enrolled this minute."""
