"""Laptop and server judge a customer's month by the same figures."""

from pathlib import Path

from field_app.bootstrap.desk_setup import policy_in_force
from field_app.bootstrap.laptop import Laptop, MachineClock
from field_app.storage.slot_file import KeyringStore
from sync.server.app import build_service
from sync.server.settings import ServerSettings
from tests.unit.sync.policy.desk import PACK_FILE
from tests.unit.sync.policy.test_affordability import BUDGET


def test_both_ends_have_the_banks_figures(tmp_path: Path) -> None:
    laptop = policy_in_force(Laptop(tmp_path, MachineClock(), KeyringStore()))
    settings = ServerSettings(f"sqlite:///{tmp_path}/server.db", tmp_path, PACK_FILE.parent)
    server = build_service(settings).policy
    assert laptop.reference.id == "cn"
    assert laptop.reference == server.reference
    assert laptop.affordability(BUDGET) == server.affordability(BUDGET)
