"""One run: a seed, people at work, faults, then healing, then the reckoning."""

import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest import mock

from structlog.testing import capture_logs

from field_app.storage import rulebook
from sync.engine import next_page, pull, push
from sync.policy.published import rules_of
from sync.protocol.messages import MAX_BATCH
from sync.server import rules_in_force
from sync.server.handlers import enrolment, news
from tests.sync.simulator import branch
from tests.sync.simulator.branch import furnished
from tests.sync.simulator.central import Central, Fault
from tests.sync.simulator.chance import Broken, Chance, Story, Time
from tests.sync.simulator.events import step
from tests.sync.simulator.reckoning import attention, reckon
from tests.sync.simulator.seat import Killed
from tests.sync.simulator.world import World

FURNISHING = -1  # the seed of what every run begins with
STEPS = (25, 45)


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
    put_back: int = 0
    compacted: int = 0
    rotted: int = 0
    told_to_wait: int = 0
    stumbled: int = 0


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


@contextmanager
def cut_small(chance: Chance) -> Iterator[None]:
    """Let batches and pages be small in most runs: what is cut into many can be lost in between."""
    batch, page = chance.one((1, 3, MAX_BATCH)), chance.one((2, 5, pull.PAGE))
    with (
        mock.patch.object(push, "MAX_BATCH", batch),
        mock.patch.object(pull, "PAGE", page),
        mock.patch.object(next_page, "MOST", next_page.GROWTH * page),
        mock.patch.object(news, "MAX_NEWS", page),
    ):
        yield


_read_once = cache(rules_of)


@contextmanager
def begun(seed: int, story: Story) -> Iterator[tuple[World, list[Any]]]:
    """Yield everybody of a run before anything has happened, and what the server logs."""
    chance, time = Chance(seed), Time()
    with seeded(Chance(FURNISHING)):
        found = furnished()  # made once for the process, the same whatever is run first
    with seeded(Chance(seed)) as logged, cut_small(chance):
        world = World(
            seed, chance, time, story, Central(time, chance, branch.a_folder(found), found.image)
        )
        try:
            with world.central.fallible():
                yield world, logged
        finally:
            world.close()


def run(seed: int) -> Outcome:
    """Run a seed to its end."""
    story = Story()
    with begun(seed, story) as (world, logged):
        broken = _played(world, logged)
    story.tell(f"ended: {broken or 'whole'}")
    saved = sum(len(s.promised) for s in world.seats)
    return Outcome(
        seed,
        broken,
        story.digest,
        tuple(story.told),
        saved,
        world.waiting,
        world.requests,
        world.put_back,
        world.compacted,
        world.rotted,
        world.told_to_wait,
        world.central.stumbled,
    )


def _played(world: World, logged: list[Any]) -> str:
    try:
        for _ in range(world.chance.among(*STEPS)):
            step(world)
        world.heal()
        reckon(world.central, world.seats, world.before, world.leaves, world.put_back)
        world.waiting = attention(world.seats)
        bugs = [e for e in logged if e["log_level"] == "error" and not _is_meant(e)]
        if bugs:
            raise Broken(f"the server stumbled: {bugs[0]}")
    except Broken as found:
        return str(found)
    except (Exception, Killed) as error:  # who stumbles has failed as much as who loses
        return f"stumbled: {type(error).__name__}: {error} at {_where(error)}"
    return ""


def _is_meant(entry: Any) -> bool:
    return entry["event"] == "no room" or entry.get("error") == Fault.__name__


def _where(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
