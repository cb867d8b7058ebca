"""Everybody in a run: they work and sync, also in the midst of each other, and come to rest."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from field_app.operations.submit import Saved
from field_app.storage.trouble import DiskFull
from sync.domain.vocabulary import Role
from sync.engine.engine import SyncReport, sync_once
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from sync.protocol.versions import VERSION, spoken
from tests.sync.simulator import work
from tests.sync.simulator.branch import LAPTOPS, furnished, seated
from tests.sync.simulator.central import Central
from tests.sync.simulator.chance import Broken, Chance, Story, Time
from tests.sync.simulator.ledger import FACTS, Key, Stands, records
from tests.sync.simulator.line import Net
from tests.sync.simulator.seat import Killed, Seat
from tests.sync.simulator.upheavals import NEWEST, Backup, approve, faults_of
from tests.sync.simulator.watch import look

LEADS = "chen-1"  # the laptop without which nothing would be given
TRIES = 4  # to find something that can be done
ROUNDS = 8  # in which everything must have come to rest once the net is healed
LOOKED_LATELY = timedelta(seconds=15)  # a scope of so few records is looked at again
FILES_WAITING = "SELECT count(*) FROM upload WHERE state = 'waiting'"
EPOCHS = "SELECT DISTINCT epoch FROM scope_state ORDER BY epoch"
DEPTH = 2  # how deep people may act between the requests of others' syncs


@dataclass
class World:
    """Everybody in a run."""

    seed: int
    chance: Chance
    time: Time
    story: Story
    central: Central
    seats: list[Seat] = field(default_factory=list)
    depth: int = 0
    requests: int = 0
    waiting: int = 0
    restless: str = ""
    backup: Backup | None = None
    put_back: int = 0
    compacted: int = 0
    rotted: int = 0
    told_to_wait: int = 0

    def __post_init__(self) -> None:
        self.faults = faults_of(self.seed)
        self.room = self.central.data
        self.net = Net(self.central, self.chance, self.story, self.meanwhile)
        self.central.newest = self.chance.one((VERSION - 1, VERSION, VERSION, VERSION, NEWEST))
        self.central.start()
        found = furnished()
        others = self.chance.mixed([name for name in LAPTOPS if name != LEADS])
        present = [LEADS, *others[: self.chance.among(2, 4)]]
        self.seats = [seated(found, self.room, name, self.net) for name in present]
        for seat in self.seats:
            usual = min(VERSION, self.central.newest)
            self.give_version(seat, self.chance.one((usual, usual, usual, usual, VERSION - 1)))
        self.before: dict[Key, Stands] = records(self.central)
        self.leaves = int(self.central.database.ask("SELECT count(*) FROM audit_leaf")[0][0])

    def somebody(self) -> Seat:
        """Pick a laptop that is not in the middle of something."""
        return self.chance.one([s for s in self.seats if not s.busy])

    def people_work(self) -> None:
        """Let somebody do a few things."""
        seat = self.somebody()
        for _ in range(self.chance.among(1, 4)):
            self.work(seat)

    def work(self, seat: Seat) -> None:
        """Let a person do one thing; whether it was saved is what they were told."""
        before = self._kept(seat)
        for _ in range(TRIES):
            act = self.chance.weighed(work.ACTS[seat.at.me.role])
            written = self._guarded(seat, lambda a=act: a(seat, self.chance))
            if written is not None:
                break
        self.story.tell(f"  {seat.name} {act.__name__}: {_short(written)}")
        look(seat, self.central)
        told = isinstance(written, Saved) and act is not work.accept_theirs
        if told != (self._kept(seat) > before) and not isinstance(written, (Killed, str)):
            raise Broken(f"{seat.name} {act.__name__} answered {_short(written)}")

    def _kept(self, seat: Seat) -> int:
        return len(seat.rows("SELECT seq FROM outbox"))

    def sync(self, seat: Seat | None = None) -> Any:
        """Let a laptop sync once; return its report, or what came in between."""
        seat = seat or self.somebody()
        self.story.tell(f"  {seat.name} syncs")
        self.net.asked[seat.name] = 0
        stop = self.chance.among(1, 6) if self.net.bad and self.chance.happens(0.08) else -1
        changed = self._changed_by(seat)
        report = self._guarded(seat, lambda: self._sync(seat, stop))
        self.requests += self.net.asked[seat.name]
        self._check_versions(seat, report, changed)
        if isinstance(report, SyncReport) and not report.cancelled:
            self._mended(seat)
        self.story.tell(f"  {seat.name} synced: {_short(report)}")
        look(seat, self.central)
        return report

    def give_version(self, seat: Seat, version: int) -> None:
        """Let a laptop's program be of another version."""
        seat.version = version
        if seat.line is not None:
            seat.line.close()
        seat.connect(self.net)

    def _changed_by(self, seat: Seat) -> int:
        """Return how much work of a laptop was taken that is more than a fact."""
        rows = self.central.database.ask(
            "SELECT envelope FROM mutation WHERE device_id = ?", seat.at.store.replica.device_id()
        )
        return sum(json.loads(one)["body"]["do"] not in FACTS for (one,) in rows)

    def _check_versions(self, seat: Seat, report: object, changed: int) -> None:
        """Whoever speaks another version is told which side is too old, and does nothing more."""
        newest = self.central.newest
        too_old, too_new = seat.version < newest - 1, seat.version > newest
        said = {Codes.VERSION: too_old, Codes.SERVER_OLDER: too_new}
        for code, is_so in said.items():
            if report == code and not is_so:
                raise Broken(f"{seat.name} of {seat.version} was told {code} by {newest}")
        if not (too_old or too_new) or self.depth:
            return  # in the midst of others' syncs a late batch may be what is seen
        self.told_to_wait += report in said
        if isinstance(report, SyncReport) and not report.cancelled:
            raise Broken(f"{seat.name} of {seat.version} synced with a server of {newest}")
        if self._changed_by(seat) != changed:
            raise Broken(f"{seat.name} of {seat.version} changed what {newest} rules over")

    def _mended(self, seat: Seat) -> None:
        """Expect what had rotted to be put right, unless its scope was looked at lately."""
        if seat.rotten is not None and self.time.at - seat.rotten >= LOOKED_LATELY:
            seat.rotten = None

    def _sync(self, seat: Seat, stop: int) -> SyncReport:
        assert seat.line is not None

        def cancelled() -> bool:
            nonlocal stop
            stop -= stop > 0
            return stop == 0

        replica = seat.at.store.replica
        return sync_once(replica, seat.line, on_progress=lambda _p: None, cancelled=cancelled)

    def _guarded(self, seat: Seat, act: Callable[[], Any]) -> Any:
        """Do something at a laptop; when its program ends over it, begin the program again."""
        was_busy, seat.busy = seat.busy, True
        try:
            return act()
        except Killed as death:
            if was_busy or not seat.fate.dead:
                raise  # the sync around it dies too, or it was another one's program that ended
            self.story.tell(f"  {seat.name} was killed")
            self.reopen(seat)
            return death
        except DiskFull:
            return "disk full"
        except Trouble as trouble:
            return str(trouble.code)
        finally:
            seat.busy = was_busy
            seat.fate.spare()

    def reopen(self, seat: Seat) -> None:
        """Close a program, in whatever state, and open it again."""
        seat.close()
        seat.open()
        seat.at.store.vault.verify()

    def meanwhile(self, who: str) -> None:
        """Let others, or the very person, act between two requests of a sync."""
        often = 0.6 if who == self.restless else 0.12
        if not self.net.bad or self.depth >= DEPTH or not self.chance.happens(often):
            return
        self.depth += 1
        try:
            by_name = {s.name: s for s in self.seats}
            seat = by_name[who] if who == self.restless else self.chance.one(self.seats)
            if seat.busy or self.chance.happens(0.6):
                self.work(seat)
            else:
                self.sync(seat)
        finally:
            self.depth -= 1

    def hand_over(self) -> None:
        """Let the lead give cases away, and a former officer go on with one while it leaves."""
        lead = self.seats[0]
        if not lead.busy:
            for _ in range(2):
                self._guarded(lead, lambda: work.assign(lead, self.chance))
            self.story.tell(f"  {lead.name} gives cases")
            self.sync(lead)
        seat, seat.mind = self.chance.one(self._leaving() or [(self.somebody(), "")])
        self.restless = seat.name
        self.sync(seat)
        self.restless = seat.mind = ""

    def _leaving(self) -> list[tuple[Seat, str]]:
        """Return laptops with a case that is somebody else's by now."""
        found = []
        for seat in self.seats:
            held = seat.rows("SELECT id FROM replica WHERE kind = 'case' ORDER BY id")
            theirs = self.cases_of(seat.login)
            if seat.at.me.role is Role.OFFICER and not seat.busy:
                found += [(seat, one) for (one,) in held if one not in theirs]
        return found

    def cases_of(self, login: str) -> set[str]:
        """Return the cases an officer has at the server."""
        every = records(self.central).items()
        pair = ("officer_id", "second_id")
        return {
            one
            for (kind, one), stands in every
            if kind == "case" and login in [stands.body[name] for name in pair]
        }

    def set_state(self, seat: Seat, *, revoked: bool) -> None:
        """Shut a laptop out, or take it back."""
        self.backup = None
        device = str(seat.at.store.vault.meta("device_id"))
        state = "revoked" if revoked else "active"
        self.central.administer(lambda admin: admin.set_device_state(device, state))
        seat.revoked = revoked
        self.story.tell(f"{seat.name} is {state}")

    # The end.

    def heal(self) -> None:
        """Let everything work again, and everybody sync until nothing moves."""
        self.story.tell("healed")
        self.net.bad, self.net.clogged = False, set()
        self.central.fault = ""
        self.central.newest = max(VERSION, self.central.newest)
        self.central.start()
        approve(self)
        while self.net.late:
            self.net.deliver_late()
        for seat in self.seats:
            seat.clock.wrong_by = timedelta()
            if seat.revoked and self.chance.happens(0.5):
                self.set_state(seat, revoked=False)
            if seat.version not in spoken(self.central.newest):
                self.give_version(seat, self.central.newest)
            self.reopen(seat)
        self.time.pass_by(LOOKED_LATELY)
        for _ in range(ROUNDS):
            if not any([self._moved(seat) for seat in self.chance.mixed(self.seats)]):
                break
        else:
            raise Broken("g: no rest is found")

    def _moved(self, seat: Seat) -> bool:
        mended, files = seat.rows("SELECT count(*) FROM incident"), seat.rows(FILES_WAITING)
        epochs = seat.rows(EPOCHS)
        report = self.sync(seat)
        if not isinstance(report, SyncReport):
            self._check_shut_out(seat, report)
            return False
        if report.sent or report.received or report.uploaded_bytes:
            return True
        if seat.rows("SELECT count(*) FROM incident") != mended:
            return True
        if seat.rows(FILES_WAITING) != files:
            return True  # the server had it whole already, and only said so
        if seat.rows(EPOCHS) != epochs:
            return True  # of a server that was put back everything is asked for, files too
        # I8: without news a sync is one question, one a scope, and at times one for a proof.
        scopes = len(seat.rows("SELECT scope FROM scope_state"))
        if self.net.asked[seat.name] > 2 + scopes:
            raise Broken(f"I8: an idle sync of {seat.name} asked {self.net.asked[seat.name]} times")
        return False

    def _check_shut_out(self, seat: Seat, answer: object) -> None:
        if seat.revoked and answer == Codes.REVOKED:
            return
        if seat.cloned and answer in (Codes.FORKED, Codes.SEQ_GAP):
            return
        raise Broken(f"g: {seat.name} cannot sync: {answer}")

    def close(self) -> None:
        for seat in self.seats:
            seat.fate.dead = False
            seat.close()
            if seat.line is not None:
                seat.line.close()
        self.central.close()
        shutil.rmtree(self.room)


def _short(what: object) -> str:
    if isinstance(what, Saved):
        return "saved"
    if isinstance(what, SyncReport):
        return f"sent {what.sent}, received {what.received}" + (
            ", stopped" if what.cancelled else ""
        )
    return what if isinstance(what, str) and what.startswith("sync.") else type(what).__name__
