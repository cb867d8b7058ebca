"""What lists and searches keep of one case: its row and the words whose beginning finds it."""

import msgspec

from field_app.storage.search_terms import as_json, normal, terms_of
from sync.domain.ids import CaseId
from sync.domain.progress import Progress
from sync.domain.records import Case

LATEST = "9999"  # sorts behind every instant: no next step dated
CLOSED = "closed"


class IndexRow(msgspec.Struct, frozen=True, gc=False):
    """A case as lists need it; empty text where there is nothing.

    `pending`: work on it waits for the server. It is found out when a list is read, not kept.
    """

    id: CaseId
    case_no: str
    name: str
    area: str
    address: str
    stage: str
    next_step: str
    next_at: str
    overdue_since: str
    total_fen: int
    held: int
    vulnerable: int
    officer_id: str
    second_id: str
    pending: int = 0


KEPT = IndexRow.__struct_fields__[:-1]  # all but `pending`


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What stands of one case: `words` are its terms as JSON, sorted; `address` is `compared`."""

    row: IndexRow
    words: str
    address: str

    @property
    def terms(self) -> list[str]:
        """Return the words one by one."""
        return _read_words(self.words)


def compared(address: str) -> str:
    """Return an address as it is compared; a blank, so that its last two begin a trigram."""
    return f"{normal(address)} "


_read_words = msgspec.json.Decoder(list[str]).decode
type Entries = dict[int, Entry]  # by the number of the row


def entry_of(case: Case, progress: Progress) -> Entry | None:
    """Return what is to stand of a case that has come so far; None of one that is closed."""
    if progress.stage == CLOSED:
        return None
    row = IndexRow(
        id=case.id,
        case_no=case.case_no,
        name=case.customer.name,
        area=case.address.area,
        address=case.address.text,
        stage=progress.stage,
        next_step=progress.next_step,
        next_at=progress.next_at.isoformat() if progress.next_at else LATEST,
        overdue_since=case.loan.overdue_since.isoformat(),
        total_fen=case.loan.total_fen,
        held=int(progress.stage == "hold"),
        vulnerable=int(bool(case.customer.vulnerabilities)),
        officer_id=case.officer_id or "",
        second_id=case.second_id or "",
    )
    return Entry(row, as_json(sorted(terms_of(case))), compared(row.address))
