"""Enrolling on a laptop that has vaults: the same officer goes on, another gets their own.

The vault of the same officer becomes a new laptop to the server: unsent work is signed anew with
the new key and sent under its old ids, so that what had arrived already is not there twice.
"""

from collections.abc import Callable

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.bootstrap.enrolment import enrol, first_lease
from field_app.bootstrap.laptop import Laptop, mono_ms
from field_app.bootstrap.unlocking import unlock
from field_app.bootstrap.way_in import slot_of
from field_app.storage.audit import AuditTrail
from field_app.storage.outbox import Outbox, Signer
from field_app.storage.profile import (
    JOURNAL_NUMBER,
    NAME,
    Profile,
    enrolled_profile,
    keep_profile,
    own_profile,
    profile_of,
)
from field_app.storage.trouble import PassphraseOfTheOther, VaultTrouble, WrongPassphrase
from field_app.storage.vault import Vault
from field_app.viewmodels.enrol import EnrolForm
from sync.domain.ids import DeviceId
from sync.engine.address import check_address
from sync.engine.enrolment import introduction
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes, Enrolled


def enrol_here(laptop: Laptop, form: EnrolForm, tell: Callable[[str], None]) -> Vault:
    """Return the open vault of whoever enrols: a new one, or the one this officer has here.

    Raises what `enrol` raises, and PassphraseOfTheOther when the passphrase is not that of the
    vault the officer has; then nothing was sent and nothing has changed.
    """
    account = form.account.strip()
    for known in laptop.every_officers():
        vault = _opened(known, account, form.passphrase)
        if vault is not None:
            return _anew(known, vault, form, tell)
    return enrol(laptop.for_another(), form, tell)


def _opened(known: Laptop, account: str, passphrase: str) -> Vault | None:
    """Return the officer's own vault, open; None for somebody else's."""
    slot = slot_of(known)
    if slot is None:
        return None
    login = slot.login
    if login not in ("", account):
        return None
    try:
        vault = unlock(known, passphrase)
    except WrongPassphrase as error:
        if not login:
            return None  # a slot of an earlier program, of whom it does not say
        raise PassphraseOfTheOther from error
    profile = profile_of(vault)
    if profile is not None and profile.account == account:
        return vault
    vault.close()
    return None


def _anew(laptop: Laptop, vault: Vault, form: EnrolForm, tell: Callable[[str], None]) -> Vault:
    try:
        address = check_address(form.address)
        former = own_profile(vault)
        tell("server")
        device, pen = DeviceId(laptop.ids().fresh()), Ed25519PrivateKey.generate()
        asked = introduction(former.account, form.code.strip(), device, laptop.name, pen)
        answer = laptop.connect(address, "", b"").enrol(asked)
        tell("keep")
        if (answer.server_id, answer.officer.id) != (former.server_id, former.officer.id):
            raise Trouble(Codes.OTHER_SERVER)
        profile = _profile(former, address, device, pen, answer)
        _keep(laptop, vault, profile, pen)
        first_lease(laptop, vault, profile)
    except BaseException:
        vault.close()
        raise
    return vault


def _profile(
    former: Profile, address: str, device: DeviceId, pen: Ed25519PrivateKey, answer: Enrolled
) -> Profile:
    """Return the profile of the new laptop, with everything the code's answer pins anew.

    An approver may have followed another: a laptop that stayed with the former one would believe
    no restored server. Where the answer names none, the known one stays.
    """
    made = enrolled_profile(answer, address, former.account, device, pen.private_bytes_raw())
    approver = answer.approver_key or former.approver_key
    return msgspec.structs.replace(made, approver_key=approver)


def _keep(laptop: Laptop, vault: Vault, profile: Profile, pen: Ed25519PrivateKey) -> None:
    """Become the new laptop: profile, waiting work and journal together or not at all."""
    signer = Signer(
        branch_id=profile.branch_id,
        officer_id=profile.officer.id,
        device_id=profile.device_id,
        key=pen,
        boot_id=laptop.ids().fresh(),
        mono_ms=mono_ms,
    )
    before = dict(vault.journal.read().entries)
    try:
        with vault.transaction() as connection:
            carried = Outbox(vault).carry_over(signer)
            keep_profile(vault, profile)
            AuditTrail(vault).add(
                laptop.clock.now(), "enrol_anew", device=profile.device_id, work=carried
            )
            own = connection.execute("SELECT seq, envelope FROM outbox WHERE seq > 0").fetchall()
            # The journal first: cut off here, a rescue makes the new laptop out of it.
            vault.journal.write({JOURNAL_NUMBER: vault.meta(NAME)} | dict(own))
    except VaultTrouble:
        vault.journal.write(before)
        raise
