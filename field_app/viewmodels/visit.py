"""A visit: the check at the door, the form with its draft, the record.

Signals: `loaded()`, `judged()` after each answer of the rules, `saved()`, `refused(object)`
with an `Answer`, `draft_kept()`.
"""

from datetime import date, datetime, timedelta

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.operations import cases, drafts, visits
from field_app.operations.cases import CaseFile
from field_app.operations.submit import RULES, Changes
from field_app.operations.visits import DoorCheck, VisitForm
from field_app.viewmodels.answer import Answer, answer_of
from field_app.viewmodels.findings import FindingText, RuleWords, explain_decision
from field_app.viewmodels.hardship import HardshipEntry
from field_app.viewmodels.money_entry import read_yuan
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.reloading import Reloading
from field_app.viewmodels.time_entry import read_time
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import Appointment, Promise, Versioned
from sync.domain.situation import Decision, Recording, Verdict
from sync.domain.time import Clock, at_local, local
from sync.domain.vocabulary import Present, VisitOutcome

OWN_CHECKS = ("identity", "together", "script", "conduct")
USUAL_PROMISE = timedelta(days=7)
ABOUT_RELIEF = frozenset(
    {VisitOutcome.PLAN_DISCUSSED, VisitOutcome.PLAN_AGREED, VisitOutcome.HARDSHIP_REPORTED}
)
# What is typed that the rules ask about.
AT_THE_DOOR = (
    "present",
    "identity_shown",
    "recording_on",
    "recording_notice",
    "checks",
    "arrived",
    "outcome",
)
THIRD_PARTIES = frozenset({Present.ADULT_FAMILY, Present.MINOR, Present.STRANGER})


class VisitEntry(HardshipEntry, frozen=True):
    """Everything typed so far; times as HH:MM, the amount in yuan, as the person wrote them."""

    checks: tuple[str, ...] = ()
    arrived: str = ""
    left: str = ""
    present: tuple[Present, ...] = ()
    identity_shown: bool = False
    recording_on: bool = False
    recording_notice: bool = False
    outcome: VisitOutcome | None = None
    promise_day: date | None = None
    promise_yuan: str = ""
    note: str = ""
    next_step: str = ""


class VisitViewModel(QObject):
    """One visit, from before the door to after it."""

    loaded = Signal()
    judged = Signal()
    saved = Signal()
    refused = Signal(object)
    draft_kept = Signal()

    def __init__(self, runner: Runner, clock: Clock, rule_words: RuleWords) -> None:
        super().__init__()
        self._runner = runner
        self._clock = clock
        self._rule_words = rule_words
        self.file: CaseFile | None = None
        self.appointment: Versioned[Appointment] | None = None
        self.entry = VisitEntry()
        self.decision: Decision | None = None
        self.findings: tuple[FindingText, ...] = ()
        self._saving = False
        self.judging = Reloading(self.judge)
        runner.subscribe(self._on_changes)

    def _on_changes(self, changes: Changes) -> None:
        if changes.kinds & RULES:
            self.judging.ask()

    async def load(self, case_id: CaseId, appointment_id: RecordId | None) -> None:
        """Read the case, the appointment and the draft left by an earlier try."""
        self.file = await self._runner.run(lambda desk: cases.open_file(desk, case_id))
        if self.file is None:
            return
        open_ones = {v.record.id: v for v in self.file.open_appointments}
        self.appointment = open_ones.get(appointment_id) if appointment_id else None
        name = self._draft_name(case_id, appointment_id)
        kept = await self._runner.run(lambda desk: drafts.load(desk, name))
        now = local(self._clock.now(), self.zone)
        fresh = VisitEntry(arrived=f"{now:%H:%M}", promise_day=now.date() + USUAL_PROMISE)
        self.entry = msgspec.json.decode(kept, type=VisitEntry) if kept else fresh
        self.loaded.emit()
        await self.judge()

    @property
    def zone(self) -> str:
        """Return the zone of the customer's address."""
        return self.file.case.address.zone if self.file else "Asia/Shanghai"

    @property
    def officers(self) -> tuple[OfficerId, ...]:
        """Return the officers at the door."""
        if self.appointment is not None:
            return self.appointment.record.officers
        return self.file.case.officers if self.file else ()

    @property
    def hides_debt(self) -> bool:
        """Say whether somebody is there who must learn nothing of the debt."""
        return bool(THIRD_PARTIES & set(self.entry.present))

    @property
    def needs_consent(self) -> bool:
        """Say whether what is noted is sensitive (PIPL art. 29)."""
        return self.entry.is_sensitive

    @property
    def speaks_of_relief(self) -> bool:
        """Say whether the talk is about hardship or a plan, and nobody else is there to hear."""
        spoken = self.entry.hardship or self.entry.outcome in ABOUT_RELIEF
        return spoken and not self.hides_debt

    @property
    def may_begin(self) -> bool:
        """Say whether rules and checklist let the officers ring."""
        ready = set(OWN_CHECKS) <= set(self.entry.checks)
        return ready and self.decision is not None and self.decision.verdict is not Verdict.BLOCK

    async def change(self, entry: VisitEntry) -> None:
        """Take what was typed, keep it as a draft and ask the rules when the door changed."""
        if self._saving:
            return
        before, self.entry = self.entry, entry
        if self.file is not None:
            name = self._draft_name(self.file.case.id, self._appointment_id)
            body = msgspec.json.encode(entry)
            await self._runner.run(lambda desk: drafts.save(desk, name, body))
            self.draft_kept.emit()
        if any(getattr(before, f) != getattr(entry, f) for f in AT_THE_DOOR):
            await self.judge()

    async def judge(self) -> None:
        """Ask the rules about beginning, or going on with, this visit now."""
        file = self.file
        if file is None:
            return
        entry, there = self.entry, bool(self.entry.present)
        check = DoorCheck(
            file.case.id,
            self._appointment_id,
            self.officers,
            entry.present or None,
            Recording(on=entry.recording_on, notice_given=entry.recording_notice),
            self._instant(entry.arrived) if there else None,
            entry.outcome is VisitOutcome.ASKED_TO_LEAVE,
            entry.identity_shown if there else None,
        )
        self.decision = await self._runner.run(lambda desk: visits.check_door(desk, check))
        self.findings = explain_decision(self._rule_words, self.decision)
        self.judged.emit()

    async def record(self) -> None:
        """Keep the visit with its hardship note; the draft goes only when both are kept."""
        form = self.entry.trouble or self._form()
        if isinstance(form, Problem):
            self.refused.emit(Answer(False, (form,)))
            return
        self._saving = True
        try:
            await self._record(form)
        finally:
            self._saving = False

    async def _record(self, form: VisitForm) -> None:
        note = self.entry.form(form.case_id)
        written = await self._runner.act(lambda desk: visits.record(desk, form, note))
        answer = answer_of(written, self._rule_words)
        if not answer.saved:
            self.refused.emit(answer)
            return
        name = self._draft_name(form.case_id, form.appointment_id)
        await self._runner.run(lambda desk: drafts.drop(desk, name))
        self.saved.emit()

    def _form(self) -> VisitForm | Problem:
        entry, file = self.entry, self.file
        if file is None:
            return Problem("answer.gone")
        arrived, left = self._instant(entry.arrived), self._instant(entry.left)
        if arrived is None or left is None:
            return Problem("visit.times_missing")
        if entry.outcome is None:
            return Problem("visit.outcome_missing")
        promise = self._promise()
        if isinstance(promise, Problem):
            return promise
        return VisitForm(
            case_id=file.case.id,
            appointment_id=self._appointment_id,
            officers=self.officers,
            arrived_at=arrived,
            left_at=left,
            present=entry.present,
            identity_shown=entry.identity_shown,
            recording_on=entry.recording_on,
            recording_notice=entry.recording_notice,
            outcome=entry.outcome,
            promise=promise,
            note=entry.note.strip(),
            next_step=entry.next_step.strip(),
        )

    def _promise(self) -> Promise | Problem | None:
        entry = self.entry
        if entry.outcome is not VisitOutcome.PROMISE_TO_PAY:
            return None
        fen = read_yuan(entry.promise_yuan)
        if fen is None or entry.promise_day is None:
            return Problem("visit.promise_missing")
        return Promise(entry.promise_day, fen)

    def _instant(self, text: str) -> datetime | None:
        clock = read_time(text)
        if clock is None:
            return None
        today = local(self._clock.now(), self.zone).date()
        return at_local(today, clock, self.zone)

    @property
    def _appointment_id(self) -> RecordId | None:
        return self.appointment.record.id if self.appointment else None

    @staticmethod
    def _draft_name(case_id: CaseId, appointment_id: RecordId | None) -> str:
        return f"visit:{case_id}:{appointment_id or ''}"
