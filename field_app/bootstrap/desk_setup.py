"""Opens the vault with the passphrase and lays out the desk on it; all on the store thread."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.bootstrap.laptop import Laptop, mono_ms
from field_app.operations.desk import Desk
from field_app.storage.keys import open_slot
from field_app.storage.outbox import Signer
from field_app.storage.profile import profile_of
from field_app.storage.slot_file import read_slot
from field_app.storage.store import Store
from field_app.storage.trouble import Damaged
from field_app.storage.vault import DATABASE, Vault
from sync.domain.outcome import Actor
from sync.domain.records import Officer
from sync.policy.engine import PolicyEngine
from sync.policy.pack import load_pack
from sync.policy.reference import load_reference

PACK = "cn"


def unlock(laptop: Laptop, passphrase: str) -> Vault:
    """Return the open vault; raises WrongPassphrase and the other VaultTroubles."""
    slot = read_slot(laptop.slot)
    secret = laptop.secrets.load(slot.device_id) if slot.with_keyring else None
    return Vault.open(laptop.vault, open_slot(slot, passphrase, secret), laptop.random)


def policy_in_force(laptop: Laptop) -> PolicyEngine:
    """Return the engine with the pack and figures this program brings; raises PackRefused."""
    pack_file = laptop.resources / "policies" / f"{PACK}.toml"
    return PolicyEngine(load_pack(pack_file), load_reference(pack_file))


def lay_desk(laptop: Laptop, vault: Vault, policy: PolicyEngine) -> Desk:
    """Return the desk of the vault's officer; raises Damaged when the vault names none."""
    profile = profile_of(vault)
    if profile is None:
        raise Damaged(DATABASE)
    store = Store(vault, laptop.clock)
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
    store.audit.add(laptop.clock.now(), "unlock", device=profile.device_id)
    actor = Actor(me.id, me.role, me.team_id)
    return Desk(store, policy, laptop.clock, ids, signer, actor, policy.pack.zone)
