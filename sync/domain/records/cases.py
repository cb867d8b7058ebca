"""Cases: who the customer is, where they live, what is owed, and who looks after it."""

from datetime import date, datetime

import msgspec

from sync.domain.ids import CaseId, OfficerId, TeamId
from sync.domain.situation import Wishes
from sync.domain.vocabulary import (
    Datum,
    Product,
    Vulnerability,
)


class Customer(msgspec.Struct, frozen=True, gc=False):
    """The person; phone numbers in the order to try them."""

    name: str
    phones: tuple[str, ...] = ()
    id_tail: str = ""
    language: str = "zh"
    deceased: bool = False
    vulnerabilities: tuple[Vulnerability, ...] = ()


class PinMove(msgspec.Struct, frozen=True):
    """A pin that a person corrected: from where (None when there was none) to where, and why.

    Degrees times 10 000 000 in WGS-84; `datum` is the system each place was given in.
    """

    at: datetime
    by: OfficerId
    reason: str
    lat_e7: int
    lon_e7: int
    datum: Datum
    before_lat_e7: int | None = None
    before_lon_e7: int | None = None
    before_datum: Datum | None = None


class Address(msgspec.Struct, frozen=True, gc=False):
    """Where the customer lives; without coordinates it waits to be pinned.

    The point is WGS-84; `datum` is the system it was given in, `moves` every correction of it.
    """

    text: str
    area: str = ""
    lat_e7: int | None = None
    lon_e7: int | None = None
    datum: Datum = Datum.WGS84
    zone: str = "Asia/Shanghai"
    moves: tuple[PinMove, ...] = ()

    @property
    def point(self) -> tuple[float, float] | None:
        """Return (latitude, longitude) in degrees, or None when not pinned."""
        if self.lat_e7 is None or self.lon_e7 is None:
            return None
        return self.lat_e7 / 1e7, self.lon_e7 / 1e7


class Loan(msgspec.Struct, frozen=True, gc=False):
    """What is owed on one account, broken down in fen."""

    account_no: str
    product: Product
    principal_fen: int
    interest_fen: int
    fees_fen: int
    overdue_since: date

    @property
    def total_fen(self) -> int:
        """Return principal, interest and fees together, in fen."""
        return self.principal_fen + self.interest_fen + self.fees_fen


class Case(msgspec.Struct, frozen=True, tag="case", tag_field="kind", gc=False):
    """One overdue customer of one team, assigned to at most one officer and a second."""

    id: CaseId
    case_no: str
    team_id: TeamId
    customer: Customer
    address: Address
    loan: Loan
    officer_id: OfficerId | None = None
    second_id: OfficerId | None = None
    wishes: Wishes = Wishes()
    plan_in_force: bool = False
    closed_on: date | None = None

    @property
    def closed(self) -> bool:
        """Say whether the case has come to its end."""
        return self.closed_on is not None

    @property
    def officers(self) -> tuple[OfficerId, ...]:
        """Return the assigned officers, the responsible one first."""
        return tuple(o for o in (self.officer_id, self.second_id) if o is not None)
