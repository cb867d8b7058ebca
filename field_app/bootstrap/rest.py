"""What the desk needs and the way in does not: loaded while somebody types.

Rules, storage, the line, the screens: piece by piece on the loop's thread, so that no key waits
longer than for one piece. What is left when the passphrase was right is loaded before the desk.
"""

import asyncio
import gc
import sys
from importlib import import_module

WHOLE = "field_app.bootstrap.workshop"
# In this order each piece finds loaded what it stands on; without one the next takes longer.
PIECES = (
    # First what the passphrase is worked on with: that goes on beside all that follows.
    "sync.domain.progress",
    "field_app.storage.case_index",
    "field_app.bootstrap.unlocking",
    "importlib.metadata",
    "holidays",
    "sync.policy.mechanisms.kinds",
    "sync.policy.engine",
    "sync.protocol.policy_bundle",
    "keyring.errors",
    "urllib3",
    "charset_normalizer",
    "requests",
    "sync.engine.http_transport",
    "pypinyin",
    "field_app.storage.replica",
    "field_app.storage.store",
    "sync.domain.decide",
    "field_app.background.runner",
    "field_app.bootstrap.desk_setup",
    "field_app.bootstrap.key_round",
    "field_app.operations.outbox",
    "field_app.background.sync_loop",
    "field_app.viewmodels.appointment",
    "field_app.viewmodels.relief",
    "field_app.viewmodels.map",
    "field_app.planning.changes",
    "field_app.viewmodels.plan",
    "field_app.viewmodels.review",
    "field_app.ui.map.map_view",
    "PIL.ImageOps",
    "field_app.viewmodels.case",
    "field_app.ui.screens.care_acts",
    "field_app.ui.screens.case_screen",
    "field_app.ui.screens.map_screen",
    "field_app.ui.screens.plan_screen",
    "field_app.ui.screens.review_screen",
    "field_app.ui.screens.today_screen",
    "field_app.ui.screens.appointment_screen",
    "field_app.ui.screens.visit_screen",
    "field_app.ui.screens.relief_screen",
    "field_app.ui.screens.sync_screen",
    "field_app.ui.screens.team_screen",
    "field_app.ui.screens.learning_screen",
    "field_app.ui.screens.doorstep_screen",
    "field_app.ui.screen_set",
    "field_app.ui.main_window",
    WHOLE,
)


def is_loaded() -> bool:
    """Say whether everything is there."""
    return WHOLE in sys.modules


def load_whole() -> None:
    """Load everything at once: nobody is waiting for the window."""
    for piece in PIECES:
        import_module(piece)


async def load_in_pieces() -> None:
    """Load everything, with room for keys between the pieces; set aside as at the start."""
    if is_loaded():
        return
    for piece in PIECES:
        await asyncio.sleep(0)
        import_module(piece)
    gc.freeze()
