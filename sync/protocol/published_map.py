"""A map pack on its way: what the bank published, under which serial, signed as its rules are.

The policy key (`sync.protocol.policy_key`) signs the description behind a label of its own; the
file is believed by the two hashes in it. A withdrawal is one more description, so nobody can keep a
map in force by holding newer ones back for a while and showing an old one.
"""

from datetime import datetime
from enum import StrEnum

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import BranchId
from sync.protocol.envelope import SUITE
from sync.protocol.policy_key import Handover, disbelief_in, successor
from sync.protocol.signed_form import framed, holds, signature

MAP_LABEL = b"yuefang/map/v1"


class PublishedMap(msgspec.Struct, frozen=True):
    """One map for a branch; `serial` counts from 1, `sha256` and `size` (bytes) are the file's.

    `region` is west, south, east, north in degrees. `withdrawn`: it is in force no longer, and no
    other is. `sig` is base64.
    """

    suite: str
    branch_id: BranchId
    serial: int
    name: str
    format: int
    content_hash: str
    sha256: str
    size: int
    region: tuple[float, ...]
    data_date: str
    published_at: datetime
    withdrawn: bool = False
    sig: str = ""


class MapNews(msgspec.Struct, frozen=True):
    """The answer to a laptop's question; `map` is None when it knows the newest already."""

    map: PublishedMap | None = None
    handovers: tuple[Handover, ...] = ()


class MapStanding(msgspec.Struct, frozen=True):
    """What a laptop believes: the pinned key, and the newest description that it signed."""

    branch_id: BranchId
    key: str
    serial: int = 0
    content_hash: str = ""


class MapDistrust(StrEnum):
    """Why a newer map is not on a laptop; the words are in the catalogues."""

    NO_KEY = "map_news.no_key"
    BAD_SIGNATURE = "map_news.bad_signature"
    OLDER = "map_news.older"
    OTHER_FORMAT = "map_news.other_format"
    OTHER_REGION = "map_news.other_region"
    DAMAGED = "map_news.damaged"
    GONE = "map_news.gone"
    FULL_DISK = "map_news.full_disk"
    NOT_WRITABLE = "map_news.not_writable"


class MapRefused(Exception):
    """A map's file was not taken."""

    def __init__(self, why: MapDistrust) -> None:
        super().__init__(str(why))
        self.why = why


def sign_map(told: PublishedMap, key: Ed25519PrivateKey) -> PublishedMap:
    """Return the description with the policy key's signature."""
    return msgspec.structs.replace(told, sig=signature(_form(told), key))


def is_signed(told: PublishedMap, key: str) -> bool:
    """Say whether this key signed exactly these fields."""
    return told.suite == SUITE and holds(_form(told), told.sig, key)


def trust_map(news: MapNews, standing: MapStanding) -> PublishedMap | MapDistrust | None:
    """Return the proven description, or why it is not believed; None when there is nothing new."""
    told = news.map
    if told is None:
        return None
    signed = is_signed(told, successor(standing.key, news.handovers))
    why = disbelief_in(told, standing, is_signed=signed)
    return MapDistrust[why] if why else told


def _form(told: PublishedMap) -> bytes:
    return framed(
        MAP_LABEL,
        told.suite,
        told.branch_id,
        str(told.serial),
        told.name,
        str(told.format),
        told.content_hash,
        told.sha256,
        str(told.size),
        *(repr(float(side)) for side in told.region),
        told.data_date,
        told.published_at.isoformat(),
        str(int(told.withdrawn)),
    )
