"""What happens in a run, one thing a step: people at work, and whatever befalls them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sync.protocol.versions import VERSION, spoken
from tests.sync.simulator import branch, upheavals
from tests.sync.simulator.seat import Seat
from tests.sync.simulator.watch import look
from tests.sync.simulator.world import World

STRANGE = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC))


def step(world: World) -> None:
    """Let time pass and something happen."""
    happen = world.chance.weighed(EVENTS)
    world.time.pass_by(world.chance.span(timedelta(seconds=20), timedelta(minutes=40)))
    if not world.central.up and world.chance.happens(0.5):
        world.story.tell("the server is started again")
        world.central.start()
    upheavals.break_or_mend(world)
    happen(world)


def kill_soon(world: World) -> None:
    """Let a program end somewhere in what it does next."""
    seat = world.somebody()
    seat.fate.kill_in = world.chance.among(0, 30)
    world.story.tell(f"{seat.name} will be killed")
    _next(world, seat)


def fill_disk(world: World) -> None:
    """Let a laptop's disk be full somewhere in what it does next."""
    seat = world.somebody()
    seat.fate.full_in = world.chance.among(0, 25)
    world.story.tell(f"{seat.name} will have no room")
    _next(world, seat)


def _next(world: World, seat: Seat) -> None:
    if world.chance.happens(0.5):
        world.sync(seat)
    else:
        world.work(seat)


def close_and_open(world: World) -> None:
    """Let somebody end the program and begin it again."""
    seat = world.somebody()
    world.story.tell(f"{seat.name} is opened again")
    world.reopen(seat)
    look(seat, world.central)


def server_restarts(world: World) -> None:
    """Let the server's process end, and begin again later."""
    world.story.tell("the server ends")
    world.central.up = False


def clock_jumps(world: World) -> None:
    """Set a laptop's clock wrong, or right again."""
    seat = world.somebody()
    minutes = (0, 0, 1, -1, 60, -24 * 60, 24 * 60, -3 * 24 * 60, 365 * 24 * 60)
    jumps = [*(timedelta(minutes=m) for m in minutes), *(at - world.time.at for at in STRANGE)]
    seat.clock.wrong_by = world.chance.one(jumps)
    if world.chance.happens(0.3):
        world.reopen(seat)  # and the battery was empty: it starts with a wrong clock
    world.story.tell(f"{seat.name} is wrong by {seat.clock.wrong_by}")


def weeks_pass(world: World) -> None:
    """Let days or weeks go by, for one laptop without a line."""
    seat = world.somebody()
    world.net.clogged.add(seat.name)
    days = world.chance.one((1, 3, 28))
    world.time.pass_by(timedelta(days=days))
    world.story.tell(f"{days} days pass, {seat.name} has no line")


def clog(world: World) -> None:
    """Swizzle-clog: take the line from some at once."""
    some = world.chance.mixed(world.seats)[: world.chance.among(1, len(world.seats))]
    world.net.clogged |= {s.name for s in some}
    world.story.tell(f"no line: {', '.join(sorted(world.net.clogged))}")


def unclog(world: World) -> None:
    """Give one of them the line back, in no order."""
    if world.net.clogged:
        name = world.chance.one(sorted(world.net.clogged))
        world.net.clogged.remove(name)
        world.story.tell(f"{name} has a line again")


def revoke(world: World) -> None:
    """Shut a laptop out, or take it back."""
    seat = world.somebody()
    if seat.cloned or not world.central.up:
        return
    world.set_state(seat, revoked=not seat.revoked)


def clone(world: World) -> None:
    """Copy a laptop's disk into a second one; from now on two use one identity."""
    seat = world.somebody()
    if any(s.cloned for s in world.seats) or seat.revoked:
        return
    seat.close()
    twin = seat.copied_to(world.room / f"{seat.name}-twin", f"{seat.name}-twin")
    seat.open()
    twin.open()
    twin.connect(world.net)
    world.seats.append(twin)
    world.backup = None
    world.story.tell(f"{seat.name} is copied")


def new_laptop(world: World) -> None:
    """Give somebody one more laptop."""
    name = f"new-{len(world.seats)}"
    login = world.chance.one(("li", "wang", "zhou", "chen"))
    if not world.central.up or any(s.name.startswith("new") for s in world.seats):
        return
    if VERSION not in spoken(world.central.newest):
        return  # it cannot be enrolled before it is updated
    code = world.central.administer(lambda admin: admin.enrol_code(login))
    bad, world.net.bad = world.net.bad, False  # a cut enrolment is begun anew with a new code
    try:
        seat = branch.enrolled(world.net, world.room / name, name, login, code)
    finally:
        world.net.bad = bad
    world.central.admin_leaves += 1
    world.seats.append(seat)
    world.backup = None
    world.give_version(seat, world.chance.one(spoken(world.central.newest)))
    world.story.tell(f"{login} has a new laptop {name}")


EVENTS: dict[Callable[[World], Any], float] = {
    World.people_work: 42.0,
    World.sync: 32.0,
    World.hand_over: 5.0,
    kill_soon: 5.0,
    fill_disk: 3.0,
    close_and_open: 1.5,
    server_restarts: 1.5,
    clock_jumps: 2.0,
    weeks_pass: 1.0,
    clog: 1.5,
    unclog: 6.0,
    revoke: 1.0,
    clone: 0.7,
    new_laptop: 0.7,
    upheavals.back_up: 4.0,
    upheavals.put_back: 3.0,
    upheavals.approve: 1.0,
    upheavals.compact_feed: 1.5,
    upheavals.rot: 1.5,
    upheavals.update_server: 0.4,
    upheavals.update_program: 1.2,
    lambda world: world.net.deliver_late(): 6.0,
}
