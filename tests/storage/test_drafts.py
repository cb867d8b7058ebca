"""Half-filled forms and who the laptop is: there again after the program was closed."""

from field_app.storage.profile import profile_of
from tests.storage.furnished_vault import Furnished, profile_of_li


def test_a_draft_survives_closing(furnished: Furnished) -> None:
    body = '{"note":"约下周"}'.encode()
    furnished.store.drafts.save("visit/c1", body, furnished.clock.at)
    furnished.store.drafts.save("hardship/c1", b"\x00\xff", furnished.clock.at)
    drafts = furnished.reopened().drafts
    assert drafts.load("visit/c1") == body
    assert drafts.load("hardship/c1") == b"\x00\xff"
    assert drafts.load("visit/c2") is None


def test_the_newest_draft_counts_and_a_submitted_one_is_gone(furnished: Furnished) -> None:
    drafts = furnished.store.drafts
    drafts.save("visit/c1", b"first", furnished.clock.at)
    drafts.save("visit/c1", b"second", furnished.clock.at)
    assert furnished.reopened().drafts.load("visit/c1") == b"second"
    furnished.store.drafts.drop("visit/c1")
    furnished.store.drafts.drop("visit/c1")
    assert furnished.reopened().drafts.load("visit/c1") is None


def test_the_laptop_knows_who_it_is(furnished: Furnished) -> None:
    store = furnished.reopened()
    assert profile_of(store.vault) == profile_of_li()
    assert store.replica.device_id() == profile_of_li().device_id
    assert store.replica.server_id() == profile_of_li().server_id
