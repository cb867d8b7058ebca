"""Two copies of one laptop, or an older one put back: both branches are kept, nothing is lost."""

import shutil
from dataclasses import replace

import pytest

from field_app.bootstrap.enrolling_anew import enrol_here
from field_app.bootstrap.laptop import Laptop
from field_app.operations import outbox, resolutions, review
from sync.domain.commands import name_of
from sync.domain.outcome import refused
from sync.domain.vocabulary import FactFlag
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from tests.sync.acts import agree, call, notes, saved, unanswered, visitable
from tests.sync.office import Office, Seat, administer, seated, sit_down


def copied(office: Office, seat: Seat, name: str) -> Laptop:
    """Copy a closed laptop's whole disk."""
    home = office.homes / name
    shutil.copytree(seat.laptop.home, home)
    return replace(seat.laptop, home=home)


def forked(seat: Seat) -> None:
    """Sync and be told of the other copy."""
    with pytest.raises(Trouble) as told:
        seat.sync()
    assert told.value.code is Codes.FORKED


@pytest.fixture
def lead(office: Office) -> Seat:
    seat = office.seat("chen")
    office.give(seat, 8)
    return seat


def test_both_copies_of_a_laptop_keep_their_work(office: Office, lead: Seat) -> None:
    li = office.seat("li")
    li.sync()
    office.seats.remove(li)
    li.close()
    twin = office.keep(sit_down("li", copied(office, li, "twin")))
    li = office.keep(sit_down("li", li.laptop))
    case_id = visitable(li)[0]
    call(li, case_id, "原机电话")
    li.sync()
    call(twin, case_id, "副本电话")
    agree(twin, case_id)
    forked(twin)
    call(li, case_id, "原机再电话")
    forked(li)
    assert unanswered(li) == unanswered(twin) == 0

    lead.sync()
    assert {"原机电话", "副本电话", "原机再电话"} <= notes(lead)
    [one, *others] = [i for i in review.queue(lead.desk).flagged if FactFlag.FORKED in i.flags]
    assert len(others) == 1
    assert one.by == "李静"
    # The agreement made on the copy was not done; it waits there with its reason.
    [item] = outbox.state(twin.desk).attention
    assert name_of(item.mine) == "confirm_appointment"
    assert [r.code for r in item.reasons] == ["mutation.forked"]
    assert "whole" in administer(office.server.data, "audit", "verify")

    anew = office.seat("li")
    anew.sync()
    assert {"原机电话", "副本电话", "原机再电话"} <= notes(anew)
    agree(anew, case_id)
    assert anew.sync().sent == 1
    assert outbox.state(anew.desk).attention == ()


def test_what_a_copy_was_refused_is_tried_again_once_it_is_enrolled_anew(
    office: Office, lead: Seat
) -> None:
    li = office.seat("li")
    li.sync()
    office.seats.remove(li)
    li.close()
    twin = sit_down("li", copied(office, li, "twin"))
    li = office.keep(sit_down("li", li.laptop))
    case_id = visitable(li)[0]
    call(li, case_id, "原机电话")
    li.sync()
    agree(twin, case_id)
    forked(twin)
    [item] = outbox.state(twin.desk).attention
    assert (item.of_a_copy, item.can_retry) == (True, False)
    assert resolutions.try_again(twin.desk, item.item.mid) == refused("mutation.forked")
    assert outbox.state(twin.desk).attention == (item,)
    twin.close()

    vault = enrol_here(twin.laptop, office.form("li", office.code("li")), lambda _step: None)
    anew = office.keep(seated("li", twin.laptop, vault))
    anew.sync()
    [item] = outbox.state(anew.desk).attention
    assert (item.of_a_copy, item.can_retry) == (False, True)
    saved(resolutions.try_again(anew.desk, item.item.mid))
    assert anew.sync().sent == 1
    assert outbox.state(anew.desk).attention == ()


def test_an_older_copy_that_was_put_back_is_told_before_it_reads(
    office: Office, lead: Seat
) -> None:
    li = office.seat("li")
    li.sync()
    case_id = visitable(li)[0]
    office.seats.remove(li)
    li.close()
    older = copied(office, li, "older")
    li = sit_down("li", li.laptop)
    call(li, case_id, "昨天")
    li.sync()
    li.close()
    li = office.keep(sit_down("li", older))
    forked(li)
    call(li, case_id, "今天")
    forked(li)
    assert unanswered(li) == 0
    lead.sync()
    assert {"昨天", "今天"} <= notes(lead)
