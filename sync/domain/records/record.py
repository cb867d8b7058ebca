"""What every record shares: its kind, its case, its one JSON form, and the revision beside it."""

from typing import Any, get_args

import msgspec

from sync.domain.budget import Budget
from sync.domain.ids import CaseId
from sync.domain.records.cases import Case
from sync.domain.records.hearing import Complaint, Feedback, Hardship, Hold, Note, Referral, Wish
from sync.domain.records.payments import Payment, Plan
from sync.domain.records.people import Officer, Route, Training
from sync.domain.records.traces import Attachment, Export, Reveal
from sync.domain.records.visits import Appointment, Contact, Visit

type Record = (
    Officer
    | Case
    | Contact
    | Appointment
    | Visit
    | Hardship
    | Feedback
    | Hold
    | Attachment
    | Reveal
    | Route
    | Budget
    | Complaint
    | Plan
    | Payment
    | Wish
    | Note
    | Referral
    | Training
    | Export
)

KINDS: dict[str, type[Any]] = {
    str(cls.__struct_config__.tag): cls for cls in get_args(Record.__value__)
}
_KINDS_OF: dict[type[Any], str] = {cls: kind for kind, cls in KINDS.items()}


class Versioned[T](msgspec.Struct, frozen=True, gc=False):
    """A record with the revision the server gave it; 0 = known only to this laptop."""

    rev: int
    record: T


def kind_of(record: Record) -> str:
    """Return the record's kind, the key of `KINDS`."""
    return _KINDS_OF[type(record)]


def case_of(record: Record) -> CaseId | None:
    """Return the case a record belongs to; None for officers and routes."""
    if isinstance(record, Case):
        return record.id
    return getattr(record, "case_id", None)


_encoder = msgspec.json.Encoder(order="deterministic")
_decoders = {kind: msgspec.json.Decoder(cls) for kind, cls in KINDS.items()}


def encode_record(record: Record) -> bytes:
    """Return the record's one JSON form; both ends store, hash and send these bytes."""
    return _encoder.encode(record)


def decode_record(kind: str, body: bytes) -> Record:
    """Return the record of these bytes.

    Raises KeyError for an unknown kind, msgspec.ValidationError for a body of the wrong shape.
    """
    record: Record = _decoders[kind].decode(body)
    return record
