"""A vault that cannot be read is built anew at the next unlocking, and nothing saved is lost."""

import os
from pathlib import Path

import pytest

from field_app.bootstrap.desk_setup import unlock
from field_app.i18n.words import LANGUAGES, load_words
from field_app.operations import attachments, outbox
from field_app.operations.submit import Saved
from field_app.settings.settings import resources_folder
from field_app.storage.cipher import PAGE_SIZE
from field_app.storage.journal import Journal
from field_app.storage.keys import derive
from field_app.storage.profile import profile_of
from field_app.storage.rescue import rescue
from field_app.storage.rescue_story import RescueStory, put_away, story_of
from field_app.storage.trouble import Damaged, Rescued, RescuedInPart, VaultTrouble
from field_app.storage.vault import COPIES, DATABASE, Vault
from sync.domain.records import Case, Contact
from sync.domain.vocabulary import Channel
from sync.engine.ports import UploadState
from sync.protocol.envelope import envelope_hash, verifies
from sync.protocol.messages import Status
from tests.storage.acts import call, propose
from tests.storage.feed import EPOCH, MINE, answer, erased, page, put
from tests.storage.furnished_vault import (
    FIRST_PULL,
    KEY,
    KNOWN,
    OTHERS,
    PASSPHRASE,
    Furnished,
    profile_of_li,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100_000


@pytest.fixture
def worked(furnished: Furnished) -> Furnished:
    """Record calls, one of them answered already, a proposal and a photo; then lock."""
    first = call(furnished, KNOWN.id, "已报")
    furnished.store.replica.settle([answer(first.envelope, Status.APPLIED, commit=5)])
    call(furnished, OTHERS[0].id, "没人接")
    propose(furnished, OTHERS[1].id)
    assert isinstance(attachments.add(furnished.desk, KNOWN.id, "收据", PNG), Saved)
    furnished.store.drafts.save("visit/c1", b"half", furnished.clock.at)
    furnished.close()
    furnished.lock_with(None)
    return furnished


def rescued(furnished: Furnished) -> None:
    """Unlock, be told of the rescue, and unlock again."""
    with pytest.raises(Rescued):
        unlock(furnished.laptop, PASSPHRASE)
    furnished.sit(unlock(furnished.laptop, PASSPHRASE))


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def is_as_it_was_saved(furnished: Furnished) -> None:
    """Check that all four envelopes wait, in their chain, and that the laptop knows itself."""
    waiting = furnished.store.replica.waiting(10, 1 << 20)
    assert [e.seq for e in waiting] == [1, 2, 3, 4]
    assert all(verifies(e, furnished.desk.signer.key.public_key()) for e in waiting)
    assert [e.prev_hash for e in waiting[1:]] == [envelope_hash(e) for e in waiting[:-1]]
    assert profile_of(furnished.vault) == profile_of_li()
    assert [w.what for w in outbox.state(furnished.desk).waiting] == [
        "record_contact",
        "record_contact",
        "propose_appointment",
        "record_attachment",
    ]


@pytest.mark.parametrize("left", [None, b"", b"x", os.urandom(5 * PAGE_SIZE)])
def test_when_nothing_of_the_file_is_left(worked: Furnished, left: bytes | None) -> None:
    worked.database.unlink()
    if left is not None:
        worked.database.write_bytes(left)
    rescued(worked)
    is_as_it_was_saved(worked)
    assert worked.rows("SELECT count(*) FROM case_index") == [(0,)]
    assert worked.store.replica.scope_states() == []
    if left is not None:
        assert (worked.laptop.vault / f"{DATABASE}.broken-1").read_bytes() == left


def test_the_story_is_told_until_it_is_put_away(worked: Furnished) -> None:
    assert story_of(worked.open().vault) is None
    worked.close()
    flip(worked.database, len(worked.database.read_bytes()) - 10)
    rescued(worked)
    [(records,)] = worked.rows("SELECT count(*) FROM replica")
    assert records
    assert story_of(worked.vault) == RescueStory(worked.clock.at, 4, 1, records, is_whole=True)
    put_away(worked.vault)
    worked.close()
    assert story_of(worked.open().vault) is None


def test_work_goes_on_in_the_same_chain(worked: Furnished) -> None:
    worked.database.write_bytes(b"")
    rescued(worked)
    worked.store.replica.apply_page(page(*(put(r) for r in FIRST_PULL)))
    fifth = call(worked, KNOWN.id, "救后")
    before = worked.store.replica.waiting(10, 1 << 20)[3]
    assert (fifth.seq, fifth.envelope.prev_hash) == (5, envelope_hash(before))
    assert worked.store.audit.first_broken() is None


def test_a_photo_that_had_not_gone_up_goes_up(worked: Furnished) -> None:
    worked.database.write_bytes(b"")
    rescued(worked)
    waiting = worked.store.replica.waiting(10, 1 << 20)
    worked.store.replica.settle([answer(e, Status.ALREADY, 5, first="applied") for e in waiting])
    [upload] = worked.store.replica.uploads()
    assert isinstance(upload, UploadState)
    assert upload.offer.size == len(PNG)
    assert worked.store.replica.read_upload(upload.offer.id, 0, len(PNG)) == PNG


def test_what_was_fetched_to_be_seen_goes(worked: Furnished) -> None:
    """Nothing names it any more, so nothing would delete it when its case leaves."""
    worked.open().copies.write("photo-of-wang", PNG)
    worked.close()
    worked.database.write_bytes(b"")
    rescued(worked)
    assert not (worked.laptop.vault / COPIES).exists()


def test_with_one_broken_page_the_day_goes_on_without_a_line(worked: Furnished) -> None:
    """Whichever page it is: unsent work is whole, and most of the cases are still there."""
    whole = worked.database.read_bytes()
    cases = []
    for number in range(2, len(whole) // PAGE_SIZE + 1):
        worked.close()
        worked.database.write_bytes(whole)
        flip(worked.database, (number - 1) * PAGE_SIZE + 300)
        told = rescue(worked.laptop.vault, KEY, os.urandom, worked.clock.at)
        assert (told.work, told.is_whole) == (4, True)
        worked.open()
        is_as_it_was_saved(worked)
        cases.append(worked.rows("SELECT count(*) FROM case_index")[0][0])
        states = worked.store.replica.scope_states()
        assert {(s.cursor.commit_no, s.epoch) for s in states} <= {(0, "")}
    assert cases.count(3) > len(cases) // 2
    assert set(cases) <= {0, 3}


def test_salvaged_records_are_read_anew_and_strangers_leave(worked: Furnished) -> None:
    flip(worked.database, len(worked.database.read_bytes()) - 10)
    rescued(worked)
    store = worked.store
    assert worked.rows("SELECT count(*) FROM case_index") == [(3,)]
    calls = [
        v.record.note
        for v in store.projection.of_case(OTHERS[0].id)
        if isinstance(v.record, Contact) and v.record.channel is Channel.PHONE
    ]
    assert calls == ["没人接"]
    store.replica.reset_scope(MINE, EPOCH)
    fewer = [r for r in FIRST_PULL if not isinstance(r, Case) or r.id != OTHERS[1].id]
    store.replica.apply_page(page(*(put(r, rev=4, commit=9) for r in fewer)))
    assert [row[0] for row in worked.rows("SELECT id FROM case_index ORDER BY id")] == ["c1", "c2"]


def test_what_a_reading_begun_anew_had_set_aside_stays_until_it_is_whole(worked: Furnished) -> None:
    """The reading was cut off, and the vault harmed before the next sync."""
    worked.open().replica.reset_scope(MINE, EPOCH)
    first = next(r for r in FIRST_PULL if isinstance(r, Case))
    worked.store.replica.apply_page(page(put(first, rev=4, commit=9), more=True))
    worked.close()
    flip(worked.database, len(worked.database.read_bytes()) - 10)
    rescued(worked)
    replica = worked.store.replica
    replica.leave_scopes([MINE])
    assert worked.rows("SELECT count(*) FROM case_index") == [(3,)]
    assert [state.scope for state in replica.scope_states()] == [MINE]
    replica.reset_scope(MINE, EPOCH)
    replica.apply_page(page(put(first, rev=4, commit=9)))
    assert worked.rows("SELECT id FROM case_index") == [(first.id,)]


def test_what_was_erased_does_not_come_back_and_the_chain_goes_on(worked: Furnished) -> None:
    store = worked.open()
    last = call(worked, OTHERS[0].id, "将被删除")
    sent = store.replica.waiting(10, 1 << 20)
    store.replica.settle([answer(e, Status.APPLIED, commit=6) for e in sent])
    store.replica.apply_page(page(erased(OTHERS[0], commit=7)))
    worked.close()
    worked.database.write_bytes(b"")
    rescued(worked)
    assert [e.seq for e in worked.store.replica.waiting(10, 1 << 20)] == [1, 3, 4]
    worked.store.replica.apply_page(page(*(put(r) for r in FIRST_PULL)))
    following = call(worked, KNOWN.id)
    assert (following.seq, following.envelope.prev_hash) == (
        last.seq + 1,
        envelope_hash(last.envelope),
    )


def test_a_second_rescue_keeps_both_broken_files(worked: Furnished) -> None:
    for number in (1, 2):
        worked.close()
        worked.database.write_bytes(bytes([number]) * 100)
        rescued(worked)
        kept = worked.laptop.vault / f"{DATABASE}.broken-{number}"
        assert kept.read_bytes() == bytes([number]) * 100
    is_as_it_was_saved(worked)


def test_a_rescue_that_was_cut_off_begins_again(worked: Furnished) -> None:
    worked.database.unlink()
    build = worked.laptop.vault / "rescue"
    build.mkdir()
    (build / DATABASE).write_bytes(b"half built")
    rescued(worked)
    is_as_it_was_saved(worked)
    assert not build.exists()


def test_what_the_journal_lost_too_is_not_kept_silent(worked: Furnished) -> None:
    worked.database.write_bytes(b"")
    read = Journal(worked.journal, derive(KEY, "journal"), os.urandom).read()
    assert read.missing == ()
    second = worked.journal.read_bytes().index((2).to_bytes(8))
    flip(worked.journal, second + 30)
    with pytest.raises(RescuedInPart):
        unlock(worked.laptop, PASSPHRASE)
    worked.sit(unlock(worked.laptop, PASSPHRASE))
    assert [e.seq for e in worked.store.replica.waiting(10, 1 << 20)] == [1, 3, 4]
    [(entry,)] = worked.rows("SELECT entry FROM audit WHERE what = 'rescue'")
    assert '"missing":[2]' in str(entry)
    told = story_of(worked.vault)
    assert told is not None
    assert (told.work, told.is_whole) == (3, False)


@pytest.mark.parametrize("journal", [None, b"", b"no journal at all"])
def test_without_a_journal_nothing_is_touched(worked: Furnished, journal: bytes | None) -> None:
    worked.journal.unlink()
    if journal is not None:
        worked.journal.write_bytes(journal)
    worked.database.write_bytes(b"broken")
    with pytest.raises(Damaged):
        unlock(worked.laptop, PASSPHRASE)
    assert worked.database.read_bytes() == b"broken"
    assert sorted(p.name for p in worked.laptop.vault.iterdir() if "rescue" in p.name) == []


def test_a_whole_vault_is_never_rescued(worked: Furnished) -> None:
    worked.sit(unlock(worked.laptop, PASSPHRASE))
    assert list(worked.laptop.vault.glob("*broken*")) == []
    assert worked.store.drafts.load("visit/c1") == b"half"


def test_drafts_come_back_where_they_can_be_read(worked: Furnished) -> None:
    flip(worked.database, len(worked.database.read_bytes()) - 10)
    rescued(worked)
    assert worked.store.drafts.load("visit/c1") == b"half"


def test_a_long_row_comes_back_whole_or_not_at_all(worked: Furnished) -> None:
    """Break each page in turn: that of its end reads as zeroes, which must not pass for it."""
    form = b"x" * (3 * PAGE_SIZE)
    worked.open().drafts.save("visit/c2", form, worked.clock.at)
    worked.close()
    whole, lost = worked.database.read_bytes(), 0
    for number in range(2, len(whole) // PAGE_SIZE + 1):
        worked.close()
        worked.database.write_bytes(whole)
        flip(worked.database, (number - 1) * PAGE_SIZE + 300)
        rescue(worked.laptop.vault, KEY, os.urandom, worked.clock.at)
        found = worked.open().drafts.load("visit/c2")
        assert found in (None, form), number
        lost += found is None
    assert 0 < lost <= 6


def test_nobody_rescues_a_vault_that_is_open(worked: Furnished) -> None:
    vault = Vault.open(worked.laptop.vault, KEY, os.urandom)
    with pytest.raises(VaultTrouble) as caught:
        unlock(worked.laptop, PASSPHRASE)
    assert caught.value.code == "vault.in_use"
    vault.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trouble_of_the_vault_has_words(language: str) -> None:
    words = load_words(resources_folder() / "i18n", language)
    troubles = [VaultTrouble, *VaultTrouble.__subclasses__()]
    told = [words.code(t.code) for t in troubles]
    assert len(set(told)) == len(troubles) == 13
    assert not any(text.startswith("vault.") for text in told)


def test_a_rescue_cut_off_after_setting_aside_still_reads_that_file(worked: Furnished) -> None:
    """Killed before the new file came: half-filled forms are in the file that was set aside."""
    flip(worked.database, len(worked.database.read_bytes()) - 10)
    aside = worked.laptop.vault / f"{DATABASE}.broken-1"
    worked.database.replace(aside)
    rescued(worked)
    is_as_it_was_saved(worked)
    assert worked.store.drafts.load("visit/c1") == b"half"
    assert worked.rows("SELECT count(*) FROM case_index") == [(3,)]
    assert [p.name for p in worked.laptop.vault.glob("*.broken-*")] == [aside.name]
