"""Where a case stands on the ladder, and which records may not change that."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.progress import may_move, progress_of
from sync.domain.records import (
    Appointment,
    Case,
    Contact,
    Hold,
    Note,
    Record,
    Versioned,
    kind_of,
)
from sync.domain.snapshot import Snapshot
from sync.domain.vocabulary import (
    OPEN_APPOINTMENTS,
    Channel,
    ContactResult,
    HoldKind,
    NotedAct,
    Place,
)
from tests.unit.sync.domain.town import HOUR, LI, NOW, case

days = st.integers(0, 4).map(lambda n: NOW - timedelta(days=n))
ids = st.integers(0, 2**32).map(str)
contacts = st.builds(
    Contact, ids, st.just("c1"), st.sampled_from(Channel), days, st.sampled_from(ContactResult)
)
holds = st.builds(Hold, ids, st.just("c1"), st.sampled_from(HoldKind), st.just(LI.officer_id), days)
appointments = days.flatmap(
    lambda at: st.builds(
        Appointment,
        ids,
        st.just("c1"),
        st.sampled_from(sorted(OPEN_APPOINTMENTS)),
        st.just(at),
        st.just(at + HOUR),
        st.just(Place.HOME),
        st.just((LI.officer_id,)),
    )
)
notes = st.builds(
    Note,
    ids,
    st.just("c1"),
    days,
    st.just(LI.officer_id),
    st.sampled_from(NotedAct),
    st.just("m1"),
    st.just("她说下周回电"),
)
REMINDED = Contact("r1", "c1", Channel.SMS, NOW, ContactResult.DELIVERED)
TALKED = Contact("r2", "c1", Channel.PHONE, NOW, ContactResult.CONNECTED)
steps = st.sampled_from([(), (REMINDED,), (REMINDED, TALKED), (REMINDED, TALKED)])
cases = st.builds(case, plan_in_force=st.sampled_from([False, False, False, True]))


@given(
    of=cases,
    done=steps,
    known=st.lists(st.one_of(contacts, contacts, appointments), max_size=6),
    held=st.just(()) | st.tuples(holds),
    came=st.one_of(contacts, appointments, holds, notes),
)
def test_what_may_not_move_a_case_does_not(
    of: Case, done: Sequence[Record], known: list[Record], held: Sequence[Record], came: Record
) -> None:
    every = [of, *done, *known, *held]
    before = progress_of(Snapshot(Versioned(1, r) for r in every), of)
    after = progress_of(Snapshot(Versioned(1, r) for r in (*every, came)), of)
    assert before == after or may_move(before.stage, kind_of(came))
