"""Who may see what: each record belongs to a few scopes, each device may pull a few scopes.

`team:T` everything of a team (its lead) · `officer:O` an officer's own cases · `review:T` a team's
records without the ways to reach a customer (compliance; see `redaction`) · `roster:T` the
colleagues of a team, without whom nobody can name a second officer.
"""

from collections.abc import Iterable

from sync.domain.ids import OfficerId, TeamId
from sync.domain.outcome import Actor
from sync.domain.records import Case, Export, Officer, Record, Reveal, Route, Training
from sync.domain.vocabulary import Role


def team_scope(team_id: TeamId) -> str:
    """Return the scope of everything a team has."""
    return f"team:{team_id}"


def review_scope(team_id: TeamId) -> str:
    """Return the scope of a team's records as compliance sees them."""
    return f"review:{team_id}"


def is_review(scope: str) -> bool:
    """Say whether a scope holds records as compliance sees them."""
    return scope.startswith("review:")


def officer_scope(officer_id: OfficerId) -> str:
    """Return the scope of one officer's own cases."""
    return f"officer:{officer_id}"


def roster_scope(team_id: TeamId) -> str:
    """Return the scope of a team's colleagues."""
    return f"roster:{team_id}"


def scopes_of(record: Record, case: Case | None) -> frozenset[str]:
    """Return the scopes a record belongs to; `case` is its case, None where it has none."""
    match record:
        case Officer():
            return frozenset({roster_scope(record.team_id)})
        case Training() | Route() | Export():
            return _of_team(record.team_id) | {officer_scope(record.officer_id)}
        case _ if case is None:
            return frozenset()
        case Reveal():
            return _of_team(case.team_id)
        case _:
            return _of_team(case.team_id) | {officer_scope(o) for o in case.officers}


def _of_team(team_id: TeamId) -> frozenset[str]:
    return frozenset({team_scope(team_id), review_scope(team_id)})


def granted_scopes(actor: Actor, teams: Iterable[TeamId]) -> tuple[str, ...]:
    """Return what a person's device may pull; `teams` are all teams of the branch."""
    match actor.role:
        case Role.OFFICER:
            return officer_scope(actor.officer_id), roster_scope(actor.team_id)
        case Role.LEAD:
            return team_scope(actor.team_id), roster_scope(actor.team_id)
        case Role.COMPLIANCE:
            every = sorted(teams)
            return (*(review_scope(t) for t in every), *(roster_scope(t) for t in every))
        case Role.ADMIN:
            return ()
