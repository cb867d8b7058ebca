"""What the customer asks for from now on: it binds like a rule."""

from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from sync.domain.commands import RecordWish
from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Wish
from sync.domain.situation import Wishes


def record(desk: Desk, case_id: CaseId, wishes: Wishes, words: str) -> Written:
    """Keep the customer's wishes in place of the former ones; the words stay on record."""
    wish = Wish(
        id=RecordId(desk.ids.fresh()),
        case_id=case_id,
        at=desk.clock.now(),
        by=desk.me.officer_id,
        wishes=wishes,
        words=words.strip(),
    )
    return submit(desk, RecordWish(wish))
