"""What must be true of a laptop at any moment, also in the middle of everything.

Its replica is the feed read up to its cursors and nothing else; revisions never go back; saved work
is in the outbox; and whoever looks sees what was saved, answered or not.
"""

import json
from typing import Any

from field_app.storage.incidents import REPAIRED
from sync.protocol.envelope import decode_envelope
from sync.protocol.pages import WHOLE_COMMIT
from tests.sync.simulator.central import Central
from tests.sync.simulator.chance import Broken
from tests.sync.simulator.ledger import FACTS, Key
from tests.sync.simulator.seat import Seat

FORMER = "former:"
type Copy = dict[Key, tuple[int, bytes]]
# Commands besides facts that make a record nobody can have ended meanwhile.
MAKES = {"place_hold": ("hold", "hold_id"), "propose_plan": ("plan", "plan_id")}


def look(seat: Seat, central: Central) -> None:
    """Raise Broken for what cannot be."""
    rows = seat.rows("SELECT kind, id, rev, body FROM replica")
    replica = {(kind, one): (rev, bytes(body)) for kind, one, rev, body in rows}
    members = seat.rows("SELECT scope, kind, id FROM membership")
    states = seat.rows("SELECT scope, epoch, commit_no, idx FROM scope_state")
    if seat.rotten is None:
        _nothing_outside(seat, replica, members)
    if seat.rotten is None and all(epoch == central.epoch for _, epoch, _, _ in states):
        _as_the_feed_says(seat, central, replica, members, states)
    _nothing_to_mend(seat)
    _never_back(seat, replica, {epoch for _, epoch, _, _ in states})
    _promises(seat)
    _seen(seat, replica)


def _nothing_outside(seat: Seat, replica: Copy, members: list[Any]) -> None:
    held = {(kind, one) for _, kind, one in members}
    outside = sorted(set(replica) - held)
    if outside:
        raise Broken(f"{seat.name} keeps {outside[0]} outside every scope")
    missing = sorted(held - set(replica))
    if missing:
        raise Broken(f"{seat.name} has lost {missing[0]} of its scopes")
    stale = seat.rows(
        "SELECT l.kind, l.id FROM overlay l JOIN outbox o ON o.seq = l.seq "
        "WHERE o.state NOT IN ('queued', 'acked')"
    )
    if stale:
        raise Broken(f"{seat.name} still shows its own {stale[0]} over the server's")


def _as_the_feed_says(
    seat: Seat, central: Central, replica: Copy, members: list[Any], states: list[Any]
) -> None:
    expected: Copy = {}
    if _is_ahead(seat, central, states):
        return
    for scope, _epoch, commit_no, idx in states:
        if commit_no > central.head:
            raise Broken(f"{seat.name} has read {scope} beyond the head")
        folded = feed(central, scope, commit_no, idx)
        held = {(kind, one) for s, kind, one in members if s == scope}
        if (commit_no, idx) < _last_compacted(central, scope):
            return  # in the midst of a compacted feed: what is told again later may not be there
        if held != set(folded):
            odd = sorted(held ^ set(folded))[0]
            raise Broken(f"{seat.name} at {commit_no}.{idx} of {scope} is wrong about {odd}")
        for key, one in folded.items():
            expected[key] = max(expected.get(key, one), one)
    if any(scope.startswith(FORMER) for scope, _, _ in members):
        return  # a scope is being read anew: what it held stays readable meanwhile
    for key, one in expected.items():
        if replica[key] != one:
            raise Broken(f"{seat.name} holds {key} at {replica[key][0]}, the feed has {one[0]}")


def _is_ahead(seat: Seat, central: Central, states: list[Any]) -> bool:
    """Say whether a repair has brought what stands, also what the feed has to tell yet."""
    mended = seat.rows("SELECT n FROM incident WHERE what = ? ORDER BY n", REPAIRED)
    if mended != seat.mended:
        seat.mended, seat.ahead_to = mended, central.head
    early = min(seat.ahead_to, central.head)
    return any(commit_no < early for _, _, commit_no, _ in states)


def _last_compacted(central: Central, scope: str) -> tuple[int, int]:
    """Return the place of the scope's last op that a compaction looked at."""
    rows = central.database.ask(
        "SELECT commit_no, idx FROM told WHERE scope = ? AND commit_no <= ? "
        "ORDER BY commit_no DESC, idx DESC LIMIT 1",
        scope,
        central.compacted_at,
    )
    return rows[0] if rows else (0, -1)


def feed(central: Central, scope: str, commit_no: int, idx: int) -> Copy:
    """Return what a scope holds when it was read up to a cursor."""
    found: Copy = {}
    rows = central.database.ask(
        "SELECT op, kind, id, rev, body FROM told WHERE scope = ? AND (commit_no, idx) <= (?, ?) "
        "ORDER BY commit_no, idx",
        scope,
        commit_no,
        idx,
    )
    for op, kind, one, rev, body in rows:
        if op == "put":
            found[(kind, one)] = (rev, bytes(body))
        else:
            found.pop((kind, one), None)
    return found


def _nothing_to_mend(seat: Seat) -> None:
    """Let no repair hide what the feed itself got wrong: only what rotted may be mended."""
    mended = seat.rows("SELECT scope FROM incident WHERE what = ?", REPAIRED)
    if mended and not seat.has_rotted:
        raise Broken(f"{seat.name} had to mend {mended[0][0]}, where nothing had rotted")


def _never_back(seat: Seat, replica: Copy, epochs: set[str]) -> None:
    """Let revisions only grow, as long as all that is read is of one epoch of the server."""
    if len(epochs) == 1 and seat.seen_epochs == epochs:
        for key, rev in seat.revs.items():
            # Below zero is what is being read anew, after the server was put back.
            if key in replica and 0 < replica[key][0] < rev:
                raise Broken(f"{seat.name}: {key} went back from {rev} to {replica[key][0]}")
    seat.seen_epochs = epochs
    seat.revs = {key: rev for key, (rev, _) in replica.items()}


def _promises(seat: Seat) -> None:
    kept = dict(seat.rows("SELECT mid, seq FROM outbox"))
    for mid, seq in seat.promised.items():
        if kept.get(mid) != seq:
            raise Broken(f"{seat.name} said saved to {seq} and has it no more")
    seat.promised = kept  # also what was saved when the program ended before it could say so


def _seen(seat: Seat, replica: Copy) -> None:
    shown = {(kind, one) for kind, one in seat.rows("SELECT kind, id FROM projected")}
    amid = _held_amid_a_reading(seat)
    for mid, state, before in seat.rows("SELECT mid, state, before FROM outbox"):
        # What was refused once and is asked again of a server put back is not shown as if it
        # stood; when that one takes it, it is shown with its echo.
        if {"attention", "resolved"}.intersection((state, before)):
            seat.let_go.add(mid)
        if mid in seat.let_go and state != "done":
            continue
        if "done" in (state, before):
            seat.ended.add(mid)  # a server put back may make it wait again
        if mid not in seat.made:
            seat.made[mid] = _made(seat, mid)
        made = seat.made[mid]
        if made is None or ("case", made[1]) not in replica or seat.rotten is not None:
            continue
        if mid in seat.ended and made[1] in amid:
            continue  # a case comes before what belongs to it, and, read anew, before it leaves
        if mid in seat.ended and made[0][0] == "reveal" and seat.me not in ("chen", "he"):
            continue  # looks at masked data are for those who oversee
        if made[0] not in shown:
            raise Broken(f"{seat.name} does not show its own {made[0]}, which is {state}")


def _held_amid_a_reading(seat: Seat) -> set[str]:
    """Return the cases that a scope holds which is not read to its end."""
    rows = seat.rows(
        "SELECT m.id FROM membership m JOIN scope_state s ON s.scope = m.scope "
        "WHERE m.kind = 'case' AND s.idx < ?",
        WHOLE_COMMIT,
    )
    return {one for (one,) in rows}


def _made(seat: Seat, mid: str) -> tuple[Key, str] | None:
    """Return the record a piece of work makes, with its case."""
    [(data,)] = seat.rows("SELECT envelope FROM outbox WHERE mid = ?", mid)
    command: dict[str, Any] = json.loads(bytes(decode_envelope(data).body))
    do = command["do"]
    if do in FACTS:
        fact = next(v for v in command.values() if isinstance(v, dict))
        return (FACTS[do], fact["id"]), fact["case_id"]
    if do in MAKES:
        kind, name = MAKES[do]
        return (kind, command[name]), command["case_id"]
    return None
