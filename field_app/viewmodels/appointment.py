"""Agreeing a window with a customer: the draft, the rules' answer while typing, the saving.

Signals: `loaded()`, `looked_ahead()` when other rules change what is lawful, `judged()` after each
answer of the rules, `saved(str)` with the kind of act, `refused(object)` with an `Answer`.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.i18n.words import Words
from field_app.operations import appointments, cases, team
from field_app.operations.appointments import DayMark as DayMark
from field_app.operations.appointments import Draft
from field_app.operations.cases import CaseFile
from field_app.operations.desk import Desk
from field_app.operations.submit import RULES, Changes, Written
from field_app.viewmodels.answer import answer_of
from field_app.viewmodels.drafting import Drafting, KeptDraft
from field_app.viewmodels.exports import Exports, ExportWish, FileOut
from field_app.viewmodels.findings import FindingText, RuleWords, explain_decision
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.reloading import Reloading
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import AgreementEvidence, Appointment, Officer, Versioned
from sync.domain.situation import Decision, Verdict
from sync.domain.time import Clock, at_local, local
from sync.domain.vocabulary import AgreedBy, AppointmentState, Channel, ExportFile, Place
from sync.policy.slots import Slot as Slot

DAYS_SHOWN = 14
USUAL_MINUTES = 60


class Window(msgspec.Struct, frozen=True):
    """The window being agreed, in the customer's local time."""

    day: date
    start: time
    end: time


class Suggestion(msgspec.Struct, frozen=True):
    """A window found elsewhere, in which a plan has room with these officers."""

    start: datetime
    end: datetime
    officers: tuple[OfficerId, ...]


class Consent(msgspec.Struct, frozen=True):
    """How the customer agreed, as entered so far."""

    by: AgreedBy = AgreedBy.CUSTOMER
    channel: Channel = Channel.PHONE
    agreed_at: datetime | None = None
    words: str = ""
    requested_by_customer: bool = False
    written: bool = False


class _Kept(msgspec.Struct, frozen=True):
    """What stood in the form, and the revision it was typed upon."""

    rev: int
    window: Window
    place: Place
    officers: tuple[OfficerId, ...]
    consent: Consent


class AppointmentViewModel(QObject):
    """One case's appointment, from the first proposal to the customer's yes or no."""

    loaded = Signal()
    looked_ahead = Signal()
    judged = Signal()
    saved = Signal(str)
    refused = Signal(object)

    def __init__(
        self, runner: Runner, clock: Clock, rule_words: RuleWords, drafting: Drafting
    ) -> None:
        super().__init__()
        self._runner = runner
        self._drafting = drafting
        self.exports = Exports(runner)
        self._clock = clock
        self._rule_words = rule_words
        self.judging = Reloading(self.judge)
        self.rereading = Reloading(self._ask_new_rules)
        self.file: CaseFile | None = None
        self.open: Versioned[Appointment] | None = None
        self.window: Window | None = None
        self.place = Place.HOME
        self.officers: tuple[OfficerId, ...] = ()
        self.colleagues: tuple[Officer, ...] = ()
        self.consent = Consent()
        self.marks: tuple[DayMark, ...] = ()
        self.slots: tuple[Slot, ...] = ()
        self.decision: Decision | None = None
        self.findings: tuple[FindingText, ...] = ()
        runner.subscribe(self._on_changes)

    def _on_changes(self, changes: Changes) -> None:
        if changes.kinds & RULES:
            self.rereading.ask()

    async def load(
        self,
        case_id: CaseId,
        appointment_id: RecordId | None,
        suggested: Suggestion | None = None,
    ) -> None:
        """Read the case, its open appointment and the two weeks to come."""
        self.file = await self._runner.run(lambda desk: cases.open_file(desk, case_id))
        if self.file is None:
            self.loaded.emit()
            return
        self.open = _pick(self.file.open_appointments, appointment_id)
        self.colleagues = await self._runner.run(team.field_officers)
        self.officers = self.file.case.officers
        self.consent = Consent()
        await self._look_ahead(case_id)
        self._start_from_what_is_there()
        if suggested is not None:
            self.officers = suggested.officers
            self._take(suggested.start, suggested.end)
        else:
            await self._take_up()
        self.loaded.emit()
        await self.judge()

    async def _look_ahead(self, case_id: CaseId) -> None:
        first = local(self._clock.now(), self.zone).date()
        self.marks = await self._runner.run(
            lambda desk: appointments.week(desk, case_id, first, DAYS_SHOWN)
        )
        self.slots = await self._runner.run(
            lambda desk: appointments.lawful_slots(desk, case_id, first, 30, USUAL_MINUTES)
        )

    async def _ask_new_rules(self) -> None:
        """Judge again what is on the screen; what was typed stays."""
        if self.file is not None:
            await self._look_ahead(self.file.case.id)
            self.looked_ahead.emit()
            await self.judge()

    @property
    def zone(self) -> str:
        """Return the zone of the customer's address."""
        return self.file.case.address.zone if self.file else "Asia/Shanghai"

    @property
    def may_confirm(self) -> bool:
        """Say whether the rules let this window be agreed."""
        return self.decision is not None and self.decision.verdict is not Verdict.BLOCK

    def _start_from_what_is_there(self) -> None:
        if self.open is not None:
            stands = self.open.record
            self.place, self.officers = stands.place, stands.officers
            self._take(stands.start, stands.end)
        elif self.slots:
            self._take(self.slots[0].start, self.slots[0].end)
        else:
            tomorrow = local(self._clock.now(), self.zone).date() + timedelta(days=1)
            self.window = Window(tomorrow, time(10), time(11))

    def _take(self, start: datetime, end: datetime) -> None:
        begins, ends = local(start, self.zone), local(end, self.zone)
        self.window = Window(begins.date(), begins.time(), ends.time())

    @property
    def ids(self) -> tuple[str, str]:
        """Return the ids of case and appointment, for the name of a draft."""
        case_id = self.file.case.id if self.file else ""
        return case_id, self.open.record.id if self.open else "new"

    @property
    def _draft(self) -> KeptDraft:
        return KeptDraft(self._drafting, "/".join(("appointment", *self.ids)))

    def _keep(self) -> None:
        """Keep what stands in the form, so that it outlives a lock."""
        if self.file is not None and self.window is not None:
            rev = self.open.rev if self.open else 0
            kept = _Kept(rev, self.window, self.place, self.officers, self.consent)
            self._draft.keep(msgspec.json.encode(kept))

    async def _take_up(self) -> None:
        """Go on from the draft, unless its day is over or the appointment changed since."""
        body = await self._draft.recall()
        if body is None:
            return
        kept = msgspec.json.decode(body, type=_Kept)
        today = local(self._clock.now(), self.zone).date()
        if kept.window.day < today or kept.rev != (self.open.rev if self.open else 0):
            self._draft.drop()
            return
        self.window, self.place = kept.window, kept.place
        self.officers, self.consent = kept.officers, kept.consent

    async def choose_slot(self, slot: Slot) -> None:
        """Take a proposed lawful slot."""
        self._take(slot.start, slot.end)
        self._keep()
        await self.judge()

    def take_form(
        self,
        window: Window | None,
        place: Place,
        officers: tuple[OfficerId, ...],
        consent: Consent,
    ) -> None:
        """Take what the form holds and ask the rules soon; a burst of typing asks once."""
        self.window = window or self.window
        self.place, self.officers, self.consent = place, officers, consent
        self._keep()
        self.judging.ask()

    async def judge(self) -> None:
        """Ask the rules about the window as if the customer agreed to it now."""
        draft, evidence = self.draft(), self.evidence()
        if draft is None:
            return
        self.decision = await self._runner.run(
            lambda desk: appointments.preview(desk, draft, evidence)
        )
        self.findings = explain_decision(self._rule_words, self.decision)
        self.judged.emit()

    def draft(self) -> Draft | None:
        """Return the window as an operation takes it."""
        if self.file is None or self.window is None:
            return None
        return Draft(
            case_id=self.file.case.id,
            appointment_id=self.open.record.id if self.open else None,
            base_rev=self.open.rev if self.open else 0,
            start=at_local(self.window.day, self.window.start, self.zone),
            end=at_local(self.window.day, self.window.end, self.zone),
            place=self.place,
            officers=self.officers,
        )

    def evidence(self) -> AgreementEvidence:
        """Return the evidence of the agreement as entered; agreed now unless said otherwise."""
        return AgreementEvidence(
            agreed_at=self.consent.agreed_at or self._clock.now(),
            by=self.consent.by,
            channel=self.consent.channel,
            words=self.consent.words,
            requested_by_customer=self.consent.requested_by_customer,
            written=self.consent.written,
        )

    async def propose(self) -> None:
        """Keep the window as one to ask the customer about."""
        draft = self.draft()
        if draft is not None:
            await self._act("proposed", lambda desk: appointments.propose(desk, draft))

    async def confirm(self) -> None:
        """Keep the customer's yes."""
        draft, evidence = self.draft(), self.evidence()
        if draft is not None:
            await self._act("agreed", lambda desk: appointments.confirm(desk, draft, evidence))

    async def close_with(self, state: AppointmentState, words: str) -> None:
        """Keep the customer's no, or that we did not come."""
        stands = self.open
        if stands is None:
            return
        await self._act(
            str(state),
            lambda desk: appointments.close(
                desk, stands.record.case_id, stands.record.id, stands.rev, state, words
            ),
        )

    async def invitation(self, words: Words) -> str:
        """Return the text to send to the customer; it never names the debt."""
        draft = self.draft()
        if draft is None:
            return ""
        return await self._runner.run(lambda desk: appointments.invitation(desk, draft, words))

    async def save_calendar(self, words: Words, wish: ExportWish, path: Path) -> Problem | None:
        """Save the appointment as an ICS file that names nobody; returns why it could not be."""
        stands = self.open
        make = await self._runner.run(
            lambda desk: (
                appointments.calendar_entry(desk, stands.record.id, words) if stands else None
            )
        )
        if make is None or stands is None:
            return Problem("answer.gone")
        out = FileOut(ExportFile.CALENDAR, make, 1, {"appointment": stands.record.id})
        return await self.exports.write(words, wish, path, out)

    async def _act(self, kind: str, act: Callable[[Desk], Written]) -> None:
        draft = self._draft
        answer = answer_of(await self._runner.act(act), self._rule_words)
        if answer.saved:
            draft.drop()
            self.saved.emit(kind)
        else:
            self.refused.emit(answer)


def _pick(
    stands: tuple[Versioned[Appointment], ...], wanted: RecordId | None
) -> Versioned[Appointment] | None:
    for one in stands:
        if wanted in (None, one.record.id):
            return one
    return None
