"""What officers learn: modules with questions, and what passing them gives.

The texts are in `resources/learning`; here is only what grading needs.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec


class PassedModule(msgspec.Struct, frozen=True):
    """A learning module a person passed last on a day, in the version it had then."""

    module: str
    version: str
    on: date


class Grade(msgspec.Struct, frozen=True):
    """How a module's questions were answered."""

    right: int
    asked: int
    passed: bool


class Module(msgspec.Struct, frozen=True):
    """A module's questions as grading sees them: the right option of each, counted from 0."""

    id: str
    version: str
    right: tuple[int, ...]
    needed: int


class Curriculum(msgspec.Struct, frozen=True):
    """Every module of the certificate; a pass is worth `valid_days`."""

    modules: tuple[Module, ...] = ()
    valid_days: int = 365

    def grade(self, module: str, version: str, answers: Sequence[int]) -> Grade | None:
        """Return how the questions were answered; None for a module there is not (any more)."""
        for one in self.modules:
            if (one.id, one.version) == (module, version) and len(answers) == len(one.right):
                right = sum(a == r for a, r in zip(answers, one.right, strict=True))
                return Grade(right, len(one.right), right >= one.needed)
        return None

    def certificate(self, passed: Sequence[PassedModule], day: date) -> date | None:
        """Return the last day of the certificate, None while a module is missing or too old.

        A new version of a module does not end a certificate: it is asked at the next renewal.
        """
        ends = {p.module: p.on + timedelta(days=self.valid_days) for p in passed}
        if not self.modules or not {m.id for m in self.modules} <= set(ends):
            return None
        until = min(ends[m.id] for m in self.modules)
        return until if until >= day else None
