"""The form of an appointment: the window, the place, the officers, and how it was agreed."""

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QFormLayout, QLineEdit, QWidget

from field_app.ui.components.choices import combo, options_of
from field_app.ui.components.rows import add_row
from field_app.ui.components.tick import Tick
from field_app.ui.look import Look
from field_app.viewmodels.appointment import AppointmentViewModel, Consent, Window
from field_app.viewmodels.time_entry import read_span
from sync.domain.ids import OfficerId
from sync.domain.vocabulary import AgreedBy, Channel, Place

CHANNELS = (Channel.PHONE, Channel.SMS, Channel.APP, Channel.LETTER)


class AppointmentForm(QWidget):
    """Reads from and writes to the view-model; every change is judged."""

    def __init__(self, look: Look, view: AppointmentViewModel) -> None:
        super().__init__()
        self._look = look
        self._view = view
        words = look.words
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(look.px(8))
        form.setHorizontalSpacing(look.px(14))
        self.day = QDateEdit()
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.span = QLineEdit()
        self.span.setPlaceholderText("14:00-15:00")
        self.place = combo(options_of(look, Place, "place"), words("Place"))
        self.first = combo([], words("First officer"))
        self.second = combo([], words("Second officer"))
        self.by = combo(options_of(look, AgreedBy, "agreed_by"), words("Agreed by"))
        self.channel = combo([(str(c), words.code(f"channel.{c}")) for c in CHANNELS], words("By"))
        self.said = QLineEdit()
        self.said.setPlaceholderText(words("What the customer said"))
        self.asked = Tick(words("The customer asked for this time"))
        self.written = Tick(words("Agreed in writing"))
        rows: tuple[tuple[str, QWidget], ...] = (
            (words("Day"), self.day),
            (words("From–to"), self.span),
            (words("Place"), self.place),
            (words("First officer"), self.first),
            (words("Second officer"), self.second),
            (words("Agreed by"), self.by),
            (words("By"), self.channel),
            (words("In their words"), self.said),
            ("", self.asked),
            ("", self.written),
        )
        for text, entry in rows:
            add_row(form, text, entry)
        self._listen()

    def _listen(self) -> None:
        self.day.dateChanged.connect(lambda _d: self.changed())
        for line in (self.span, self.said):
            line.textEdited.connect(lambda _t: self.changed())
        for box in (self.place, self.first, self.second, self.by, self.channel):
            box.activated.connect(lambda _i: self.changed())
        for tick in (self.asked, self.written):
            tick.clicked.connect(lambda _on: self.changed())

    def fill(self) -> None:
        """Show what the view-model holds."""
        window = self._view.window
        for box in (self.first, self.second):
            box.clear()
            box.addItem(self._look.words("nobody"), "")
            for officer in self._view.colleagues:
                box.addItem(officer.name, officer.id)
        chosen = (*self._view.officers, "", "")
        self.first.setCurrentIndex(max(0, self.first.findData(chosen[0])))
        self.second.setCurrentIndex(max(0, self.second.findData(chosen[1])))
        self.place.setCurrentIndex(self.place.findData(str(self._view.place)))
        if window is not None:
            self.show_window(window)
        self._show_consent(self._view.consent)

    def _show_consent(self, consent: Consent) -> None:
        self.by.setCurrentIndex(self.by.findData(str(consent.by)))
        self.channel.setCurrentIndex(self.channel.findData(str(consent.channel)))
        self.said.setText(consent.words)
        self.asked.setChecked(consent.requested_by_customer)
        self.written.setChecked(consent.written)

    def show_window(self, window: Window) -> None:
        """Show a window chosen elsewhere."""
        self.day.blockSignals(True)
        self.day.setDate(QDate(window.day.year, window.day.month, window.day.day))
        self.day.blockSignals(False)
        self.span.setText(f"{window.start:%H:%M}-{window.end:%H:%M}")

    @property
    def chosen(self) -> Window | None:
        """Return the window as typed, None while it is not one."""
        span = read_span(self.span.text())
        day = self.day.date().toPython()
        return Window(day, *span) if span else None  # type: ignore[arg-type]

    def officers(self) -> tuple[OfficerId, ...]:
        """Return the chosen officers, each once."""
        both = (self.first.currentData(), self.second.currentData())
        return tuple(dict.fromkeys(OfficerId(o) for o in both if o))

    def consent(self) -> Consent:
        """Return how it was agreed as entered."""
        return Consent(
            by=AgreedBy(self.by.currentData()),
            channel=Channel(self.channel.currentData()),
            words=self.said.text().strip(),
            requested_by_customer=self.asked.isChecked(),
            written=self.written.isChecked(),
        )

    def changed(self) -> None:
        """Tell the view-model."""
        self._view.take_form(
            self.chosen, Place(self.place.currentData()), self.officers(), self.consent()
        )
