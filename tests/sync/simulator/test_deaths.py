"""Whoever's program ends in the midst of another's sync is begun again, and nobody else is."""

from tests.sync.simulator.chance import Story
from tests.sync.simulator.run import begun
from tests.sync.simulator.seat import Killed
from tests.sync.simulator.world import World


def _in_the_midst(world: World) -> None:
    """Let the first laptop sync, the second in the midst of that, and the first end over it."""
    mine, other = world.seats[0], world.seats[1]

    def others_sync(_who: str) -> None:
        world.net.meanwhile = end
        world.sync(other)
        # Reached only by a death that was taken for the other's: then the line ends this sync.
        world.net.clogged.add(mine.name)

    def end(_who: str) -> None:
        mine.fate.kill_in = 0
        mine.at.store.vault.set_meta("last_sync", "never")

    world.net.meanwhile = others_sync
    assert isinstance(world.sync(mine), Killed)


def test_a_death_is_his_whose_program_ended() -> None:
    with begun(0, Story()) as (world, _logged):
        mine, other = world.seats[0], world.seats[1]
        desks = mine.desk, other.desk
        _in_the_midst(world)
        assert mine.desk is not desks[0]
        assert other.desk is desks[1]
        assert not mine.fate.dead
        assert not mine.busy
        assert not other.busy
