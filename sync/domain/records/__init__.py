"""Everything that exists: immutable records, told apart by `kind`, one module for each matter.

Money is integer fen, coordinates integer 1e-7 degrees WGS-84, instants aware. A record carries no
revision of its own; `Versioned` adds the number the server counts up. Python's collector need not
look at those of which there are many (`gc=False`): nothing immutable lies in a ring. They know no
rule, database or window. Read first: `cases`, then `record`.
"""

from sync.domain.records.cases import Address, Case, Customer, Loan, PinMove
from sync.domain.records.hearing import Complaint, Feedback, Hardship, Hold, Note, Referral, Wish
from sync.domain.records.payments import Payment, Plan, PlanAgreement
from sync.domain.records.people import Officer, Route, Stop, Training
from sync.domain.records.record import (
    KINDS,
    Record,
    Versioned,
    case_of,
    decode_record,
    encode_record,
    kind_of,
)
from sync.domain.records.traces import Attachment, Export, Reveal
from sync.domain.records.visits import (
    AgreementEvidence,
    Appointment,
    Contact,
    ContactOutline,
    Promise,
    Visit,
)

__all__ = [
    "KINDS",
    "Address",
    "AgreementEvidence",
    "Appointment",
    "Attachment",
    "Case",
    "Complaint",
    "Contact",
    "ContactOutline",
    "Customer",
    "Export",
    "Feedback",
    "Hardship",
    "Hold",
    "Loan",
    "Note",
    "Officer",
    "Payment",
    "PinMove",
    "Plan",
    "PlanAgreement",
    "Promise",
    "Record",
    "Referral",
    "Reveal",
    "Route",
    "Stop",
    "Training",
    "Versioned",
    "Visit",
    "Wish",
    "case_of",
    "decode_record",
    "encode_record",
    "kind_of",
]
