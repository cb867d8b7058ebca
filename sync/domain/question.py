"""What is asked when a command is decided, and who may touch which case."""

from datetime import datetime

import msgspec

from sync.domain.ids import CaseId
from sync.domain.outcome import Actor, Gone
from sync.domain.records import Case
from sync.domain.situation import Policy
from sync.domain.snapshot import Snapshot
from sync.domain.vocabulary import Role


def works_on(actor: Actor, case: Case) -> bool:
    """Say whether the person is one of the case's officers or leads its team."""
    if actor.role is Role.LEAD:
        return case.team_id == actor.team_id
    return actor.role is Role.OFFICER and actor.officer_id in case.officers


def oversees(actor: Actor, case: Case) -> bool:
    """Say whether the person may decide about the case as its lead or as compliance."""
    if actor.role is Role.COMPLIANCE:
        return True
    return actor.role is Role.LEAD and case.team_id == actor.team_id


class Question(msgspec.Struct, frozen=True):
    """Everything `decide` looks at besides the command itself. `at` is when the act was done."""

    snapshot: Snapshot
    actor: Actor
    policy: Policy
    at: datetime

    def works_on(self, case: Case) -> bool:
        """Say whether the actor is one of the case's officers or leads its team."""
        return works_on(self.actor, case)

    def oversees(self, case: Case) -> bool:
        """Say whether the actor may decide about the case as its lead or as compliance."""
        return oversees(self.actor, case)

    def own_case(self, case_id: CaseId) -> Case | Gone:
        """Return the case when it is the actor's to change, else Gone: foreign ids tell nothing."""
        case = self.snapshot.case(case_id)
        if case is None or not self.works_on(case):
            return Gone("case", case_id)
        return case

    def overseen_case(self, case_id: CaseId) -> Case | Gone:
        """Return the case when the actor oversees it, else Gone."""
        case = self.snapshot.case(case_id)
        if case is None or not self.oversees(case):
            return Gone("case", case_id)
        return case
