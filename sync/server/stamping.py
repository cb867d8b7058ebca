"""Puts a flag on the fact inside a command."""

from typing import Any

import msgspec

from sync.domain.commands import Command, fact_record
from sync.domain.vocabulary import FactFlag


def stamped(command: Command, flag: FactFlag) -> Command:
    """Return the fact-command with the flag on its fact; other commands are not facts."""
    fact: Any = fact_record(command)  # type: ignore[arg-type]  # callers pass facts only
    flagged = msgspec.structs.replace(fact, flags=(*fact.flags, flag))
    for name in command.__struct_fields__:
        if getattr(command, name) is fact:
            return msgspec.structs.replace(command, **{name: flagged})
    return command
