"""Hostile texts at the ways in: a hidden character is refused with words, all else is only text."""

import msgspec
import pytest

from field_app.i18n.words import load_words
from field_app.operations import appointments, attachments, cases, feedback, holds
from field_app.operations.cases import CaseQuery
from field_app.operations.submit import Saved
from field_app.settings.settings import resources_folder
from sync.domain.commands import RecordContact, encode_command
from sync.domain.outcome import Refused
from sync.domain.records import AgreementEvidence, Attachment, Contact, Hold
from sync.domain.vocabulary import AgreedBy, Channel, FeedbackKind, HoldKind
from sync.protocol.messages import MAX_BATCH_BYTES
from sync.server.well_formed import read_command
from tests.security.hostile import HIDDEN, SHOWN
from tests.storage.acts import call
from tests.storage.feed import page, put
from tests.storage.furnished_vault import KNOWN, LI, Furnished, case

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)
PLACES = ("hold", "feedback", "title of a file", "words of the customer")


def act(furnished: Furnished, place: str, text: str) -> object:
    """Put a text where somebody may type one."""
    desk = furnished.desk
    match place:
        case "hold":
            return holds.place(desk, KNOWN.id, HoldKind.ILLNESS, text)
        case "feedback":
            return feedback.record(desk, KNOWN.id, None, FeedbackKind.PRAISE, "manner", text)
        case "title of a file":
            return attachments.add(desk, KNOWN.id, text, PICTURE)
    at = furnished.clock.at
    draft = appointments.Draft(KNOWN.id, None, 0, at, at, "home", (LI.id,))  # type: ignore[arg-type]
    yes = AgreementEvidence(at, AgreedBy.CUSTOMER, Channel.PHONE, text)
    return appointments.confirm(desk, draft, yes)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_character_is_refused_and_changes_nothing(
    furnished: Furnished, name: str, place: str
) -> None:
    before = furnished.rows("SELECT count(*) FROM outbox")
    answer = act(furnished, place, HIDDEN[name])
    assert isinstance(answer, Refused)
    [reason] = answer.reasons
    assert reason.code == "text.hidden"
    assert furnished.rows("SELECT count(*) FROM outbox") == before
    assert furnished.rows("SELECT count(*) FROM upload") == [(0,)]
    for language, told in (("zh_CN", "看不见的字符"), ("en", "nobody can see")):
        words = load_words(resources_folder() / "i18n", language)
        sentence = words.code(reason.code, **reason.params)
        assert told in sentence
        assert "‹U+" in sentence


@pytest.mark.parametrize("name", SHOWN)
def test_all_else_is_kept_as_it_is(furnished: Furnished, name: str) -> None:
    for place in PLACES[:3]:
        assert isinstance(act(furnished, place, SHOWN[name]), Saved)
    records = [v.record for v in furnished.store.projection.of_case(KNOWN.id)]
    kept = [r.reason for r in records if isinstance(r, Hold)]
    kept += [r.title for r in records if isinstance(r, Attachment)]
    assert kept == [SHOWN[name]] * 2


@pytest.mark.parametrize("name", HIDDEN)
def test_the_server_takes_no_hidden_character(furnished: Furnished, name: str) -> None:
    """A laptop with a changed program sends what ours would not."""
    call(furnished, KNOWN.id, "好")
    [contact] = [
        v.record
        for v in furnished.store.projection.of_case(KNOWN.id)
        if isinstance(v.record, Contact) and v.record.note == "好"
    ]
    good = encode_command(RecordContact(contact))
    assert read_command(good, LI.id) is not None
    bad = encode_command(RecordContact(msgspec.structs.replace(contact, note=HIDDEN[name])))
    assert read_command(bad, LI.id) is None
    assert read_command(good.replace("好".encode(), b"\\ud800"), LI.id) is None


@pytest.mark.parametrize("name", SHOWN)
def test_search_reads_no_signs(furnished: Furnished, name: str) -> None:
    """Neither LIKE's nor FTS5's signs mean anything, and each text finds its own case."""
    rows = [case(f"h-{n}", t, case_no=f"H{n}") for n, t in SHOWN.items()]
    furnished.store.replica.apply_page(page(*(put(r, commit=2) for r in rows)))
    found = [r.id for r in cases.page(furnished.desk, CaseQuery(text=SHOWN[name])).rows]
    twins = {"composed", "decomposed"}
    wanted = {f"h-{n}" for n in (twins if name in twins else {name})}
    assert wanted <= set(found)
    assert len(found) <= len(wanted) + 1, "and no other but one that begins alike"
    assert furnished.rows("SELECT count(*) FROM case_index") == [(len(rows) + 3,)]


@pytest.mark.parametrize("name", HIDDEN)
def test_a_vault_that_holds_one_shows_its_number(furnished: Furnished, name: str) -> None:
    """A server of before, or one that lies: the screens are told nothing that deceives."""
    record = case("bad", HIDDEN[name])
    furnished.store.replica.apply_page(page(put(record, commit=2)))
    file = cases.open_file(furnished.desk, record.id)
    assert file is not None
    assert "‹U+" in file.case.customer.name
    [row] = [r for r in furnished.store.lists.page(cases.Wanted(), None, 100) if r.id == record.id]
    assert "‹U+" in row.name


@pytest.mark.parametrize("place", PLACES)
def test_more_text_than_can_be_sent_is_refused_and_changes_nothing(
    furnished: Furnished, place: str
) -> None:
    """The server takes no such act, and whatever was recorded behind it would wait for ever."""
    before = furnished.rows("SELECT count(*) FROM outbox")
    answer = act(furnished, place, "字" * (MAX_BATCH_BYTES // 3))
    assert isinstance(answer, Refused)
    assert [reason.code for reason in answer.reasons] == ["text.too_much"]
    assert furnished.rows("SELECT count(*) FROM outbox") == before
    assert furnished.rows("SELECT count(*) FROM upload") == [(0,)]
