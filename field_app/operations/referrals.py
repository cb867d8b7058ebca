"""Referrals: the customer is told who else can help; later, what became of it."""

from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from sync.domain.commands import CloseReferral, ReferCustomer
from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Referral, Versioned
from sync.domain.vocabulary import ReferralOutcome


def refer(desk: Desk, case_id: CaseId, organisation: str, topic: str, words: str) -> Written:
    """Keep where the customer was sent, and what for."""
    referral = Referral(
        id=RecordId(desk.ids.fresh()),
        case_id=case_id,
        at=desk.clock.now(),
        by=desk.me.officer_id,
        organisation=organisation.strip(),
        topic=topic,
        words=words.strip(),
    )
    return submit(desk, ReferCustomer(referral))


def close(
    desk: Desk, referral: Versioned[Referral], outcome: ReferralOutcome, words: str
) -> Written:
    """Tell what became of a referral."""
    stands = referral.record
    now = desk.clock.now()
    return submit(desk, CloseReferral(stands.id, stands.case_id, referral.rev, outcome, words, now))
