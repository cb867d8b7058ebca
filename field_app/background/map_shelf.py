"""The sync engine's shelf for the bank's map: notes on the store thread, the file on this one."""

from field_app.background.store_thread import StoreThread
from field_app.maps.map_files import MapFiles
from field_app.storage.map_notices import MapNotices
from sync.protocol.published_map import MapDistrust, MapStanding, PublishedMap


class MapShelfHop:
    """Satisfies `sync.engine.ports.MapShelf` from the network thread."""

    def __init__(self, store: StoreThread, notices: MapNotices, files: MapFiles) -> None:
        self._store = store
        self._notices = notices
        self._files = files

    def standing(self) -> MapStanding:
        """Return what this laptop believes of the map."""
        return self._store.hop(self._notices.standing)

    def keep(self, told: PublishedMap) -> None:
        """Keep a proven description."""
        self._store.hop(lambda: self._notices.keep(told))

    def note(self, trouble: MapDistrust | None) -> None:
        """Keep why the map is not here."""
        self._store.hop(lambda: self._notices.note(trouble))

    def wanted(self) -> PublishedMap | None:
        """Return the map that is to be fetched."""
        return self._store.hop(self._notices.wanted)

    def begun(self, told: PublishedMap) -> int:
        """Return how many bytes are here."""
        return self._files.begun(told)

    def append(self, told: PublishedMap, at: int, data: bytes) -> int:
        """Write a piece."""
        return self._files.append(told, at, data)

    def install(self, told: PublishedMap) -> None:
        """Check the whole file, give it its place, and note that it is here."""
        self._files.install(told)
        self._store.hop(lambda: self._notices.installed(told))
