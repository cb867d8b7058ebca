"""`field-server policy`: rules are checked, tried and published."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from sync.cli.acts import Administer, Arguments
from sync.domain.ids import BranchId
from sync.policy.engine import PolicyEngine
from sync.policy.packs.pack import load_pack, text_of
from sync.policy.situations import OUT, try_table
from sync.policy.vetting.checking import check_files
from sync.policy.vetting.overlay import load_policy, tighten
from sync.protocol.policy_bundle import PolicyBundle
from sync.protocol.signed_form import fingerprint
from sync.server import publishing
from sync.server.administration import Administration, AdminRefused


def policy_command(parsed: Arguments, administer: Administer) -> int:
    """Run one of the commands and return its exit code; `administer` opens the database."""
    return ACTS[parsed.action](parsed, administer)


def _check(parsed: Arguments, _administer: Administer) -> int:
    overlay = Path(parsed.overlay) if parsed.overlay else None
    usable, said = check_files(Path(parsed.file), overlay, parsed.language)
    print("\n".join(said), file=sys.stdout if usable else sys.stderr)
    return 0 if usable else 1


def _try_table(parsed: Arguments, _administer: Administer) -> int:
    pack_file = Path(parsed.policies) / f"{parsed.pack}.toml"
    overlay = _given(parsed.overlay)
    pack = load_policy(pack_file) if overlay is None else tighten(load_pack(pack_file), overlay)
    engine = PolicyEngine(pack)
    try:
        with Path(parsed.file).open(encoding="utf-8-sig", newline="") as lines:
            print(",".join(OUT))
            for row in try_table(engine, lines):
                print(",".join(_quoted(getattr(row, name)) for name in OUT))
    except (UnicodeDecodeError, csv.Error) as error:
        raise AdminRefused(f"{parsed.file}: no table in UTF-8: {error}") from error
    return 0


def _publish(parsed: Arguments, administer: Administer) -> int:
    overlay = "" if parsed.without_overlay else _given(parsed.overlay)
    texts = (text_of(Path(parsed.file)), overlay, _given(parsed.figures))
    wanted = publishing.Wanted(*texts, parsed.serial)

    async def act(admin: Administration) -> None:
        done = await publishing.publish(admin.service, BranchId(parsed.branch), wanted)
        print(_in_force(done.bundle))
        for mark, rules in zip("+~-", msgspec.structs.astuple(done.changes), strict=True):
            for rule in rules:
                print(f"{mark} {rule}")

    return administer(parsed, act)


def _given(path: str) -> str | None:
    """Return the text of a file that was named; None when none was, for "" says something else."""
    if not path:
        return None
    text = text_of(Path(path))
    if not text.strip():
        raise AdminRefused(f"{path} is empty")
    return text


def _show(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        bundle, key = await publishing.standing(admin.service, BranchId(parsed.branch))
        if bundle is None:
            raise AdminRefused(f"nothing is published in {parsed.branch}: run field-server init")
        print(_in_force(bundle))
        print(f"key {fingerprint(key)}")

    return administer(parsed, act)


def _rotate_key(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        print(f"key {await publishing.hand_over(admin.service)}")

    return administer(parsed, act)


def _in_force(bundle: PolicyBundle) -> str:
    since = bundle.published_at.isoformat(timespec="seconds")
    texts = (("overlay", bundle.overlay), ("figures", bundle.figures))
    more = "".join(f", with {name}" for name, text in texts if text)
    return f"{bundle.pack_id} {bundle.version}, serial {bundle.serial}, since {since}{more}"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n') else text


ACTS: dict[str, Callable[[Arguments, Administer], int]] = {
    "check": _check,
    "try": _try_table,
    "publish": _publish,
    "show": _show,
    "rotate-key": _rotate_key,
}
