"""A visit: the check at the door, the form with its draft, the record.

Signals: `loaded()`, `judged()` after each answer of the rules, `saved()`, `refused(object)`
with an `Answer`.
"""

from datetime import date, timedelta

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.operations import cases, visits
from field_app.operations.cases import CaseFile
from field_app.operations.desk import Desk
from field_app.operations.submit import RULES, Changes, Written
from field_app.operations.visits import DoorCheck, VisitForm
from field_app.viewmodels.answer import Answer, answer_of
from field_app.viewmodels.drafting import Drafting
from field_app.viewmodels.findings import FindingText, RuleWords, explain_decision
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.reloading import Reloading
from field_app.viewmodels.visit_entry import VisitEntry as VisitEntry
from field_app.viewmodels.visit_entry import draft_name, entry_of
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import Appointment, Versioned, Visit
from sync.domain.situation import Decision, Recording
from sync.domain.time import Clock, local
from sync.domain.vocabulary import Present, VisitOutcome

OWN_CHECKS = ("identity", "together", "script", "conduct")
USUAL_PROMISE = timedelta(days=7)
ABOUT_RELIEF = frozenset(
    {VisitOutcome.PLAN_DISCUSSED, VisitOutcome.PLAN_AGREED, VisitOutcome.HARDSHIP_REPORTED}
)
# What is typed that the rules ask about.
AT_THE_DOOR = (
    "day",
    "present",
    "identity_shown",
    "recording_on",
    "recording_notice",
    "checks",
    "arrived",
    "outcome",
)
THIRD_PARTIES = frozenset({Present.ADULT_FAMILY, Present.MINOR, Present.STRANGER})


class VisitViewModel(QObject):
    """One visit, from before the door to after it."""

    loaded = Signal()
    judged = Signal()
    saved = Signal()
    refused = Signal(object)

    def __init__(
        self, runner: Runner, clock: Clock, rule_words: RuleWords, drafting: Drafting
    ) -> None:
        super().__init__()
        self._runner = runner
        self._drafting = drafting
        self._clock = clock
        self._rule_words = rule_words
        self.file: CaseFile | None = None
        self.appointment: Versioned[Appointment] | None = None
        self.corrected: Visit | None = None
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
        self.corrected = None
        self.file = await self._runner.run(lambda desk: cases.open_file(desk, case_id))
        open_ones = {v.record.id: v for v in self.file.open_appointments} if self.file else {}
        self.appointment = open_ones.get(appointment_id) if appointment_id else None
        now = local(self._clock.now(), self.zone)
        promised = now.date() + USUAL_PROMISE
        await self._begin(VisitEntry(day=self._day(), arrived=f"{now:%H:%M}", promise_day=promised))

    async def load_amendment(self, case_id: CaseId, visit_id: RecordId) -> None:
        """Read a visit that is on record, to be corrected by another that names it."""
        self.appointment = None
        self.corrected = await self._runner.run(lambda desk: visits.recorded(desk, visit_id))
        there = self.corrected is not None
        file = await self._runner.run(lambda desk: cases.open_file(desk, case_id))
        self.file = file if there else None
        await self._begin(entry_of(self.corrected, self.zone) if self.corrected else VisitEntry())

    async def _begin(self, fresh: VisitEntry) -> None:
        """Begin with the draft, or with this when there is none."""
        kept = await self._drafting.recall(self._draft_name) if self.file else None
        self.entry = msgspec.json.decode(kept, type=VisitEntry) if kept else fresh
        if self.entry.day is None:
            self.entry = msgspec.structs.replace(self.entry, day=self._day())
        if self.entry.promise_day is None:
            # A draft that was begun at the door knows only when they came and left.
            self.entry = msgspec.structs.replace(self.entry, promise_day=fresh.promise_day)
        self.loaded.emit()
        await self.judge()

    def _day(self) -> date:
        """Return the day of the visit: that of its appointment when it has gone by."""
        today = local(self._clock.now(), self.zone).date()
        agreed = self.appointment.record.start if self.appointment else None
        return min(today, local(agreed, self.zone).date()) if agreed else today

    @property
    def zone(self) -> str:
        """Return the zone of the customer's address."""
        return self.file.case.address.zone if self.file else "Asia/Shanghai"

    @property
    def officers(self) -> tuple[OfficerId, ...]:
        """Return the officers at the door."""
        if self.corrected is not None:
            return self.corrected.officers
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

    async def change(self, entry: VisitEntry) -> bool:
        """Take what was typed and ask the rules when the door changed; say whether it is kept."""
        if self._saving:
            return False
        before, self.entry = self.entry, entry
        kept = False
        if self.file is not None:
            kept = await self._drafting.put(self._draft_name, msgspec.json.encode(entry))
        if any(getattr(before, f) != getattr(entry, f) for f in AT_THE_DOOR):
            await self.judge()
        return kept

    async def judge(self) -> None:
        """Ask the rules about beginning, or going on with, this visit now."""
        file = self.file
        if file is None or self.corrected is not None:
            return
        entry, there = self.entry, bool(self.entry.present)
        check = DoorCheck(
            file.case.id,
            self._appointment_id,
            self.officers,
            entry.present or None,
            Recording(on=entry.recording_on, notice_given=entry.recording_notice),
            entry.instant(entry.arrived, self.zone) if there else None,
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
        written = await self._runner.act(lambda desk: self._write(desk, form))
        answer = answer_of(written, self._rule_words)
        if not answer.saved:
            self.refused.emit(answer)
            return
        await self._drafting.put(self._draft_name, None)
        self.saved.emit()

    def _write(self, desk: Desk, form: VisitForm) -> Written:
        if self.corrected is not None:
            return visits.amend(desk, self.corrected.id, form)
        return visits.record(desk, form, self.entry.form(form.case_id))

    def _form(self) -> VisitForm | Problem:
        if self.file is None:
            return Problem("answer.gone")
        case_id = self.file.case.id
        return self.entry.visit(case_id, self._appointment_id, self.officers, self.zone)

    @property
    def _appointment_id(self) -> RecordId | None:
        if self.corrected is not None:
            return self.corrected.appointment_id
        return self.appointment.record.id if self.appointment else None

    @property
    def _draft_name(self) -> str:
        if self.corrected is not None:
            return f"amend:{self.corrected.id}"
        case_id = self.file.case.id if self.file else CaseId("")
        return draft_name(case_id, self._appointment_id)
