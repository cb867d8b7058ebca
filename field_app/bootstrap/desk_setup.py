"""Lays out the desk on an open vault; all on the store thread. How it is opened: `unlocking`."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.bootstrap.laptop import Laptop
from field_app.bootstrap.unlocking import open_or_rescue as open_or_rescue
from field_app.bootstrap.unlocking import unlock as unlock
from field_app.operations.desk import Desk
from field_app.storage.outbox import Signer
from field_app.storage.profile import profile_of
from field_app.storage.server_time import Uptime
from field_app.storage.store import Store
from field_app.storage.trouble import Damaged
from field_app.storage.vault import DATABASE, Vault
from sync.domain.outcome import Actor
from sync.domain.records import Officer
from sync.policy.engine import PolicyEngine
from sync.policy.lessons import load_curriculum
from sync.policy.relief.reference import load_reference
from sync.policy.vetting.overlay import load_policy

PACK = "cn"


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
    ids = laptop.ids()
    uptime = Uptime(ids.fresh(), laptop.mono_ms)
    store = Store(vault, laptop.clock, uptime, brought)
    # A role or team that changed since the enrolment comes down with the roster.
    stands = store.projection.get(Officer, profile.officer.id)
    me = stands.record if stands else profile.officer
    signer = Signer(
        branch_id=profile.branch_id,
        officer_id=me.id,
        device_id=profile.device_id,
        key=Ed25519PrivateKey.from_private_bytes(profile.device_key),
        boot_id=uptime.boot_id,
        mono_ms=uptime.mono_ms,
    )
    actor = Actor(me.id, me.role, me.team_id)
    return Desk(store, laptop.clock, ids, signer, actor)
