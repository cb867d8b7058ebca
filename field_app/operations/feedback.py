"""The customer's praise, complaint or suggestion."""

from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from sync.domain.commands import RecordFeedback
from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Feedback
from sync.domain.vocabulary import FeedbackKind


def record(
    desk: Desk,
    case_id: CaseId,
    visit_id: RecordId | None,
    kind: FeedbackKind,
    topic: str,
    words: str,
) -> Written:
    """Keep the customer's words; a complaint rests the case until it is closed."""
    feedback = Feedback(
        id=RecordId(desk.ids.fresh()),
        case_id=case_id,
        visit_id=visit_id,
        at=desk.clock.now(),
        by=desk.me.officer_id,
        feedback=kind,
        topic=topic,
        words=words,
    )
    hold_id, complaint_id = RecordId(desk.ids.fresh()), RecordId(desk.ids.fresh())
    return submit(desk, RecordFeedback(feedback, hold_id, complaint_id))
