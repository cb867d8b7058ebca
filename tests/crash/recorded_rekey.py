"""Runs under the disk that remembers: a vault is given a new key."""

import os
import sys
from pathlib import Path

from field_app.storage.cipher import VaultKey
from field_app.storage.held_key import HeldKey
from field_app.storage.keys import pass_of
from field_app.storage.rekeying import rekey
from field_app.storage.slot_file import read_slot
from tests.storage.furnished_vault import KEY, PASSPHRASE, laptop_at

NEW = VaultKey(bytes(range(100, 132)), bytes(range(50, 66)))


def main(home: Path) -> None:
    laptop = laptop_at(home).laptop
    passed = pass_of(read_slot(laptop.slot), PASSPHRASE, None)
    held = HeldKey(laptop.vault, KEY, passed, laptop.secrets, os.urandom)
    rekey(laptop.vault, KEY, NEW, held.for_key(NEW), os.urandom)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
