"""The rules in force on this laptop: the newest proven bundle it can read, else its own pack.

Bundles were proven before they are kept (`sync.engine.policy`). One that this program cannot read
waits here for an update of the program, and the last readable one stays in force.
"""

from datetime import datetime

import msgspec

from field_app.storage.audit import AuditTrail
from field_app.storage.profile import keep_profile, profile_of
from field_app.storage.trouble import Damaged
from field_app.storage.vault import DATABASE, Vault
from sync.domain.time import Clock
from sync.policy.engine import PolicyEngine
from sync.policy.packs.pack import Pack, PackRefused
from sync.policy.published import rules_of
from sync.protocol.policy_bundle import (
    Distrust,
    PolicyBundle,
    PolicyStanding,
    Trusted,
    bundle_hash,
)

TROUBLE = "policy_trouble"


class InForce(msgspec.Struct, frozen=True):
    """Which rules decide here; serial 0 and no date for those the program brought."""

    pack: str
    version: str
    serial: int = 0
    since: datetime | None = None


class Rulebook:
    """Keeps bundles and holds the rules made ready; used on the store thread.

    `packs` may be read anywhere: the rules in force first, then every earlier one, so that a
    sentence can be found for what an earlier pack decided.
    """

    def __init__(
        self, vault: Vault, audit: AuditTrail, clock: Clock, brought: PolicyEngine
    ) -> None:
        self._vault = vault
        self._audit = audit
        self._clock = clock
        self._brought = brought
        self.engine = brought
        self.in_force = InForce(brought.pack.id, brought.pack.version)
        self.packs: tuple[Pack, ...] = (brought.pack,)
        self._mark = (0, "")
        self._unread = False
        self._put_in_force()

    @property
    def trouble(self) -> Distrust | None:
        """Return why the newest rules are not in force here, None when they are."""
        noted = self._vault.meta(TROUBLE)
        if noted:
            return Distrust(noted)
        return Distrust.UNREADABLE if self._unread else None

    def standing(self) -> PolicyStanding:
        """Return the key this laptop believes and its newest bundle, readable or not.

        Raises Damaged when the vault holds no profile.
        """
        profile = profile_of(self._vault)
        if profile is None:
            raise Damaged(DATABASE)
        return PolicyStanding(profile.branch_id, profile.policy_key, *self._mark)

    def keep(self, proven: Trusted) -> None:
        """Keep a proven bundle and the key that proved it, and put it in force at once."""
        bundle = proven.bundle
        with self._vault.transaction() as connection:
            connection.execute(
                "INSERT INTO policy (serial, bundle) VALUES (?, ?)",
                (bundle.serial, msgspec.json.encode(bundle)),
            )
            self._pin(proven.key)
            self.note(None)
            self._audit.add(
                self._clock.now(), "rules.kept", serial=bundle.serial, hash=bundle_hash(bundle)
            )
        self._put_in_force()

    def note(self, trouble: Distrust | None) -> None:
        """Keep why what the server offered was not believed; None when all is well."""
        told = str(trouble or "")
        if told != (self._vault.meta(TROUBLE) or ""):
            self._vault.set_meta(TROUBLE, told)

    def _pin(self, key: str) -> None:
        profile = profile_of(self._vault)
        if profile is not None and profile.policy_key != key:
            keep_profile(self._vault, msgspec.structs.replace(profile, policy_key=key))

    def _put_in_force(self) -> None:
        """Make the newest readable bundle the one that decides."""
        stored = self._bundles()
        if stored:
            self._mark = (stored[0].serial, bundle_hash(stored[0]))
        readable = [(one, rules) for one in stored if (rules := self._rules(one)) is not None]
        self._unread = bool(stored) and (not readable or readable[0][0] is not stored[0])
        if not readable:
            return
        newest, engine = readable[0]
        since = self._began(newest.serial)
        self.packs = (*(rules.pack for _, rules in readable), self._brought.pack)
        self.in_force = InForce(engine.pack.id, engine.pack.version, newest.serial, since)
        self.engine = engine

    def _rules(self, bundle: PolicyBundle) -> PolicyEngine | None:
        """Return a bundle's rules, None when this program does not know all they are made of."""
        try:
            return rules_of(bundle.texts, self._brought.curriculum)
        except PackRefused:
            return None

    def _bundles(self) -> list[PolicyBundle]:
        rows = self._vault.connection.execute("SELECT bundle FROM policy ORDER BY serial DESC")
        return [msgspec.json.decode(row[0], type=PolicyBundle) for row in rows.fetchall()]

    def _began(self, serial: int) -> datetime:
        """Return when a bundle came into force here: now, when it never was before."""
        now = self._clock.now().isoformat()
        with self._vault.transaction() as connection:
            connection.execute(
                "UPDATE policy SET in_force_at = ? WHERE serial = ? AND in_force_at = ''",
                (now, serial),
            )
            row = connection.execute(
                "SELECT in_force_at FROM policy WHERE serial = ?", (serial,)
            ).fetchone()
        return datetime.fromisoformat(row[0] if row else now)
