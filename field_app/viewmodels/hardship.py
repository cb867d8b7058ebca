"""What the customer told of hardship, as entered beside a visit or a statement."""

import msgspec

from field_app.operations.hardship import HardshipForm
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.time_entry import read_day
from sync.domain.ids import CaseId
from sync.domain.vocabulary import SENSITIVE_CAUSES, HardshipCause, Vulnerability


class HardshipEntry(msgspec.Struct, frozen=True):
    """The note so far; `hardship` says whether there is one at all, household 0 = not told.

    Since when and until when are days or months as typed, empty when not told.
    """

    hardship: bool = False
    causes: tuple[HardshipCause, ...] = ()
    since: str = ""
    expected_until: str = ""
    vulnerabilities: tuple[Vulnerability, ...] = ()
    household: int = 0
    consent: bool = False
    words: str = ""

    @property
    def is_sensitive(self) -> bool:
        """Say whether what is noted needs separate consent (PIPL art. 29)."""
        sensitive = bool(SENSITIVE_CAUSES & set(self.causes))
        return sensitive or Vulnerability.HEALTH in self.vulnerabilities

    @property
    def trouble(self) -> Problem | None:
        """Return what in the note is no day, None when all is."""
        typed = [text for text in (self.since, self.expected_until) if text.strip()]
        if self.hardship and any(read_day(text) is None for text in typed):
            return Problem("hardship.not_a_day")
        return None

    def form(self, case_id: CaseId) -> HardshipForm | None:
        """Return the note as the operation takes it, None when there is none."""
        if not self.hardship:
            return None
        return HardshipForm(
            case_id=case_id,
            visit_id=None,
            causes=self.causes,
            since=read_day(self.since),
            expected_until=read_day(self.expected_until),
            household=self.household or None,
            vulnerabilities=self.vulnerabilities,
            consent_to_sensitive=self.consent,
            words=self.words.strip(),
        )
