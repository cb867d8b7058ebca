"""The windows' own application, loop and furnished room, as for the tests of the windows."""

from tests.storage.furnished_vault import furnished, pattern
from tests.storage.stretched import stretched_once
from tests.ui.conftest import collector_off, desks, pytest_pyfunc_call, qapp, room, rubbish

__all__ = [
    "collector_off",
    "desks",
    "furnished",
    "pattern",
    "pytest_pyfunc_call",
    "qapp",
    "room",
    "rubbish",
    "stretched_once",
]
