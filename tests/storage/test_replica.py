"""What the server says: cursor and rows together, each record as long as some scope holds it."""

from datetime import timedelta

import msgspec
import pytest

from field_app.storage.case_lists import Wanted
from sync.domain.records import Case, Versioned
from sync.domain.records import record as records
from sync.domain.vocabulary import ContactResult
from sync.protocol.digest import bucket_of, digest_of, row_hash
from sync.protocol.envelope import envelope_hash
from sync.protocol.messages import Hello, Role, Status
from sync.protocol.pages import Cursor, FeedRow, Op, Page
from tests.storage.acts import call, propose, row_of
from tests.storage.feed import EPOCH, MINE, ROSTER, answer, erased, gone, page, put
from tests.storage.furnished_vault import (
    FIRST_PULL,
    KNOWN,
    LI,
    OTHERS,
    Furnished,
    SetClock,
    case,
    profile_of_li,
    reminder,
)

SHARED = "team:north"
HELD = "SELECT kind, id, rev, body FROM replica"


def held(furnished: Furnished, unsent_of: str = "") -> set[str]:
    """Return the ids of the cases on this laptop, which list, search and files agree on."""
    listed = {str(row[0]) for row in furnished.rows("SELECT id FROM case_index")}
    words = "SELECT DISTINCT i.id FROM case_term t LEFT JOIN case_index i ON i.n = t.n"
    for sql in (words, "SELECT DISTINCT case_id FROM projected WHERE case_id <> ''"):
        assert {row[0] for row in furnished.rows(sql)} - {unsent_of} == listed
    assert {v.record.id for v in furnished.store.projection.every(Case)} == listed
    assert furnished.store.lists.count(Wanted()) == len(listed)
    [(addresses,)] = furnished.rows(
        "SELECT count(*) FROM case_address WHERE address MATCH '\"云川市\"'"
    )
    assert addresses == sum(c.id in listed for c in (KNOWN, OTHERS[0]))
    return listed


def name_of(furnished: Furnished, case_id: str) -> Versioned[Case]:
    found = furnished.store.projection.get(Case, case_id)
    assert found is not None
    return found


def test_rows_and_cursor_come_together(furnished: Furnished) -> None:
    [state] = furnished.store.replica.scope_states()
    assert (state.scope, state.epoch) == (MINE, EPOCH)
    assert state.cursor > Cursor(1, 10**6)
    assert held(furnished) == {"c1", "c2", "c3"}


def test_a_scope_that_does_not_add_up_is_looked_at_until_it_does(furnished: Furnished) -> None:
    """Mending may be cut off: what was found wrong a moment ago is not taken for looked at."""
    replica = furnished.store.replica
    right = digest_of(row_hash(*row) for row in furnished.rows(HELD))
    wrong = msgspec.structs.replace(right, n=right.n + 1)
    assert not replica.suits(MINE, wrong)
    assert not replica.suits(MINE, wrong)
    assert replica.suits(MINE, right)


class CutOff(Exception):
    """The program ends here."""


def cut_off(furnished: Furnished, coming: Page) -> None:
    with furnished.vault.transaction():
        furnished.store.replica.apply_page(coming)
        raise CutOff


def test_a_page_cut_off_leaves_cursor_and_rows(furnished: Furnished) -> None:
    replica = furnished.store.replica
    before = replica.scope_states()
    with pytest.raises(CutOff):
        cut_off(furnished, page(put(case("c9"), commit=2)))
    assert furnished.reopened().replica.scope_states() == before
    assert held(furnished) == {"c1", "c2", "c3"}


def test_a_page_that_is_no_page_leaves_everything(furnished: Furnished) -> None:
    replica = furnished.store.replica
    before = replica.scope_states()
    good = page(put(case("c8"), commit=2), put(case("c9"), commit=2, idx=1))
    bad = msgspec.structs.replace(good.ops[1], body=msgspec.Raw(b'{"kind":"case"}'))
    with pytest.raises(msgspec.ValidationError):
        replica.apply_page(msgspec.structs.replace(good, ops=(good.ops[0], bad)))
    assert replica.scope_states() == before
    assert held(furnished) == {"c1", "c2", "c3"}


def test_the_same_page_twice_changes_nothing(furnished: Furnished) -> None:
    second = page(put(case("c9"), commit=2), gone(OTHERS[0], commit=2, idx=1))
    furnished.store.replica.apply_page(second)
    before = furnished.rows("SELECT * FROM replica ORDER BY kind, id")
    index = furnished.rows(f"SELECT {COLUMNS} FROM case_index ORDER BY id")
    furnished.store.replica.apply_page(second)
    assert furnished.rows("SELECT * FROM replica ORDER BY kind, id") == before
    assert furnished.rows(f"SELECT {COLUMNS} FROM case_index ORDER BY id") == index
    assert held(furnished) == {"c1", "c3", "c9"}


COLUMNS = "id, name, area, stage, next_step, total_fen"


def test_an_older_page_does_not_undo_a_newer_one(furnished: Furnished) -> None:
    renamed = case("c9", "新名")
    furnished.store.replica.apply_page(page(put(renamed, rev=3, commit=4)))
    furnished.store.replica.apply_page(page(put(case("c9", "旧名"), rev=2, commit=3), head=4))
    assert name_of(furnished, "c9") == Versioned(3, renamed)


def test_the_cursor_stops_inside_a_commit_and_goes_on(furnished: Furnished) -> None:
    replica = furnished.store.replica
    replica.apply_page(page(put(case("c8"), commit=5), more=True, head=9))
    [state] = replica.scope_states()
    assert state.cursor == Cursor(5, 0)
    replica.apply_page(page(put(case("c9"), commit=5, idx=1), head=9))
    [state] = replica.scope_states()
    assert state.cursor.commit_no == 9


def test_a_record_stays_while_another_scope_holds_it(furnished: Furnished) -> None:
    replica = furnished.store.replica
    both = [put(r) for r in (KNOWN, reminder(KNOWN))]
    replica.apply_page(page(*both, scope=SHARED))
    replica.apply_page(page(gone(KNOWN), gone(reminder(KNOWN), idx=1)))
    assert held(furnished) == {"c1", "c2", "c3"}
    replica.apply_page(page(gone(KNOWN), gone(reminder(KNOWN), idx=1), scope=SHARED))
    assert held(furnished) == {"c2", "c3"}


def test_a_case_that_leaves_is_purged_but_not_its_unsent_work(furnished: Furnished) -> None:
    replica = furnished.store.replica
    row = call(furnished, KNOWN.id, "约下周")
    replica.apply_page(page(gone(KNOWN), gone(reminder(KNOWN), idx=1)))
    assert furnished.rows("SELECT count(*) FROM case_index WHERE id = 'c1'") == [(0,)]
    [envelope] = furnished.reopened().replica.waiting(10, 1 << 20)
    assert envelope == row.envelope
    furnished.store.replica.settle([answer(envelope, Status.APPLIED, commit=3)])
    furnished.store.replica.apply_page(page(head=3))
    assert row_of(furnished, row.mid).state == "done"
    assert held(furnished) == {"c2", "c3"}


def test_a_refused_work_of_a_case_that_left_still_wants_a_person(furnished: Furnished) -> None:
    row = call(furnished, KNOWN.id)
    furnished.store.replica.apply_page(page(gone(KNOWN), gone(reminder(KNOWN), idx=1)))
    furnished.store.replica.settle([answer(row.envelope, Status.GONE)])
    assert held(furnished) == {"c2", "c3"}
    assert [r.mid for r in furnished.store.outbox.rows("attention")] == [row.mid]


def test_scopes_no_longer_granted_are_left(furnished: Furnished) -> None:
    replica = furnished.store.replica
    replica.apply_page(page(put(OTHERS[0]), put(case("c9"), idx=1), scope=SHARED))
    assert held(furnished) == {"c1", "c2", "c3", "c9"}
    replica.leave_scopes([SHARED, ROSTER])
    assert [s.scope for s in replica.scope_states()] == [SHARED]
    assert held(furnished) == {"c2", "c9"}
    replica.leave_scopes([SHARED])
    assert held(furnished) == {"c2", "c9"}


def test_a_scope_read_anew_stays_readable_and_ends_as_the_server_says(
    furnished: Furnished,
) -> None:
    replica = furnished.store.replica
    call(furnished, KNOWN.id, "待发")
    replica.reset_scope(MINE, "e2")
    [state] = replica.scope_states()
    assert (state.epoch, state.cursor) == ("e2", Cursor())
    assert held(furnished) == {"c1", "c2", "c3"}
    # The restored server counts from lower revisions: what comes now is the truth.
    older = case("c2", "改回旧名", address=OTHERS[0].address)
    replica.apply_page(page(put(older), put(KNOWN, idx=1), more=True, head=2, epoch="e2"))
    assert held(furnished) == {"c1", "c2", "c3"}
    replica.apply_page(page(put(LI, commit=2), epoch="e2"))
    assert name_of(furnished, "c2").record.customer.name == "改回旧名"
    assert held(furnished) == {"c1", "c2"}
    assert replica.waiting_count() == 1


def test_a_scope_read_anew_shows_the_revisions_that_were_seen(furnished: Furnished) -> None:
    """Commands name them meanwhile; the server's own come down, be they lower or higher."""
    replica, known = furnished.store.replica, (KNOWN, OTHERS[0])
    replica.apply_page(page(*(put(c, rev=7, commit=2, idx=n) for n, c in enumerate(known))))
    for epoch in ("e2", "e3"):
        replica.reset_scope(MINE, epoch)
        assert [name_of(furnished, c.id).rev for c in known] == [7, 7]
    now = [put(KNOWN, rev=3), put(OTHERS[0], rev=9, idx=1)]
    replica.apply_page(page(*now, epoch="e3"))
    assert [name_of(furnished, c.id).rev for c in known] == [3, 9]


def test_a_reading_anew_that_is_begun_twice_ends_the_same(furnished: Furnished) -> None:
    replica = furnished.store.replica
    replica.reset_scope(MINE, "e2")
    replica.apply_page(page(put(KNOWN), more=True, head=2, epoch="e2"))
    replica.reset_scope(MINE, "e3")
    assert held(furnished) == {"c1", "c2", "c3"}
    again = [put(r, idx=n) for n, r in enumerate(FIRST_PULL) if r is not OTHERS[1]]
    replica.apply_page(page(*again, epoch="e3"))
    assert held(furnished) == {"c1", "c2"}
    assert furnished.rows("SELECT count(*) FROM membership WHERE scope LIKE 'former%'") == [(0,)]


def test_an_erased_case_leaves_no_word_of_it_not_even_in_the_journal(
    furnished: Furnished,
) -> None:
    replica, journal = furnished.store.replica, furnished.vault.journal
    sent = call(furnished, KNOWN.id, "已发")
    replica.settle([answer(sent.envelope, Status.APPLIED, commit=3)])
    other = call(furnished, OTHERS[0].id, "别的")
    unsent = call(furnished, KNOWN.id, "未发")
    furnished.store.drafts.save(f"visit/{KNOWN.id}", b"half", furnished.clock.at)
    replica.apply_page(page(erased(KNOWN, commit=4), erased(reminder(KNOWN), commit=4, idx=1)))
    assert held(furnished, unsent_of="c1") == {"c2", "c3"}
    assert [e.seq for e in replica.waiting(10, 1 << 20)] == [other.seq, unsent.seq]
    assert furnished.store.drafts.load(f"visit/{KNOWN.id}") is None
    entries = dict(journal.read().entries)
    assert sorted(entries) == [0, sent.seq, other.seq, unsent.seq]
    assert entries[sent.seq] == envelope_hash(sent.envelope).encode()


def test_an_echo_waits_for_the_slowest_scope(furnished: Furnished) -> None:
    replica = furnished.store.replica
    replica.apply_page(page(put(LI), scope=ROSTER))
    row = propose(furnished, KNOWN.id)
    replica.settle([answer(row.envelope, Status.APPLIED, commit=5)])
    replica.apply_page(page(scope=ROSTER, head=6))
    assert row_of(furnished, row.mid).state == "acked"
    replica.apply_page(page(head=5))
    assert row_of(furnished, row.mid).state == "done"


def test_a_correction_from_the_server_is_seen_in_the_list(furnished: Furnished) -> None:
    told = msgspec.structs.replace(reminder(KNOWN), result=ContactResult.FAILED)
    [(before,)] = furnished.rows("SELECT stage FROM case_index WHERE id = 'c1'")
    assert before == "phone"
    furnished.store.replica.apply_page(page(put(told, rev=2, commit=2)))
    [(after,)] = furnished.rows("SELECT stage FROM case_index WHERE id = 'c1'")
    assert after == "reminder"


def test_the_end_of_a_sync_is_kept_with_the_clocks_difference(furnished: Furnished) -> None:
    profile = profile_of_li()
    hello = Hello(
        (1,),
        profile.server_id,
        EPOCH,
        profile.branch_id,
        LI.id,
        Role.OFFICER,
        LI.team_id,
        (MINE,),
        9,
        0,
        "",
        SetClock().at.replace(minute=2),
        "cn",
        "1",
    )
    furnished.store.replica.met(hello.server_time)
    furnished.store.replica.note_sync()
    store = furnished.reopened()
    assert store.vault.meta("last_sync") == furnished.clock.at.isoformat()
    assert store.server_time.off_by() == timedelta(minutes=-2)


def test_a_kind_that_this_program_does_not_know_waits_as_it_came(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Take a page of a newer server, work on, and read the record after the upgrade."""

    class Survey(msgspec.Struct, frozen=True, tag="survey", tag_field="kind"):
        id: str
        case_id: str
        answers: tuple[str, ...] = ()

    body = b'{"kind":"survey","id":"s1","case_id":"c1","answers":["\xe5\xa5\xbd"],"later":1}'
    row = FeedRow(2, 0, Op.PUT, "survey", "s1", 1, KNOWN.id, body)
    furnished.store.replica.apply_page(page(row))
    assert furnished.rows("SELECT body FROM replica WHERE kind = 'survey'") == [(body,)]
    expected = row_hash("survey", "s1", 1, body).hex()
    bucket = bucket_of("survey", "s1")
    [told] = [r for r in furnished.store.replica.bucket_rows(MINE, [bucket]) if r.id == "s1"]
    assert told.hash == expected
    known = {type(v.record).__name__ for v in furnished.store.projection.of_case(KNOWN.id)}
    assert "Survey" not in known
    call(furnished, KNOWN.id)  # decided with all that is known of the case
    assert held(furnished) == {"c1", "c2", "c3"}

    monkeypatch.setitem(records.KINDS, "survey", Survey)
    monkeypatch.setitem(records._decoders, "survey", msgspec.json.Decoder(Survey))
    [read] = [
        v.record
        for v in furnished.reopened().projection.of_case(KNOWN.id)
        if isinstance(v.record, Survey)
    ]
    assert read.answers == ("好",)
