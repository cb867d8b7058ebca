"""Puts what the server adds on the fact inside a command: flags, and when it happened."""

from typing import Any

import msgspec

from sync.domain.commands import Command, fact_record
from sync.domain.time import Between
from sync.domain.vocabulary import FactFlag


def stamped(command: Command, flag: FactFlag) -> Command:
    """Return the fact-command with the flag on its fact; other commands are not facts."""
    fact: Any = fact_record(command)  # type: ignore[arg-type]  # callers pass facts only
    return _with(command, fact, msgspec.structs.replace(fact, flags=(*fact.flags, flag)))


def bracketed(command: Command, between: Between | None) -> Command:
    """Return the fact-command whose fact says between which instants it happened."""
    fact: Any = fact_record(command)  # type: ignore[arg-type]  # callers pass facts only
    if fact.between == between:
        return command
    return _with(command, fact, msgspec.structs.replace(fact, between=between))


def _with(command: Command, fact: Any, instead: Any) -> Command:
    for name in command.__struct_fields__:
        if getattr(command, name) is fact:
            return msgspec.structs.replace(command, **{name: instead})
    return command
