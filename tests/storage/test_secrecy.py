"""Nothing that tells of a person or opens anything lies in clear anywhere in the vault's folder."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

from field_app.operations import attachments, cases, feedback
from field_app.operations.submit import Saved
from field_app.storage.keys import derive
from sync.domain.vocabulary import FeedbackKind, Revealable
from tests.storage.acts import call, propose
from tests.storage.furnished_vault import (
    KEY,
    KNOWN,
    LI,
    PASSPHRASE,
    SECRET,
    Furnished,
    profile_of_li,
)

NOTE = "客户说她母亲住院了请下周再来电"
CODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
PICTURE = b"\x89PNG\r\n\x1a\n" + "照片里写着还款承诺书".encode() * 3000


def texts() -> list[str]:
    """Return what a stranger must not read: all of it is in the vault."""
    loan, place, who = KNOWN.loan, KNOWN.address, KNOWN.customer
    profile = profile_of_li()
    return [
        who.name,
        *who.phones,
        who.id_tail,
        place.text,
        place.text.split()[0],
        loan.account_no,
        KNOWN.case_no,
        NOTE,
        "照片里写着",
        "shanxiaoming",
        LI.name,
        PASSPHRASE,
        profile.token,
        profile.address,
        profile.branch_name,
    ]


def needles() -> Iterator[tuple[str, bytes]]:
    """Yield every secret in every form in which it might be lying about."""
    for text in texts():
        for coding in CODINGS:
            assert len(text.encode(coding)) >= 6, "shorter ones may turn up by chance"
            yield f"{text} as {coding}", text.encode(coding)
        yield f"{text} escaped", text.encode("unicode_escape").replace(b"\\x", b"\\u00")
    secrets = {
        "database key": KEY.key,
        "device key": profile_of_li().device_key,
        "keyring secret": SECRET,
        "journal key": derive(KEY, "journal"),
    }
    for name, secret in secrets.items():
        yield name, secret
        yield f"{name} in hex", secret.hex().encode()
        yield f"{name} in base64", base64.b64encode(secret).rstrip(b"=")


def found_in_clear(folder: Path) -> list[str]:
    """Return what can be read, with the file it lies in."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 4
    return [
        f"{path.name}: {name}"
        for path in files
        for name, needle in needles()
        if needle in path.read_bytes() or needle.lower() in path.read_bytes().lower()
    ]


def busy_day(furnished: Furnished) -> None:
    """Do everything that writes: acts, a look, a photo, drafts, a search."""
    desk, store = furnished.desk, furnished.store
    furnished.lock_with(SECRET)
    call(furnished, KNOWN.id, NOTE)
    propose(furnished, KNOWN.id)
    assert isinstance(cases.reveal(desk, KNOWN.id, Revealable.PHONE), str)
    assert isinstance(attachments.add(desk, KNOWN.id, NOTE, PICTURE), Saved)
    feedback.record(desk, KNOWN.id, None, FeedbackKind.PRAISE, "manner", NOTE)
    store.drafts.save(f"visit/{KNOWN.id}", NOTE.encode(), furnished.clock.at)
    assert cases.page(desk, cases.CaseQuery(text="shanxiaoming")).rows


def test_nothing_lies_in_clear_while_the_vault_is_open(furnished: Furnished) -> None:
    busy_day(furnished)
    names = {path.name for path in furnished.laptop.vault.rglob("*")}
    assert {"vault.db", "vault.db-wal", "outbox.journal", "key.slot"} <= names
    assert found_in_clear(furnished.laptop.vault) == []


def test_nothing_lies_in_clear_after_it_was_closed(furnished: Furnished) -> None:
    busy_day(furnished)
    furnished.reopened()
    furnished.vault.connection.execute("VACUUM")
    furnished.close()
    assert found_in_clear(furnished.laptop.vault) == []


def test_a_purged_case_leaves_nothing_in_clear(furnished: Furnished) -> None:
    busy_day(furnished)
    furnished.store.replica.leave_scopes([])
    furnished.close()
    assert found_in_clear(furnished.laptop.vault) == []


def test_no_name_of_a_file_tells_of_a_person(furnished: Furnished) -> None:
    busy_day(furnished)
    names = " ".join(str(path) for path in furnished.laptop.home.rglob("*"))
    assert not [text for text in texts() if text in names]


def test_the_search_would_find_what_lies_in_clear(furnished: Furnished) -> None:
    """The oracle bites: one secret in one coding put beside the vault is found."""
    for coding in CODINGS:
        stray = furnished.laptop.vault / f"stray.{coding}"
        stray.write_bytes(os.urandom(100) + KNOWN.customer.name.encode(coding) + os.urandom(100))
    found = found_in_clear(furnished.laptop.vault)
    assert {line.split(":")[0] for line in found} == {f"stray.{coding}" for coding in CODINGS}
