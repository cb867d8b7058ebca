"""Opens the vault with the passphrase and lays out the desk on it; all on the store thread."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.bootstrap.laptop import Laptop, mono_ms
from field_app.operations.desk import Desk
from field_app.storage.audit import AuditTrail
from field_app.storage.cipher import VaultKey
from field_app.storage.keys import open_slot
from field_app.storage.outbox import Signer
from field_app.storage.profile import profile_of
from field_app.storage.rescue import rescue
from field_app.storage.second_copy import reconcile
from field_app.storage.slot_file import read_slot
from field_app.storage.store import Store
from field_app.storage.trouble import Damaged, Rescued, RescuedInPart
from field_app.storage.vault import DATABASE, Vault
from sync.domain.outcome import Actor
from sync.domain.records import Officer
from sync.policy.engine import PolicyEngine
from sync.policy.lessons import load_curriculum
from sync.policy.relief.reference import load_reference
from sync.policy.vetting.overlay import load_policy

PACK = "cn"


def unlock(laptop: Laptop, passphrase: str) -> Vault:
    """Return the open vault; raises WrongPassphrase and the other VaultTroubles.

    A vault that is not whole is built anew; then Rescued or RescuedInPart tells it, and the next
    unlocking opens the new one.
    """
    slot = read_slot(laptop.slot)
    secret = laptop.secrets.load(slot.device_id) if slot.with_keyring else None
    key = open_slot(slot, passphrase, secret)
    return open_or_rescue(laptop, key)


def open_or_rescue(laptop: Laptop, key: VaultKey) -> Vault:
    """Return the open vault; raises Rescued and RescuedInPart, and other VaultTroubles."""
    try:
        return _open_whole(laptop, key)
    except Damaged as damage:
        saved = rescue(laptop.vault, key, laptop.random, laptop.clock.now())
        raise (Rescued if saved.is_whole else RescuedInPart) from damage


def _open_whole(laptop: Laptop, key: VaultKey) -> Vault:
    """Return the open vault, checked page by page, with the unlocking in its trail."""
    vault = Vault.open(laptop.vault, key, laptop.random)
    try:
        vault.verify()
        profile = profile_of(vault)
        if profile is None:
            raise Damaged(DATABASE)
        trail, now = AuditTrail(vault), laptop.clock.now()
        given_back = reconcile(vault)
        if given_back:
            trail.add(now, "give_back", work=given_back)
        trail.add(now, "unlock", device=profile.device_id)
    except BaseException:
        vault.close()
        raise
    return vault


def policy_brought(laptop: Laptop) -> PolicyEngine:
    """Return the rules this program brings, in force until the first sync; raises PackRefused."""
    pack_file = laptop.resources / "policies" / f"{PACK}.toml"
    curriculum = load_curriculum(laptop.resources / "learning")
    return PolicyEngine(load_policy(pack_file), load_reference(pack_file), curriculum)


def lay_desk(laptop: Laptop, vault: Vault, brought: PolicyEngine) -> Desk:
    """Return the desk of the vault's officer; raises Damaged when the vault names none."""
    profile = profile_of(vault)
    if profile is None:
        raise Damaged(DATABASE)
    store = Store(vault, laptop.clock, brought)
    ids = laptop.ids()
    # A role or team that changed since the enrolment comes down with the roster.
    stands = store.projection.get(Officer, profile.officer.id)
    me = stands.record if stands else profile.officer
    signer = Signer(
        branch_id=profile.branch_id,
        officer_id=me.id,
        device_id=profile.device_id,
        key=Ed25519PrivateKey.from_private_bytes(profile.device_key),
        boot_id=ids.fresh(),
        mono_ms=mono_ms,
    )
    actor = Actor(me.id, me.role, me.team_id)
    return Desk(store, laptop.clock, ids, signer, actor)
