"""What follows from a command: changes, or a reasoned no. A refusal is a value."""

from typing import Any

import msgspec

from sync.domain.ids import OfficerId, TeamId
from sync.domain.records import Record
from sync.domain.situation import Decision
from sync.domain.vocabulary import Role


class Actor(msgspec.Struct, frozen=True):
    """Who acts, as the account stands now."""

    officer_id: OfficerId
    role: Role
    team_id: TeamId


class Change(msgspec.Struct, frozen=True):
    """A record as it will be, and the revision it was decided upon (0 = new)."""

    record: Record
    base_rev: int


class Reason(msgspec.Struct, frozen=True):
    """A code with its values; words come from the catalogues."""

    code: str
    params: dict[str, Any] = {}


class Applied(msgspec.Struct, frozen=True):
    """The command may happen; these records change together."""

    changes: tuple[Change, ...]
    decision: Decision | None = None


class Refused(msgspec.Struct, frozen=True):
    """The command may not happen; nothing changes."""

    reasons: tuple[Reason, ...]
    decision: Decision | None = None


class Conflict(msgspec.Struct, frozen=True):
    """Somebody changed the record first; `current_rev` is what stands now."""

    kind: str
    record_id: str
    current_rev: int


class Gone(msgspec.Struct, frozen=True):
    """The record is not there, or no longer this person's to change."""

    kind: str
    record_id: str


type Outcome = Applied | Refused | Conflict | Gone


def refused(code: str, **params: Any) -> Refused:
    """Return a refusal for one reason."""
    return Refused((Reason(code, params),))
