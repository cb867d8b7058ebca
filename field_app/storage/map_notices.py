"""What this laptop knows of the bank's map: the newest proven description, and which one is here.

The file is no secret and lies outside the vault (`field_app.maps.map_files`); what it must be is
kept in here, where nobody can change it.
"""

import msgspec

from field_app.storage.profile import profile_of
from field_app.storage.trouble import Damaged
from field_app.storage.vault import DATABASE, Vault
from sync.protocol.map_pack import FORMAT
from sync.protocol.published_map import MapDistrust, MapStanding, PublishedMap

OFFERED, HERE, WANTED, TROUBLE = "map_offered", "map_here", "map_wanted", "map_trouble"
STOPPED = "map_stopped"
ASKED, BY_ITSELF = "yes", "idle"


class MapState(msgspec.Struct, frozen=True):
    """How the map stands; `wanted`: the offered one is to be fetched. `trouble` is a code.

    `by_itself`: nobody asked for it, it comes while nothing else is to be done.
    """

    offered: PublishedMap | None = None
    here: PublishedMap | None = None
    wanted: bool = False
    trouble: str = ""
    by_itself: bool = False

    @property
    def newer(self) -> PublishedMap | None:
        """Return the map that may be fetched."""
        told = self.offered
        if told is None or told.withdrawn or told.format != FORMAT:
            return None
        return None if self.here and self.here.sha256 == told.sha256 else told

    @property
    def withdrawn(self) -> bool:
        """Say whether the map that is here was taken back."""
        return bool(self.here and self.offered and self.offered.withdrawn)


class MapNotices:
    """Keeps them; used on the store thread."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def state(self) -> MapState:
        """Return how the map stands."""
        wanted, trouble = self._vault.meta(WANTED), self._vault.meta(TROUBLE)
        by_itself = wanted == BY_ITSELF
        offered, here = self._told(OFFERED), self._told(HERE)
        return MapState(offered, here, bool(wanted), trouble or "", by_itself)

    def standing(self) -> MapStanding:
        """Return the believed key and the newest description; raises Damaged without a profile."""
        profile = profile_of(self._vault)
        if profile is None:
            raise Damaged(DATABASE)
        told = self._told(OFFERED)
        known = (told.serial, told.content_hash) if told else (0, "")
        return MapStanding(profile.branch_id, profile.policy_key, *known)

    def keep(self, told: PublishedMap) -> None:
        """Keep a proven description; a wish for an earlier map is a wish for this one."""
        self._vault.set_meta(OFFERED, msgspec.json.encode(told))

    def note(self, trouble: MapDistrust | None) -> None:
        """Keep why the map is not here, which ends the wish for it; None when all is well."""
        with self._vault.transaction():
            if trouble is not None:
                self._vault.set_meta(WANTED, "")
            self._vault.set_meta(TROUBLE, str(trouble or ""))

    def want(self, wanted: bool) -> None:
        """Wish for the offered map, or no longer: then it does not come by itself either."""
        newer = self.state().newer
        with self._vault.transaction():
            self._vault.set_meta(WANTED, ASKED if wanted else "")
            self._vault.set_meta(TROUBLE, "")
            self._vault.set_meta(STOPPED, "" if wanted or newer is None else newer.sha256)

    def let_come(self, *, may: bool) -> bool:
        """Let a newer map come by itself when it may; say whether one does now.

        One that was stopped or that is wrong comes no more; what is asked for stays asked for.
        """
        state = self.state()
        newer = state.newer
        if newer is None or (state.wanted and not state.by_itself):
            return False
        comes = may and not state.trouble and self._vault.meta(STOPPED) != newer.sha256
        if comes != state.by_itself:
            with self._vault.transaction():
                self._vault.set_meta(WANTED, BY_ITSELF if comes else "")
        return comes

    def wanted(self) -> PublishedMap | None:
        """Return the map that is to be fetched."""
        state = self.state()
        return state.newer if state.wanted else None

    def installed(self, told: PublishedMap) -> None:
        """Note that a map is here, whole."""
        with self._vault.transaction():
            self._vault.set_meta(HERE, msgspec.json.encode(told))
            self._vault.set_meta(WANTED, "")
            self._vault.set_meta(TROUBLE, "")

    def _told(self, name: str) -> PublishedMap | None:
        kept = self._vault.meta(name)
        return msgspec.json.decode(kept, type=PublishedMap) if kept else None
