"""Bytes of photos that nothing names are gone with the next opening; all others stay."""

import os
from pathlib import Path

from field_app.operations import attachments
from field_app.operations.submit import Saved
from field_app.storage.rescue import rescue
from sync.domain.ids import OfficerId, RecordId
from sync.domain.records import Attachment
from tests.storage.feed import page, put
from tests.storage.furnished_vault import KEY, KNOWN, OTHERS, Furnished

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100_000


def names(furnished: Furnished, folder: str) -> set[str]:
    return {one.name for one in Path(furnished.laptop.vault / folder).glob("*")}


def colleagues(furnished: Furnished) -> str:
    """Let a colleague's photo be known here; return its id."""
    told = ("photo", "image/png", len(PNG), "0" * 64)
    at = furnished.clock.at
    fact = Attachment(RecordId("hers"), OTHERS[0].id, at, OfficerId("wang"), *told)
    furnished.store.replica.apply_page(page(put(fact, commit=9)))
    return fact.id


def left_behind(furnished: Furnished) -> tuple[set[str], set[str]]:
    """Leave files as a killed program and a power cut do; return what is named."""
    assert isinstance(attachments.add(furnished.desk, KNOWN.id, "receipt", PNG), Saved)
    mine, hers = names(furnished, "files"), colleagues(furnished)
    furnished.store.copies.write(hers, PNG)
    for folder in (furnished.store.files, furnished.store.copies):
        folder.write("nobodys", PNG)
    return mine, {hers}


def test_what_nothing_names_goes(furnished: Furnished) -> None:
    mine, hers = left_behind(furnished)
    store = furnished.reopened()
    assert (names(furnished, "files"), names(furnished, "copies")) == (mine, hers)
    [own] = mine
    assert store.files.read(own, 0, len(PNG)) == PNG


def test_beside_a_broken_vault_everything_stays(furnished: Furnished) -> None:
    """What a rescue could not bring back may be what names them."""
    mine, _ = left_behind(furnished)
    furnished.close()
    furnished.database.write_bytes(b"broken")
    rescue(furnished.laptop.vault, KEY, os.urandom, furnished.clock.at)
    furnished.open()
    assert names(furnished, "files") == mine | {"nobodys"}
