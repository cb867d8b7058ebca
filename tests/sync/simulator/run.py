"""One run: a seed, people at work, faults, then healing, then the reckoning."""

import shutil
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from unittest import mock

from structlog.testing import capture_logs

from field_app.operations.submit import Saved
from field_app.storage import rulebook
from field_app.storage.trouble import DiskFull
from sync.engine.engine import SyncReport, sync_once
from sync.engine.trouble import Trouble
from sync.policy.published import rules_of
from sync.protocol.messages import Codes
from sync.server import rules_in_force
from sync.server.handlers import enrolment
from tests.sync.simulator import branch, work
from tests.sync.simulator.branch import LAPTOPS, furnished, seated
from tests.sync.simulator.central import Central, NoRoom
from tests.sync.simulator.chance import Broken, Chance, Story, Time
from tests.sync.simulator.ledger import Key, Stands, records
from tests.sync.simulator.line import Net
from tests.sync.simulator.reckoning import attention, reckon
from tests.sync.simulator.seat import Killed, Seat
from tests.sync.simulator.watch import look

FURNISHING = -1  # the seed of what every run begins with
LEADS = "chen-1"  # the laptop without which nothing would be given
STEPS = (25, 45)
TRIES = 4  # to find something that can be done
ROUNDS = 8  # in which everything must have come to rest once the net is healed
DEPTH = 2  # how deep people may act between the requests of others' syncs
EXPECTED_LOGS = frozenset({NoRoom.__name__})


@dataclass(frozen=True)
class Outcome:
    """How a run ended: what broke, if anything, its digest and what was done in it."""

    seed: int
    broken: str
    digest: str
    told: tuple[str, ...]
    saved: int = 0
    attention: int = 0
    requests: int = 0


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

    def __post_init__(self) -> None:
        self.room = self.central.data
        self.net = Net(self.central, self.chance, self.story, self.meanwhile)
        found = furnished()
        others = self.chance.mixed([name for name in LAPTOPS if name != LEADS])
        present = [LEADS, *others[: self.chance.among(2, 4)]]
        self.seats = [seated(found, self.room, name, self.net) for name in present]
        self.before: dict[Key, Stands] = records(self.central)
        self.leaves = int(self.central.database.ask("SELECT count(*) FROM audit_leaf")[0][0])

    # What happens, one thing a step.

    def step(self) -> None:
        """Let something happen."""
        act = self.chance.weighed(EVENTS)
        self.time.pass_by(self.chance.span(timedelta(seconds=20), timedelta(minutes=40)))
        if not self.central.up and self.chance.happens(0.5):
            self.story.tell("the server is started again")
            self.central.start()
        act(self)

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
        report = self._guarded(seat, lambda: self._sync(seat, stop))
        self.requests += self.net.asked[seat.name]
        self.story.tell(f"  {seat.name} synced: {_short(report)}")
        look(seat, self.central)
        return report

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
            if was_busy:
                raise  # the sync around it dies too
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

    def work_while_syncing(self) -> None:
        """Let somebody go on working while their laptop syncs."""
        seat = self.somebody()
        self.restless = seat.name
        self.sync(seat)
        self.restless = ""

    def hand_over(self) -> None:
        """Let the lead give cases away and send it, and a former officer not stop working."""
        lead = self.seats[0]
        if not lead.busy:
            for _ in range(2):
                self._guarded(lead, lambda: work.assign(lead, self.chance))
            self.story.tell(f"  {lead.name} gives cases")
            self.sync(lead)
        self.work_while_syncing()

    # What befalls them.

    def kill_soon(self) -> None:
        """Let a program end somewhere in what it does next."""
        seat = self.somebody()
        seat.fate.kill_in = self.chance.among(0, 30)
        self.story.tell(f"{seat.name} will be killed")
        self._next(seat)

    def fill_disk(self) -> None:
        """Let a laptop's disk be full somewhere in what it does next."""
        seat = self.somebody()
        seat.fate.full_in = self.chance.among(0, 25)
        self.story.tell(f"{seat.name} will have no room")
        self._next(seat)

    def _next(self, seat: Seat) -> None:
        if self.chance.happens(0.5):
            self.sync(seat)
        else:
            self.work(seat)

    def close_and_open(self) -> None:
        """Let somebody end the program and begin it again."""
        seat = self.somebody()
        self.story.tell(f"{seat.name} is opened again")
        self.reopen(seat)
        look(seat, self.central)

    def server_restarts(self) -> None:
        """Let the server's process end, and begin again later."""
        self.story.tell("the server ends")
        self.central.up = False

    def clock_jumps(self) -> None:
        """Set a laptop's clock wrong, or right again."""
        seat = self.somebody()
        jumps = (0, 0, 1, -1, 60, -3 * 24 * 60, 365 * 24 * 60)
        seat.clock.wrong_by = timedelta(minutes=self.chance.one(jumps))
        self.story.tell(f"{seat.name} is wrong by {seat.clock.wrong_by}")

    def weeks_pass(self) -> None:
        """Let days or weeks go by, for one laptop without a line."""
        seat = self.somebody()
        self.net.clogged.add(seat.name)
        days = self.chance.one((1, 3, 28))
        self.time.pass_by(timedelta(days=days))
        self.story.tell(f"{days} days pass, {seat.name} has no line")

    def clog(self) -> None:
        """Swizzle-clog: take the line from some at once."""
        some = self.chance.mixed(self.seats)[: self.chance.among(1, len(self.seats))]
        self.net.clogged |= {s.name for s in some}
        self.story.tell(f"no line: {', '.join(sorted(self.net.clogged))}")

    def unclog(self) -> None:
        """Give one of them the line back, in no order."""
        if self.net.clogged:
            name = self.chance.one(sorted(self.net.clogged))
            self.net.clogged.remove(name)
            self.story.tell(f"{name} has a line again")

    def revoke(self) -> None:
        """Shut a laptop out, or take it back."""
        seat = self.somebody()
        if seat.cloned or not self.central.up:
            return
        self._set_state(seat, revoked=not seat.revoked)

    def _set_state(self, seat: Seat, *, revoked: bool) -> None:
        device = str(seat.at.store.vault.meta("device_id"))
        state = "revoked" if revoked else "active"
        self.central.administer(lambda admin: admin.set_device_state(device, state))
        seat.revoked = revoked
        self.story.tell(f"{seat.name} is {state}")

    def clone(self) -> None:
        """Copy a laptop's disk into a second one; from now on two use one identity."""
        seat = self.somebody()
        if any(s.cloned for s in self.seats) or seat.revoked:
            return
        seat.close()
        twin = seat.copied_to(self.room / f"{seat.name}-twin", f"{seat.name}-twin")
        seat.open()
        twin.open()
        twin.line = self.net.line(twin.name, twin.token)
        self.seats.append(twin)
        self.story.tell(f"{seat.name} is copied")

    def new_laptop(self) -> None:
        """Give somebody one more laptop."""
        name = f"new-{len(self.seats)}"
        login = self.chance.one(("li", "wang", "zhou", "chen"))
        if not self.central.up or any(s.name.startswith("new") for s in self.seats):
            return
        code = self.central.administer(lambda admin: admin.enrol_code(login))
        bad, self.net.bad = self.net.bad, False  # a cut enrolment is begun anew with a new code
        try:
            seat = branch.enrolled(self.net, self.room / name, name, login, code)
        finally:
            self.net.bad = bad
        self.central.admin_leaves += 1
        self.seats.append(seat)
        self.story.tell(f"{login} has a new laptop {name}")

    # The end.

    def heal(self) -> None:
        """Let everything work again, and everybody sync until nothing moves."""
        self.story.tell("healed")
        self.net.bad, self.net.clogged = False, set()
        self.central.start()
        while self.net.late:
            self.net.deliver_late()
        for seat in self.seats:
            seat.clock.wrong_by = timedelta()
            if seat.revoked and self.chance.happens(0.5):
                self._set_state(seat, revoked=False)
            self.reopen(seat)
        for _ in range(ROUNDS):
            if not any([self._moved(seat) for seat in self.chance.mixed(self.seats)]):
                break
        else:
            raise Broken("g: no rest is found")

    def _moved(self, seat: Seat) -> bool:
        report = self.sync(seat)
        if not isinstance(report, SyncReport):
            self._check_shut_out(seat, report)
            return False
        if report.sent or report.received or report.uploaded_bytes:
            return True
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


EVENTS: dict[Callable[[World], Any], float] = {
    World.people_work: 42.0,
    World.sync: 32.0,
    World.hand_over: 5.0,
    World.kill_soon: 5.0,
    World.fill_disk: 3.0,
    World.close_and_open: 1.5,
    World.server_restarts: 1.5,
    World.clock_jumps: 2.0,
    World.weeks_pass: 1.0,
    World.clog: 1.5,
    World.unclog: 6.0,
    World.revoke: 1.0,
    World.clone: 0.7,
    World.new_laptop: 0.7,
    lambda world: world.net.deliver_late(): 6.0,
}


def _short(what: object) -> str:
    if isinstance(what, Saved):
        return "saved"
    if isinstance(what, SyncReport):
        return f"sent {what.sent}, received {what.received}" + (
            ", stopped" if what.cancelled else ""
        )
    return what if isinstance(what, str) and what.startswith("sync.") else type(what).__name__


@contextmanager
def seeded(chance: Chance) -> Iterator[list[Any]]:
    """Take the last chance out of the process: secrets from the seed, rules read once.

    Yields what the server logs.
    """
    with ExitStack() as stack:
        secrets = mock.Mock(token_urlsafe=lambda n: chance.bytes(n).hex(), choice=chance.one)
        stack.enter_context(mock.patch.object(enrolment, "secrets", secrets))
        stack.enter_context(mock.patch("sync.server.administration.secrets", secrets))
        stack.enter_context(mock.patch.object(rulebook, "rules_of", _read_once))
        stack.enter_context(mock.patch.object(rules_in_force, "rules_of", _read_once))
        yield stack.enter_context(capture_logs())


_read_once = cache(rules_of)


def run(seed: int) -> Outcome:
    """Run a seed to its end."""
    chance, time, story = Chance(seed), Time(), Story()
    with seeded(Chance(FURNISHING)):
        found = furnished()  # made once for the process, the same whatever is run first
    with seeded(Chance(seed)) as logged:
        world = World(
            seed, chance, time, story, Central(time, chance, branch.a_folder(found), found.image)
        )
        try:
            broken = _played(world, logged)
        finally:
            world.close()
    story.tell(f"ended: {broken or 'whole'}")
    saved = sum(len(s.promised) for s in world.seats)
    return Outcome(
        seed, broken, story.digest, tuple(story.told), saved, world.waiting, world.requests
    )


def _played(world: World, logged: list[Any]) -> str:
    try:
        for _ in range(world.chance.among(*STEPS)):
            world.step()
        world.heal()
        reckon(world.central, world.seats, world.before, world.leaves)
        world.waiting = attention(world.seats)
        bugs = [entry for entry in logged if entry.get("error") not in EXPECTED_LOGS]
        if bugs:
            raise Broken(f"the server stumbled: {bugs[0]}")
    except Broken as found:
        return str(found)
    except Exception as error:  # a part that stumbles has failed as much as one that loses
        return f"stumbled: {type(error).__name__}: {error} at {_where(error)}"
    return ""


def _where(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
