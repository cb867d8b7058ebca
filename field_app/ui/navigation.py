"""How a screen asks for another one, without knowing the window."""

from typing import Protocol

from field_app.viewmodels.appointment import Suggestion
from sync.domain.ids import CaseId, RecordId


class Navigator(Protocol):
    """The window, as the screens see it."""

    def show_screen(self, name: str) -> None:
        """Show a screen of the navigation."""
        ...

    def open_case(self, case_id: CaseId) -> None:
        """Show a case."""
        ...

    def open_appointment(
        self,
        case_id: CaseId,
        appointment_id: RecordId | None,
        suggested: Suggestion | None = None,
    ) -> None:
        """Agree a window for a case; a suggested one stands in the form."""
        ...

    def open_visit(self, case_id: CaseId, appointment_id: RecordId | None) -> None:
        """Begin or record a visit."""
        ...

    def open_door(self, case_id: CaseId, appointment_id: RecordId | None) -> None:
        """Show a visit as it may lie open at its door."""
        ...

    def open_amendment(self, case_id: CaseId, visit_id: RecordId) -> None:
        """Correct a visit that is on record."""
        ...

    def open_relief(self, case_id: CaseId) -> None:
        """Speak of hardship and a plan."""
        ...

    def go_back(self) -> None:
        """Show the screen before this one."""
        ...

    def tell(self, text: str, tone: str = "ok") -> None:
        """Tell the person what came of something, for a few seconds."""
        ...

    def lock(self) -> None:
        """Lock this laptop."""
        ...

    def copy(self, text: str) -> None:
        """Put a text on the clipboard for a few seconds."""
        ...
