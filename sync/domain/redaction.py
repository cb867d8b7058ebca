"""What of a record a scope may hold: nobody's laptop keeps more than its person's work needs.

Compliance officers judge conduct: they see what was done and said, not how to reach the customer
(PIPL art. 6, minimum scope).
"""

import msgspec

from sync.domain.records import Case, Record
from sync.domain.scopes import is_review

TAIL = 4


def seen_in(scope: str, record: Record) -> Record:
    """Return the record as a scope holds it."""
    if is_review(scope) and isinstance(record, Case):
        return _without_ways_to_reach(record)
    return record


def _without_ways_to_reach(case: Case) -> Case:
    customer = msgspec.structs.replace(case.customer, phones=(), id_tail="")
    address = msgspec.structs.replace(case.address, text="", lat_e7=None, lon_e7=None, moves=())
    loan = msgspec.structs.replace(case.loan, account_no=case.loan.account_no[-TAIL:])
    return msgspec.structs.replace(case, customer=customer, address=address, loan=loan)
