"""A laptop whose vault was destroyed: unlocked, synced, and as if nothing had happened."""

import pytest

from field_app.bootstrap.desk_setup import unlock
from field_app.storage.trouble import Rescued
from field_app.storage.vault import DATABASE
from tests.sync.acts import (
    ENVELOPES_OF_A_DAY,
    WORK_OF_A_DAY,
    counted,
    grown,
    unanswered,
    visitable,
    whole_day,
)
from tests.sync.office import PASSPHRASE, Office, administer, sit_down


@pytest.mark.parametrize("left", [0.0, 0.6])
def test_a_destroyed_vault_loses_nothing(office: Office, left: float) -> None:
    lead = office.seat("chen")
    office.give(lead, 12)
    li, second = office.seat("li"), office.seat("li")
    li.sync()
    all_before = counted(lead)
    answered, unsent = visitable(li)[:2]
    whole_day(li, answered)
    li.sync()
    whole_day(li, unsent)
    shown = counted(li)

    office.seats.remove(li)
    li.close()
    database = li.laptop.vault / DATABASE
    database.write_bytes(database.read_bytes()[: int(database.stat().st_size * left)])
    with pytest.raises(Rescued):
        unlock(li.laptop, PASSPHRASE)
    li = office.keep(sit_down("li", li.laptop))
    assert unanswered(li) == 2 * ENVELOPES_OF_A_DAY

    assert li.sync().sent == 2 * ENVELOPES_OF_A_DAY
    lead.sync()
    twice = {kind: 2 * n for kind, n in WORK_OF_A_DAY.items()}
    assert grown(all_before, counted(lead)) == twice
    # Who looked at what is for the lead alone: once answered it is not shown here any more.
    assert grown(counted(li), shown) == {"reveal": WORK_OF_A_DAY["reveal"]}
    second.sync()
    assert counted(li) == counted(second)
    assert unanswered(li) == 0
    assert (li.sync().sent, li.sync().received) == (0, 0)
    assert "whole" in administer(office.server.data, "audit", "verify")
