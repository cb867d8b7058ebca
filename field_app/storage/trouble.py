"""What can be wrong with the vault through nobody's bug; each has words in the catalogues."""

import errno


class VaultTrouble(Exception):
    """The machine's or the person's trouble, never ours. `code` has words in the catalogues."""

    code = "vault.trouble"


class WrongPassphrase(VaultTrouble):
    """The passphrase does not open the slot."""

    code = "vault.wrong_passphrase"


class KeyringLost(VaultTrouble):
    """The slot needs a secret that this computer's keyring no longer holds."""

    code = "vault.keyring_lost"


class LeaseOver(VaultTrouble):
    """This laptop was without its server for too long; the passphrase opens it again online."""

    code = "vault.lease_over"


class PassphraseOfTheOther(VaultTrouble):
    """This officer has a vault here, and the passphrase that was typed does not open it."""

    code = "vault.other_passphrase"


class NoEscrow(VaultTrouble):
    """This vault's key was never put in escrow: nobody can give it back."""

    code = "vault.no_escrow"


class WeakKeyRefused(VaultTrouble):
    """The slot was made with less work than the floor allows."""

    code = "vault.weak_key"


class Damaged(VaultTrouble):
    """The file is not the vault that was written: cut, changed or replaced."""

    code = "vault.damaged"


class Rescued(VaultTrouble):
    """The vault could not be read and was built anew with all saved work; open it again."""

    code = "vault.rescued"


class RescuedInPart(VaultTrouble):
    """The vault was built anew, but some of the saved work could not be read."""

    code = "vault.rescued_in_part"


class LockedByOther(VaultTrouble):
    """Another running program holds this vault."""

    code = "vault.in_use"


class TooNew(VaultTrouble):
    """A newer program wrote this vault; this one must not touch it."""

    code = "vault.too_new"


class DiskFull(VaultTrouble):
    """There is no room to write; what was being saved is still on the screen."""

    code = "vault.disk_full"


def of_disk(error: OSError) -> VaultTrouble:
    """Return the trouble behind an error of the file system."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return DiskFull(str(error)) if full else VaultTrouble(str(error))
