"""What a page brings that this laptop has nothing of: a first reading is nothing else.

Such cases are reckoned from the page itself, and the scope's sum from what came, so that ten
thousand cases are not read back from the file they were just written to. Most of it needs no
database: it is done on the thread that fetched the page, while the one before is written.
"""

import threading
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import batched

import msgspec
from msgspec.json import Decoder

from field_app.storage.case_entries import Entry, entry_of
from field_app.storage.cipher import Connection
from field_app.storage.search_terms import as_json
from sync.domain.hidden_text import marked_json
from sync.domain.ids import CaseId
from sync.domain.progress import progress_among
from sync.domain.records import Appointment, Case, ContactOutline, Hold
from sync.protocol.digest import Digest, Key, digest_of, row_hash
from sync.protocol.pages import Cursor, Op, Page, PageOp

LISTED = frozenset({"case", "contact", "hold", "appointment"})
CASES, CONTACTS = Decoder(Case), Decoder(ContactOutline)
HOLDS, APPOINTMENTS = Decoder(Hold), Decoder(Appointment)
AT_ONCE = 64  # cases or ops, a millisecond at most
MANY = 500  # ops; what fewer need is quickly reckoned when it is known


def only_brought(ops: Sequence[PageOp]) -> set[CaseId]:
    """Return the cases of which these ops take nothing away."""
    left = {op.case_id for op in ops if op.op is not Op.PUT}
    return {op.case_id for op in ops if op.case_id} - left


def unknown(connection: Connection, cases: set[CaseId]) -> set[CaseId]:
    """Return those of the cases of which nothing stands in the vault."""
    # Ids grow with time: of most cases of a first reading it is enough to know the newest here.
    newest = connection.execute("SELECT max(case_id) FROM replica").fetchone()
    asked = [case_id for case_id in cases if newest and case_id <= (newest[0] or "")]
    known = connection.execute(
        "SELECT case_id FROM overlay UNION SELECT case_id FROM replica "
        "WHERE case_id IN (SELECT value FROM json_each(?))",
        (as_json(asked),),
    )
    return cases - {row[0] for row in known}


def entries_of(ops: Iterable[PageOp], cases: Container[CaseId]) -> dict[CaseId, Entry]:
    """Return what lists keep of these cases, as if nothing but the ops stood of them."""
    return _entries(_by_case(ops, cases).items())


def _entries(told: Iterable[tuple[CaseId, Sequence[PageOp]]]) -> dict[CaseId, Entry]:
    entries = ((case_id, _entry_of(ops)) for case_id, ops in told)
    return {case_id: entry for case_id, entry in entries if entry is not None}


def _by_case(ops: Iterable[PageOp], cases: Container[CaseId]) -> dict[CaseId, list[PageOp]]:
    """Return the newest op of each record that a list asks for."""
    newest: dict[Key, PageOp] = {}
    for op in ops:
        if op.kind in LISTED and op.case_id in cases:
            known = newest.setdefault((op.kind, op.id), op)
            if op.rev >= known.rev and op is not known:
                newest[op.kind, op.id] = op
    found: dict[CaseId, list[PageOp]] = {}
    for op in newest.values():
        found.setdefault(op.case_id, []).append(op)
    return found


def _entry_of(told: Sequence[PageOp]) -> Entry | None:
    """Return what is to stand of one case; None without the case itself, or when it is closed.

    Only what the entry is made of is decoded: of a contact not even its note.
    """
    case: Case | None = None
    contacts: list[ContactOutline] = []
    holds: list[Hold] = []
    appointments: list[Appointment] = []
    for op in told:
        if op.kind == "case":
            case = CASES.decode(marked_json(bytes(op.body)))
        elif op.kind == "contact":
            contacts.append(CONTACTS.decode(op.body))
        elif op.kind == "hold":
            holds.append(HOLDS.decode(op.body))
        else:
            appointments.append(APPOINTMENTS.decode(op.body))
    if case is None:
        return None
    return entry_of(case, progress_among(case, contacts, holds, appointments))


def sum_of(ops: Iterable[PageOp]) -> Digest:
    """Return what these records add up to."""
    return digest_of(row_hash(op.kind, op.id, op.rev, op.body) for op in ops)


class Foreseen(msgspec.Struct, frozen=True):
    """What was reckoned of a page before its turn; `cases` are those it takes nothing from."""

    page: Page
    cases: set[CaseId]
    entries: dict[CaseId, Entry]
    sum: Digest


class Foresight:
    """Keeps what was reckoned beforehand, of one page at most; `reckon` is for any thread.

    It rests while the page before is put into the file: both need Python's lock, and each would
    wait for the other again and again. The commit, as long as both together, needs none.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: Foreseen | None = None
        self._may_go_on = threading.Event()
        self._may_go_on.set()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Let the reckoning rest until the end of the block."""
        self._may_go_on.clear()
        try:
            yield
        finally:
            self._may_go_on.set()

    def _in_turn[T](self, some: Iterable[T]) -> Iterator[T]:
        for few in batched(some, AT_ONCE):
            self._may_go_on.wait()
            yield from few

    def reckon(self, page: Page) -> None:
        """Reckon what `take` is asked for when the page is written."""
        if len(page.ops) < MANY:
            return
        cases = only_brought(page.ops)
        entries = _entries(self._in_turn(_by_case(self._in_turn(page.ops), cases).items()))
        found = Foreseen(page, cases, entries, sum_of(self._in_turn(page.ops)))
        with self._lock:
            self._found = found

    def take(self, page: Page) -> Foreseen | None:
        """Return once what was reckoned of this very page."""
        with self._lock:
            found, self._found = self._found, None
        return found if found is not None and found.page is page else None


class Arriving:
    """Adds up the scopes that are read from their beginning, as long as all of it is new here.

    Kept until the program ends; a reading that goes on after that is added up from the file.
    """

    def __init__(self) -> None:
        self._sums: dict[str, tuple[Cursor, Digest]] = {}

    def heard(self, page: Page, after: Cursor, came: Digest | None) -> None:
        """Add a page read behind this cursor; `came` is None when it replaced something."""
        start = (after, Digest()) if after.commit_no == 0 else None
        reached, so_far = self._sums.pop(page.scope, start) or (None, Digest())
        if came is not None and reached == after:
            self._sums[page.scope] = Cursor.parse(page.to), so_far.plus(came)

    def take(self, scope: str) -> Digest | None:
        """Return once what came of a scope, None when something of it was here before."""
        _, found = self._sums.pop(scope, (None, None))
        return found
