"""Signed policy packs on their way: which rules are in force, under which serial, since when.

The bank's policy key (`sync.protocol.policy_key`) signs a bundle's fields.
"""

import hashlib
from datetime import datetime
from enum import StrEnum

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import BranchId
from sync.policy.published import RuleTexts
from sync.protocol.envelope import SUITE
from sync.protocol.policy_key import Handover, disbelief_in, successor
from sync.protocol.signed_form import framed, holds, signature

BUNDLE_LABEL = b"yuefang/policy/v1"


class PolicyBundle(msgspec.Struct, frozen=True):
    """One set of rules: `pack`, `overlay` and `figures` are TOML texts, the latter may be empty.

    `serial` counts a branch's bundles from 1; `sig` is base64.
    """

    suite: str
    branch_id: BranchId
    serial: int
    pack_id: str
    version: str
    published_at: datetime
    pack: str
    overlay: str = ""
    figures: str = ""
    sig: str = ""

    @property
    def texts(self) -> RuleTexts:
        """Return what decides."""
        return RuleTexts(self.pack, self.overlay, self.figures)


class PolicyNews(msgspec.Struct, frozen=True):
    """The answer to a laptop's question: the bundle in force, and every handover, oldest first.

    `bundle` is None when the laptop has it already.
    """

    bundle: PolicyBundle | None = None
    handovers: tuple[Handover, ...] = ()


class PolicyStanding(msgspec.Struct, frozen=True):
    """What a laptop believes: the pinned key, and the newest bundle that was signed by it."""

    branch_id: BranchId
    key: str
    serial: int = 0
    hash: str = ""


class Distrust(StrEnum):
    """Why newer rules are not in force on a laptop; the words are in the catalogues."""

    NO_KEY = "policy.no_key"
    BAD_SIGNATURE = "policy.bad_signature"
    OLDER = "policy.older"
    UNREADABLE = "policy.unreadable"


class Trusted(msgspec.Struct, frozen=True):
    """A bundle that was proven, and the key that proved it: the one to believe from now on."""

    bundle: PolicyBundle
    key: str


def sign_bundle(bundle: PolicyBundle, key: Ed25519PrivateKey) -> PolicyBundle:
    """Return the bundle with the policy key's signature."""
    return msgspec.structs.replace(bundle, sig=signature(_form(bundle), key))


def is_signed(bundle: PolicyBundle, key: str) -> bool:
    """Say whether this key signed exactly these fields."""
    return bundle.suite == SUITE and holds(_form(bundle), bundle.sig, key)


def bundle_hash(bundle: PolicyBundle) -> str:
    """Return 64 hex digits that stand for the bundle with its signature."""
    return hashlib.sha256(_form(bundle) + bundle.sig.encode()).hexdigest()


def trust(news: PolicyNews, standing: PolicyStanding) -> Trusted | Distrust | None:
    """Return the proven bundle, or why it is not believed; None when there is nothing new."""
    bundle = news.bundle
    if bundle is None:
        return None
    key = successor(standing.key, news.handovers)
    why = disbelief_in(bundle, standing, is_signed=is_signed(bundle, key))
    return Distrust[why] if why else Trusted(bundle, key)


def _form(bundle: PolicyBundle) -> bytes:
    return framed(
        BUNDLE_LABEL,
        bundle.suite,
        bundle.branch_id,
        str(bundle.serial),
        bundle.pack_id,
        bundle.version,
        bundle.published_at.isoformat(),
        bundle.pack,
        bundle.overlay,
        bundle.figures,
    )
