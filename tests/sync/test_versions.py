"""Programs and servers of different versions: all are told who must update, nothing is lost.

Version 3 is one to come, with nothing new but its number.
"""

import tomllib
from collections.abc import Callable, Iterator
from itertools import pairwise, product
from pathlib import Path

import msgspec
import pytest

from sync.engine.trouble import Trouble
from sync.protocol.envelope import FIRST_PREVIOUS, decode_envelope, envelope_hash
from sync.protocol.messages import Codes, Hello, Push
from sync.protocol.pages import Cursor
from sync.protocol.versions import PROGRAM, VERSION, facts_of, is_too_old, spoken
from sync.server.repositories.accounts import LEAST_CLIENT
from tests.sync.quiet_branch import QuietBranch, at_rest, sync
from tests.sync.simulator.seat import Seat

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = (1, 2, 3, 4)
LATER = ("facts_of", "checkpoint", "least_client", "pages")  # of Hello, since the first version
PAIRS = list(product(VERSIONS, VERSIONS))


@pytest.fixture
def quiet() -> Iterator[QuietBranch]:
    with at_rest() as made:
        yield made


def expected(server: int, laptop: int) -> Codes | None:
    """Return what a laptop must be told; None when the two understand each other."""
    if laptop > server:
        return Codes.SERVER_OLDER
    return Codes.VERSION if laptop < server - 1 else None


def told(seat: Seat) -> Codes | None:
    """Sync and return the trouble."""
    try:
        sync(seat)
    except Trouble as trouble:
        return trouble.code
    return None


def whole_chain(quiet: QuietBranch, seat: Seat) -> list[str]:
    """Return the ids of a laptop's envelopes at the server; they must follow each other."""
    rows = quiet.central.database.ask(
        "SELECT envelope FROM mutation WHERE device_id = ? ORDER BY seq",
        seat.at.store.replica.device_id(),
    )
    found = [decode_envelope(row[0]) for row in rows]
    assert [e.seq for e in found] == list(range(1, len(found) + 1))
    assert all(later.prev_hash == envelope_hash(e) for e, later in pairwise(found))
    assert not found or found[0].prev_hash == FIRST_PREVIOUS
    return [e.mid for e in found]


@pytest.mark.parametrize(("server", "laptop"), PAIRS)
def test_every_pair_is_told_right_and_loses_nothing(
    quiet: QuietBranch, server: int, laptop: int
) -> None:
    """Work, sync as different as they are, work on, update the older side, sync: all is there."""
    seat = quiet.seat("li-1")
    quiet.speak(server)
    quiet.give_version(seat, laptop)
    made = [quiet.fact(seat), quiet.fact(seat), quiet.command(seat), quiet.fact(seat)]
    code = expected(server, laptop)
    assert told(seat) == code
    taken = [one.mid for one in quiet.answered()]
    if code is None:
        assert taken == made
    else:
        # Whose facts may still go up sends those before the first piece of other work.
        assert taken == (made[:2] if laptop in facts_of(server) else [])
    made += [quiet.command(seat), quiet.fact(seat)]
    assert seat.at.store.outbox.count("queued") == len(made) - len(taken)

    both = max(server, laptop)
    quiet.speak(both)
    quiet.give_version(seat, both)
    assert told(seat) is None
    assert whole_chain(quiet, seat) == made
    assert {one.status for one in quiet.answered()} == {"applied"}
    assert seat.at.store.outbox.count("queued") == 0


def test_only_facts_are_taken_of_a_program_that_is_too_old(quiet: QuietBranch) -> None:
    """Send other work all the same, as a changed program might: the server says no to the batch."""
    seat = quiet.seat("li-1")
    quiet.speak(VERSION + 1)
    quiet.give_version(seat, VERSION - 1)
    quiet.command(seat)
    assert seat.line is not None
    batch = tuple(seat.at.store.replica.waiting(9, 1 << 20))
    with pytest.raises(Trouble) as refusal:
        seat.line.push(Push(quiet.central.epoch, seat.at.store.replica.device_id(), batch))
    assert refusal.value.code is Codes.VERSION
    assert quiet.answered() == []


def test_the_clocks_go_with_a_batch_since_version_two(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = quiet.seat("li-1")
    sent: list[object] = []
    for version in (1, 2):
        quiet.give_version(seat, version)
        assert seat.line is not None
        real = seat.line.push
        monkeypatch.setattr(seat.line, "push", lambda p, r=real: (sent.append(p.sent), r(p))[1])
        quiet.fact(seat)
        assert told(seat) is None
    assert sent[0] is None
    assert sent[1] is not None


def test_an_older_answer_is_understood() -> None:
    """Read what a server of the first version says of itself."""
    first = {name for name in Hello.__struct_fields__ if name not in LATER}
    with at_rest() as quiet:
        seat = quiet.seat("li-1")
        assert seat.line is not None
        answer = msgspec.to_builtins(seat.line.hello())
        older = msgspec.convert({k: v for k, v in answer.items() if k in first}, Hello)
        assert (older.facts_of, older.checkpoint) == ((), None)
        newer = msgspec.convert(answer | {"of_the_next_version": {"x": [1]}}, Hello)
        assert newer == seat.line.hello()


@pytest.mark.parametrize("told", [True, False])
def test_a_server_that_tells_no_checkpoint_with_hello_is_as_good(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """Sync with one of before it was told: the pages' and answers' are seen as ever."""
    seat = quiet.seat("li-1")
    assert seat.line is not None
    real = seat.line.hello
    if not told:
        replace = msgspec.structs.replace
        monkeypatch.setattr(seat.line, "hello", lambda *_a: replace(real(), checkpoint=None))
    quiet.fact(seat)
    assert sync(seat).sent == 1
    assert sync(seat).sent == 0
    assert seat.at.store.witness.trouble is None
    newest = seat.at.store.witness.every()[-1]
    assert newest.size == quiet.central.database.ask("SELECT leaves FROM feed_head")[0][0]


def test_two_versions_are_spoken() -> None:
    assert (spoken(1), facts_of(1)) == ((1,), ())
    assert (spoken(2), facts_of(2)) == ((2, 1), ())
    assert (spoken(3), facts_of(3)) == ((3, 2), (1,))


def ask_for(quiet: QuietBranch, least: str) -> None:
    """Let the bank ask for a program at least as new as this; empty: any will do."""
    quiet.central.database.ask(
        "INSERT INTO server_meta (name, value) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        LEAST_CLIENT,
        least,
    )


def test_a_program_that_is_too_old_for_the_bank_sends_its_facts(quiet: QuietBranch) -> None:
    seat = quiet.seat("li-1")
    ask_for(quiet, "0.2")
    made = [quiet.fact(seat), quiet.command(seat), quiet.fact(seat)]
    assert told(seat) is Codes.CLIENT
    assert [one.mid for one in quiet.answered()] == made[:1]
    ask_for(quiet, "")
    assert told(seat) is None
    assert whole_chain(quiet, seat) == made


def test_the_server_itself_keeps_an_older_program_to_facts(quiet: QuietBranch) -> None:
    """Ask and send all the same, as a program would that does not heed what it is told."""
    seat = quiet.seat("li-1")
    ask_for(quiet, "0.1.1")
    quiet.command(seat)
    assert seat.line is not None
    replica = seat.at.store.replica
    batch = tuple(replica.waiting(9, 1 << 20))
    asked: list[Callable[[], object]] = [
        lambda: seat.line.push(Push(quiet.central.epoch, replica.device_id(), batch)),
        lambda: seat.line.pull("roster:north", Cursor(0, -1), 9, 0),
        lambda: seat.line.policy(0),
    ]
    for ask in asked:
        with pytest.raises(Trouble) as refusal:
            ask()
        assert refusal.value.code is Codes.CLIENT
    assert quiet.answered() == []


@pytest.mark.parametrize(
    ("program", "least", "too_old"),
    [
        ("0.1.0", "", False),
        ("", "", False),
        ("", "0.0.1", True),
        ("nonsense", "0.1", True),
        ("0.1.0", "0.1", False),
        ("0.1", "0.1.0", False),
        ("0.9.1", "0.10", True),
        ("1.0", "0.10.3", False),
        ("9" * 40, "0.1", True),
    ],
)
def test_programs_are_compared_by_their_numbers(program: str, least: str, too_old: bool) -> None:
    assert is_too_old(program, least) is too_old


def test_the_program_is_the_one_that_is_built() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert told["project"]["version"] == PROGRAM
