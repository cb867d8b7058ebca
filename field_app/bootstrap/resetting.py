"""A forgotten passphrase or a lost keyring: two custodians give this laptop its key back.

The private key of the request lives in this process alone: whoever closes the program asks anew.
"""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from field_app.bootstrap.enrolment import SECRET_BYTES, first_lease
from field_app.bootstrap.laptop import Laptop
from field_app.bootstrap.unlocking import open_or_rescue
from field_app.storage.audit import AuditTrail
from field_app.storage.cipher import VaultKey
from field_app.storage.held_key import HeldKey
from field_app.storage.keys import Owner, calibrate, make_slot, pass_of
from field_app.storage.profile import Profile, profile_of
from field_app.storage.slot_file import read_slot, write_slot
from field_app.storage.trouble import Damaged, NoEscrow
from field_app.storage.vault import DATABASE, Vault
from sync.domain.ids import DeviceId, OfficerId
from sync.engine.trouble import Trouble
from sync.protocol.escrow import Layer, NotSealedForThis, check_digits, public_text, unseal
from sync.protocol.lease import ResetAsk
from sync.protocol.messages import Codes


class KeyReset:
    """One request; `digits` are read out to the custodians, who see the same ones."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop
        self._slot = read_slot(laptop.slot)
        self._key = X25519PrivateKey.generate()
        if not self._slot.address:
            raise NoEscrow
        self.digits = check_digits(self._slot.device_id, public_text(self._key))

    def ask(self) -> bytes:
        """Ask the server; returns the sealed key, nothing before two persons agreed.

        Raises Trouble.
        """
        ask = ResetAsk(DeviceId(self._slot.device_id), public_text(self._key))
        return self._laptop.connect(self._slot.address, "", b"").reset(ask).sealed

    def open(self, sealed: bytes, passphrase: str) -> Vault:
        """Return the open vault under a new passphrase and a new secret in the keyring.

        Raises Trouble for a key that was not sealed for this request, and VaultTroubles.
        """
        device, officer = DeviceId(self._slot.device_id), OfficerId(self._slot.officer_id)
        try:
            plain = unseal(sealed, self._key, Layer.LAPTOP, device, officer)
            key = VaultKey(plain[:32], plain[32:])
        except (NotSealedForThis, ValueError) as error:
            raise Trouble(Codes.GARBAGE) from error
        vault = open_or_rescue(self._laptop, key)
        try:
            profile = profile_of(vault)
            if profile is None:
                raise Damaged(DATABASE)
            self._lock_anew(vault, profile, passphrase)
            first_lease(self._laptop, vault, profile)
        except BaseException:
            vault.close()
            raise
        return vault

    def _lock_anew(self, vault: Vault, profile: Profile, passphrase: str) -> None:
        laptop = self._laptop
        secret = laptop.random(SECRET_BYTES)
        kept = secret if laptop.secrets.save(profile.device_id, secret) else None
        owner = Owner(profile.officer.id, profile.device_id, profile.account, profile.address)
        slot = make_slot(
            vault.key,
            passphrase,
            owner,
            device_secret=kept,
            work=laptop.work or calibrate(),
            random=laptop.random,
        )
        write_slot(laptop.slot, slot)
        passed = pass_of(slot, passphrase, kept)
        vault.held = HeldKey(laptop.vault, vault.key, passed, laptop.secrets, laptop.random)
        laptop.tries.unlink(missing_ok=True)
        AuditTrail(vault).add(laptop.clock.now(), "reset", device=profile.device_id)
