"""Publishing rules: checked, signed, numbered and kept, each with its entry in the audit log."""

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import BranchId
from sync.policy.packs.pack import Pack, PackRefused, Rule
from sync.policy.published import RuleTexts, rules_of
from sync.protocol.envelope import SUITE
from sync.protocol.policy_bundle import (
    PolicyBundle,
    bundle_hash,
    sign_bundle,
)
from sync.protocol.policy_key import Handover, Numbered, sign_handover
from sync.protocol.signed_form import fingerprint, key_text
from sync.server import map_notices
from sync.server.administration import AdminRefused, check_branch
from sync.server.commit import Commit
from sync.server.policy_key import KeyUnusable, first_key, next_key, signing_key, take_over
from sync.server.repositories import accounts, policies
from sync.server.repositories.session import Session
from sync.server.service import Service


class RuleChanges(msgspec.Struct, frozen=True):
    """How rules differ from those before, by their ids, sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class Published(msgspec.Struct, frozen=True):
    """What is in force now, and how it differs from what was before."""

    bundle: PolicyBundle
    changes: RuleChanges


class Wanted(msgspec.Struct, frozen=True):
    """Rules that are to be published, as TOML texts.

    Without figures those in force stay. Without an overlay there must be none in force, for a
    bank's tightening is not lost unseen; "" takes it back. `serial` None is the next one.
    """

    pack: str
    overlay: str | None = None
    figures: str | None = None
    serial: int | None = None


async def begin(service: Service, branch: BranchId, texts: RuleTexts) -> None:
    """Give the server its policy key and the branch its first rules; a second time changes nothing.

    Raises PackRefused for an unclear pack, AdminRefused when the key is not in this folder.
    """
    if (await service.database.read(lambda s: policies.mark(s, branch))).serial:
        return
    rules_of(texts)
    key = _private_key(service, await _public_key(service))

    async def work(session: Session) -> None:
        if await accounts.meta(session, policies.KEY) is None:
            await accounts.set_meta(session, policies.KEY, key_text(key.public_key()))
        await _put(service, session, branch, key, 1, texts)

    await service.database.write(work)


async def publish(service: Service, branch: BranchId, wanted: Wanted) -> Published:
    """Put rules in force in a branch.

    Raises PackRefused for an unclear text, AdminRefused when the version was used for other rules,
    an overlay would be lost, the serial was passed already, or the key is not in this folder.
    """
    key = _private_key(service, await _public_key(service))

    async def work(session: Session) -> Published:
        await check_branch(session, branch)
        before = await policies.in_force(session, branch)
        serial, texts = next_serial(before, wanted.serial), _texts(before, wanted)
        bundle = await _put(service, session, branch, key, serial, texts)
        return Published(bundle, _changes(before, bundle))

    return await service.database.write(work)


async def hand_over(service: Service) -> str:
    """Let a new key follow the present one and sign every branch's rules and map anew.

    Returns the new key's fingerprint; raises AdminRefused when the present key is not here.
    """
    old = _private_key(service, await _public_key(service))
    new = next_key(service.data)
    known = (key_text(old.public_key()), key_text(new.public_key()))
    unsigned = Handover(SUITE, *known, service.clock.now())

    async def work(session: Session) -> None:
        await policies.add_handover(session, sign_handover(unsigned, old))
        await accounts.set_meta(session, policies.KEY, known[1])
        for branch, _name in await accounts.branches(session):
            stands = await policies.in_force(session, branch)
            if stands is not None:
                await _put(service, session, branch, new, stands.serial + 1, stands.texts)
            await map_notices.sign_anew(session, branch, new, unsigned.at)

    await service.database.write(work)
    take_over(service.data)
    return fingerprint(known[1])


async def signer(service: Service) -> Ed25519PrivateKey:
    """Return the key laptops believe; raises AdminRefused when it is not in this folder."""
    public = await _public_key(service)
    if public is None:
        raise AdminRefused("the server has no policy key: run field-server init")
    return _private_key(service, public)


async def standing(service: Service, branch: BranchId) -> tuple[PolicyBundle | None, str]:
    """Return the bundle in force in a branch and the public key laptops believe."""

    async def look(session: Session) -> tuple[PolicyBundle | None, str]:
        key = await accounts.meta(session, policies.KEY)
        return await policies.in_force(session, branch), key or ""

    return await service.database.read(look)


def next_serial(before: Numbered | None, wanted: int | None) -> int:
    """Return the serial that follows, or a wanted one; raises AdminRefused for one passed."""
    last = before.serial if before else 0
    if wanted is not None and wanted <= last:
        raise AdminRefused(f"serial {wanted} is not after {last}, which is in force")
    return wanted or last + 1


def _texts(before: PolicyBundle | None, wanted: Wanted) -> RuleTexts:
    stands = before.texts if before else RuleTexts("")
    if wanted.overlay is None and stands.overlay:
        raise AdminRefused("the bank's overlay is in force: give --overlay or --without-overlay")
    figures = stands.figures if wanted.figures is None else wanted.figures
    return RuleTexts(wanted.pack, wanted.overlay or "", figures)


async def _put(
    service: Service,
    session: Session,
    branch: BranchId,
    key: Ed25519PrivateKey,
    serial: int,
    texts: RuleTexts,
) -> PolicyBundle:
    pack = rules_of(texts).pack
    await _refuse_used_version(session, branch, pack, texts)
    now = service.clock.now()
    unsigned = PolicyBundle(
        suite=SUITE,
        branch_id=branch,
        serial=serial,
        pack_id=pack.id,
        version=pack.version,
        published_at=now,
        pack=texts.pack,
        overlay=texts.overlay,
        figures=texts.figures,
    )
    bundle = sign_bundle(unsigned, key)
    await policies.add(session, bundle)
    commit = Commit(session, branch)
    commit.leaf(
        now.isoformat(),
        what="rules.published",
        serial=bundle.serial,
        pack=bundle.pack_id,
        version=bundle.version,
        hash=bundle_hash(bundle),
        key=fingerprint(key_text(key.public_key())),
    )
    await commit.finish()
    return bundle


async def _refuse_used_version(
    session: Session, branch: BranchId, pack: Pack, texts: RuleTexts
) -> None:
    """Refuse other rules under a version that decisions on record already name."""
    known = await policies.of_version(session, branch, pack.id, pack.version)
    if known is not None and (known.pack, known.overlay) != (texts.pack, texts.overlay):
        raise AdminRefused(
            f"{pack.id} {pack.version} was published with other rules (serial {known.serial}): "
            "give the changed rules a new version"
        )


def _changes(before: PolicyBundle | None, after: PolicyBundle) -> RuleChanges:
    former, now = _by_id(before), _by_id(after)
    return RuleChanges(
        added=tuple(sorted(now.keys() - former.keys())),
        changed=tuple(sorted(r for r in now.keys() & former.keys() if now[r] != former[r])),
        removed=tuple(sorted(former.keys() - now.keys())),
    )


def _by_id(bundle: PolicyBundle | None) -> dict[str, tuple[Rule, ...]]:
    """Return the rules by id; those of a pack that only an older program could read are none."""
    if bundle is None:
        return {}
    try:
        pack = rules_of(bundle.texts).pack
    except PackRefused:
        return {}
    return {rule.id: pack.versions(rule.id) for rule in pack.rules}


async def _public_key(service: Service) -> str | None:
    return await service.database.read(lambda s: accounts.meta(s, policies.KEY))


def _private_key(service: Service, public: str | None) -> Ed25519PrivateKey:
    """Return the key that signs: the one laptops believe, or the first one ever."""
    try:
        return signing_key(service.data, public) if public else first_key(service.data)
    except KeyUnusable as error:
        raise AdminRefused(str(error)) from error
