"""What befalls the branch: backups put back, a compacted feed, records that rot, new versions.

A backup is what an administrator keeps; whatever changes who has which laptop makes the earlier
ones useless to a run, for the people of a run would not know of it.
"""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sync.domain.commands import FACTS
from sync.protocol.versions import VERSION
from sync.server.backup.approving import answered, request, take
from sync.server.backup.restoring import begin_epoch
from sync.server.compacting import compact
from tests.sync.simulator.branch import APPROVER
from tests.sync.simulator.central import BRANCH, Central
from tests.sync.simulator.chance import Chance
from tests.sync.simulator.regressions import REGRESSIONS

if TYPE_CHECKING:
    from tests.sync.simulator.world import World

NEWEST = VERSION + 1  # a version to come: nothing is different in it but its number
KEPT_DAYS = (0, 0, 3, 180)
FAULTY_RUNS = 0.4
BREAKS, MENDS = 0.3, 0.15  # how likely the server's program does so in a step
# Commands that a program of the server's may fail over: facts mostly, of which there are most.
FALLIBLE = (
    *(str(cls.__struct_config__.tag) for cls in FACTS),
    "place_hold",
    "confirm_appointment",
    "assign_case",
    "propose_plan",
)


@dataclass(frozen=True)
class Backup:
    """The server as it was: its database, its files, and how many acts were audited."""

    image: bytes
    files: dict[str, bytes]
    admin_leaves: int
    compacted_at: int


def files_of(central: Central) -> Path:
    """Return the folder of the branch's files."""
    return central.data / "attachments" / BRANCH


def back_up(world: "World") -> None:
    """Take a backup, as the administrator does at night."""
    central, room = world.central, files_of(world.central)
    kept = {p.name: p.read_bytes() for p in sorted(room.iterdir())} if room.is_dir() else {}
    image = central.database.image()
    world.backup = Backup(image, kept, central.admin_leaves, central.compacted_at)
    world.story.tell(f"a backup at commit {central.head}")


def put_back(world: "World") -> None:
    """Put the last backup in the server's place, and say so."""
    backup, central = world.backup, world.central
    if backup is None:
        return
    room = files_of(central)
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    for name, data in backup.files.items():
        (room / name).write_bytes(data)
    lost = central.head
    central.become(backup.image)
    central.admin_leaves, central.compacted_at = backup.admin_leaves, backup.compacted_at
    central.done(begin_epoch(central.service))
    central.admin_leaves += 1
    world.put_back += 1
    world.story.tell(f"put back from commit {lost} to {central.head}")
    if world.chance.happens(0.5):
        approve(world)


def approve(world: "World") -> None:
    """Let the second person approve what waits for it; laptops doubt the server until then."""
    service, done = world.central.service, world.central.done
    asked = done(request(service))
    taken = done(take(service, answered(asked, APPROVER)))
    world.central.admin_leaves += taken
    world.story.tell(f"{taken} ended epochs are approved")


def compact_feed(world: "World") -> None:
    """Let the feed forget; laptops that were away for longer must begin anew."""
    if not world.central.up:
        return
    kept = timedelta(days=world.chance.one(KEPT_DAYS))
    done = world.central.done(compact(world.central.service, BRANCH, kept))
    world.central.compacted_at = world.central.head
    world.compacted += done.ops
    world.story.tell(f"compacted: {done.ops} ops dropped, floor {done.floor}")


def rot(world: "World") -> None:
    """Let a record on a laptop's disk change or vanish, in a way its pages do not tell."""
    seat = world.somebody()
    held = seat.rows("SELECT kind, id FROM replica WHERE kind <> 'officer' ORDER BY kind, id")
    if not held:
        return
    kind, one = world.chance.one(held)
    how = world.chance.one(("changed", "gone", "too many"))
    execute = seat.at.store.vault.connection.execute
    where = "WHERE kind = ? AND id = ?"
    if how == "changed":
        body = bytes(execute(f"SELECT body FROM replica {where}", (kind, one)).fetchone()[0])
        harmed = body[:-1] + b',"rotten":1}'
        execute(f"UPDATE replica SET body = ? {where}", (harmed, kind, one))
    elif how == "gone":
        execute(f"DELETE FROM membership {where}", (kind, one))
        execute(f"DELETE FROM replica {where}", (kind, one))
    else:
        scope = seat.rows("SELECT scope FROM membership ORDER BY scope LIMIT 1")[0][0]
        execute("INSERT OR REPLACE INTO replica VALUES ('stray', 'stray', 1, '', x'7b7d')")
        execute("INSERT OR REPLACE INTO membership VALUES (?, 'stray', 'stray')", (scope,))
    seat.rotten, seat.has_rotted = world.time.at, True
    world.rotted += 1
    world.story.tell(f"on {seat.name} {kind} {one} is {how}")


def faults_of(seed: int) -> Chance | None:
    """Return the chance that a run's faults of the server's program hang on; None without any.

    It is a chance of its own, and none for what once failed: those runs tell the story they told.
    """
    chance = Chance(~seed)
    return chance if chance.happens(FAULTY_RUNS) and seed not in REGRESSIONS else None


def break_or_mend(world: "World") -> None:
    """Let the server's program fail over all commands of one name, until it is mended."""
    chance, central = world.faults, world.central
    if chance is None:
        return
    if central.fault and chance.happens(MENDS):
        central.fault = ""
        world.story.tell("the server's program is mended")
    elif not central.fault and chance.happens(BREAKS):
        central.fault = chance.one(FALLIBLE)
        world.story.tell(f"the server's program fails over {central.fault}")


def update_server(world: "World") -> None:
    """Give the server a newer version."""
    if world.central.newest < NEWEST:
        world.central.newest += 1
        world.central.start()
        world.story.tell(f"the server speaks {world.central.newest}")


def update_program(world: "World") -> None:
    """Give a laptop a newer version of the program, its work unsent."""
    seat = world.somebody()
    if seat.version < NEWEST:
        world.give_version(seat, seat.version + 1)
        world.reopen(seat)
        world.story.tell(f"{seat.name} speaks {seat.version}")
