"""An officer's day with the line down: everything done offline is at the server once."""

from tests.sync.office import Office


def test_enrol_and_first_pull(office: Office) -> None:
    lead = office.seat("chen")
    report = lead.sync()
    assert len(lead.cases()) == 30
    assert report.received > 30
    li = office.seat("li")
    li.sync()
    assert li.cases() == []
    given = office.give(lead, 5)
    li.sync()
    assert sorted(li.cases()) == sorted(given)
