"""Files beside the vault: read from any place, and any change to them is noticed."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from field_app.operations import attachments
from field_app.operations.submit import Saved
from field_app.storage.attachments import CHUNK, SEALED, AttachmentFiles
from field_app.storage.keys import derive
from field_app.storage.trouble import Damaged, DiskFull
from field_app.storage.vault import COPIES, FILES
from sync.domain.ids import OfficerId, RecordId
from sync.domain.outcome import Refused
from sync.domain.records import Attachment
from sync.protocol.messages import Status
from tests.storage.acts import row_of
from tests.storage.feed import answer, erased, gone, page, put
from tests.storage.furnished_vault import FIRST_PULL, KEY, KNOWN, Furnished

FILES_KEY = derive(KEY, "attachments")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def files(tmp_path: Path) -> AttachmentFiles:
    return AttachmentFiles(tmp_path, FILES_KEY, os.urandom)


SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5]


@pytest.mark.parametrize("size", SIZES)
def test_a_file_of_any_size_comes_back(files: AttachmentFiles, size: int) -> None:
    data = os.urandom(size)
    files.write("f1", data)
    assert files.read("f1", 0, size) == data
    assert files.read("f1", 0, size + 10 * CHUNK) == data
    assert files.read("f1", size, CHUNK) == b""
    assert files.read("f1", size + 5 * CHUNK, CHUNK) == b""


@given(size=st.integers(0, 3 * CHUNK + 9), offset=st.integers(0, 4 * CHUNK), want=st.integers(0))
@example(size=2 * CHUNK, offset=CHUNK, want=CHUNK)
@example(size=2 * CHUNK, offset=2 * CHUNK, want=1)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
def test_any_part_is_that_part(files: AttachmentFiles, size: int, offset: int, want: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    files.write("f1", data[:size])
    want %= 2 * CHUNK
    assert files.read("f1", offset, want) == data[:size][offset : offset + want]


@pytest.fixture
def three(files: AttachmentFiles, tmp_path: Path) -> Path:
    """Write a file of three chunks and a bit."""
    files.write("f1", os.urandom(3 * CHUNK + 100))
    return tmp_path / "f1"


def chunks(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [data[at : at + SEALED] for at in range(0, len(data), SEALED)]


def is_noticed(files: AttachmentFiles, name: str = "f1") -> None:
    with pytest.raises(Damaged):
        files.read(name, 0, 10 * CHUNK)


@pytest.mark.parametrize("at", [0, 11, 12, SEALED - 1, SEALED, 2 * SEALED + 700, -1, -101])
def test_a_flipped_bit_is_noticed(files: AttachmentFiles, three: Path, at: int) -> None:
    data = bytearray(three.read_bytes())
    data[at] ^= 1
    three.write_bytes(data)
    is_noticed(files)


def test_a_flipped_bit_elsewhere_leaves_a_part_readable(
    files: AttachmentFiles, three: Path
) -> None:
    whole = files.read("f1", 0, CHUNK)
    data = bytearray(three.read_bytes())
    data[-1] ^= 1
    three.write_bytes(data)
    assert files.read("f1", 0, CHUNK) == whole


@pytest.mark.parametrize("order", [(1, 0, 2, 3), (0, 2, 1, 3), (0, 1, 3, 2), (0, 0, 2, 3)])
def test_swapped_chunks_are_noticed(
    files: AttachmentFiles, three: Path, order: tuple[int, ...]
) -> None:
    parts = chunks(three)
    three.write_bytes(b"".join(parts[n] for n in order))
    is_noticed(files)


@pytest.mark.parametrize("left", [0, 1, 27, SEALED - 1, SEALED, 2 * SEALED, 3 * SEALED, -1])
def test_a_cut_end_is_noticed_on_any_border(files: AttachmentFiles, three: Path, left: int) -> None:
    three.write_bytes(three.read_bytes()[:left])
    is_noticed(files)


def test_something_added_is_noticed(files: AttachmentFiles, three: Path) -> None:
    parts = chunks(three)
    three.write_bytes(b"".join([*parts, parts[-1]]))
    is_noticed(files)


def test_the_file_of_another_name_or_vault_is_noticed(
    files: AttachmentFiles, three: Path, tmp_path: Path
) -> None:
    three.rename(three.with_name("f2"))
    is_noticed(files, "f2")
    files.write("f1", b"x")
    with pytest.raises(Damaged):
        AttachmentFiles(tmp_path, derive(KEY, "journal"), os.urandom).read("f1", 0, 1)


def test_a_missing_file_is_damage(files: AttachmentFiles) -> None:
    is_noticed(files, "never written")


def test_the_same_bytes_never_look_the_same(files: AttachmentFiles, tmp_path: Path) -> None:
    files.write("f1", bytes(CHUNK))
    first = (tmp_path / "f1").read_bytes()
    files.write("f1", bytes(CHUNK))
    assert (tmp_path / "f1").read_bytes() != first


def attached(furnished: Furnished, data: bytes) -> Attachment:
    """Attach a photo whose fact the server has taken but not yet sent back."""
    written = attachments.add(furnished.desk, KNOWN.id, "收据", data)
    assert isinstance(written, Saved)
    row = row_of(furnished, written.mid)
    furnished.store.replica.settle([answer(row.envelope, Status.APPLIED, commit=7)])
    [found] = furnished.store.projection.every(Attachment)
    return found.record


def test_a_recorded_photo_keeps_its_bytes_when_the_journal_stumbles_behind_the_commit(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the note that the journal's entry stays fail: the fact is committed and will be sent."""

    def stumble() -> None:
        raise DiskFull("no room")

    monkeypatch.setattr(furnished.store.vault.journal, "keep", stumble)
    with pytest.raises(DiskFull):
        attachments.add(furnished.desk, KNOWN.id, "收据", PNG)
    monkeypatch.undo()
    [fact] = furnished.store.projection.every(Attachment)
    assert attachments.here(furnished.desk, fact.record) == PNG


def test_a_photo_waits_for_its_fact_and_goes_up_once(furnished: Furnished) -> None:
    data = PNG + os.urandom(3 * CHUNK)
    replica = furnished.store.replica
    written = attachments.add(furnished.desk, KNOWN.id, "收据", data)
    assert isinstance(written, Saved)
    assert replica.uploads() == []
    row = row_of(furnished, written.mid)
    replica.settle([answer(row.envelope, Status.APPLIED, commit=7)])
    [upload] = furnished.reopened().replica.uploads()
    got = furnished.store.replica.read_upload(upload.offer.id, CHUNK, 2 * CHUNK)
    assert got == data[CHUNK : 3 * CHUNK]
    furnished.store.replica.uploaded(upload.offer.id)
    assert furnished.store.replica.uploads() == []
    [fact] = furnished.store.projection.every(Attachment)
    assert attachments.here(furnished.desk, fact.record) == data


def test_a_damaged_photo_is_told_once_and_holds_up_no_other(furnished: Furnished) -> None:
    bad = attached(furnished, PNG + b"a")
    (furnished.laptop.vault / FILES / bad.id).write_bytes(b"changed")
    replica = furnished.store.replica
    [upload] = replica.uploads()
    # Nothing to read: the engine tells that the file is not the one that was recorded.
    assert replica.read_upload(upload.offer.id, 0, 100) == b""
    assert furnished.reopened().replica.uploads() == []


def test_when_the_case_leaves_its_photo_leaves_once_it_is_up(furnished: Furnished) -> None:
    replica = furnished.store.replica
    fact = attached(furnished, PNG + b"a")
    replica.apply_page(page(put(fact, commit=7)))
    everything = [gone(r, commit=8) for r in (*FIRST_PULL, fact)]
    file = furnished.laptop.vault / FILES / fact.id
    replica.apply_page(page(*everything))
    assert file.exists(), "the server has not got it yet"
    replica.uploaded(fact.id)
    assert not file.exists()
    assert furnished.rows("SELECT count(*) FROM upload") == [(0,)]


def test_a_photo_that_is_up_leaves_with_its_case(furnished: Furnished) -> None:
    replica = furnished.store.replica
    fact = attached(furnished, PNG + b"a")
    replica.apply_page(page(put(fact, commit=7)))
    replica.uploaded(fact.id)
    file = furnished.laptop.vault / FILES / fact.id
    assert file.exists()
    replica.leave_scopes([])
    assert not file.exists()


def test_the_photo_of_an_erased_case_leaves_though_it_never_went_up(
    furnished: Furnished,
) -> None:
    replica = furnished.store.replica
    fact = attached(furnished, PNG + b"a")
    replica.apply_page(page(put(fact, commit=7)))
    replica.apply_page(page(*(erased(r, commit=8) for r in (KNOWN, fact))))
    assert not (furnished.laptop.vault / FILES / fact.id).exists()
    assert replica.uploads() == []


@pytest.mark.parametrize("data", [b"", b"MZ\x90\x00", b"<svg></svg>", b"\x89PN"])
def test_other_kinds_of_files_are_refused_and_not_kept(furnished: Furnished, data: bytes) -> None:
    assert isinstance(attachments.add(furnished.desk, KNOWN.id, "x.png", data), Refused)
    assert list((furnished.laptop.vault / FILES).iterdir()) == []


def test_the_same_file_is_attached_to_a_case_once(furnished: Furnished) -> None:
    data = PNG + b"receipt"
    assert isinstance(attachments.add(furnished.desk, KNOWN.id, "a.png", data), Saved)
    again = attachments.add(furnished.desk, KNOWN.id, "b.png", data)
    assert isinstance(again, Refused)
    assert [r.code for r in again.reasons] == ["attachment.already_there"]
    assert len(list((furnished.laptop.vault / FILES).iterdir())) == 1


def test_a_case_takes_files_up_to_its_limit(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MAX_CASE_FILES", 100)
    for size, taken in ((60, True), (41, False), (40, True), (9, False)):
        written = attachments.add(furnished.desk, KNOWN.id, "a.png", PNG.ljust(size, b"x"))
        assert isinstance(written, Saved) == taken
        if isinstance(written, Refused):
            assert [r.code for r in written.reasons] == ["attachment.case_full"]


def seen(furnished: Furnished, fact: Attachment) -> Path:
    """Look at a colleague's photo that was fetched; return where its copy lies."""
    assert attachments.here(furnished.desk, fact) is None
    assert isinstance(attachments.look(furnished.desk, fact, PNG), Saved)
    assert attachments.here(furnished.desk, fact) == PNG
    return furnished.laptop.vault / COPIES / fact.id


def colleagues(furnished: Furnished) -> Attachment:
    """Return a photo of a colleague, of which the record alone is here."""
    fact = Attachment(
        id=RecordId("photo-of-wang"),
        case_id=KNOWN.id,
        at=furnished.clock.now(),
        by=OfficerId("wang"),
        title="receipt",
        media_type="image/png",
        size=len(PNG),
        sha256=hashlib.sha256(PNG).hexdigest(),
    )
    furnished.store.replica.apply_page(page(put(fact, commit=7)))
    return fact


def test_a_fetched_photo_is_kept_encrypted_until_its_case_leaves(furnished: Furnished) -> None:
    fact = colleagues(furnished)
    copy = seen(furnished, fact)
    assert PNG not in copy.read_bytes()
    furnished.store.replica.apply_page(page(gone(fact, commit=8)))
    assert not copy.exists()
    assert attachments.find(furnished.desk, fact.id) is None


def test_a_damaged_copy_is_fetched_again(furnished: Furnished) -> None:
    fact = colleagues(furnished)
    seen(furnished, fact).write_bytes(b"changed")
    seen(furnished, fact)


def test_a_look_that_cannot_be_noted_keeps_nothing(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = colleagues(furnished)

    def full(*_: object) -> None:
        raise DiskFull("no room")

    monkeypatch.setattr(furnished.store.vault.journal, "append_all", full)
    with pytest.raises(DiskFull):
        attachments.look(furnished.desk, fact, PNG)
    assert attachments.here(furnished.desk, fact) is None
