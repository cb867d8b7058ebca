"""Rules that were published reach every laptop with its next sync, and decide there at once."""

from datetime import timedelta

import msgspec
import pytest

from field_app.operations import appointments, outbox, visits
from field_app.operations.visits import DoorCheck
from field_app.storage.profile import keep_profile
from field_app.viewmodels.rule_words import WordsInForce
from sync.domain.records import Appointment
from sync.domain.situation import RuleFinding, Severity, Verdict
from sync.engine.trouble import Trouble
from sync.policy.mechanisms.kinds import KINDS
from sync.protocol.messages import Codes, Status
from sync.protocol.policy_bundle import Distrust, PolicyBundle, PolicyNews
from sync.server.repositories import policies
from tests.sync.acts import agree, call, evidence, unanswered, visitable, window
from tests.sync.office import Office, Seat, Server, administer
from tests.sync.relay import Relay, relay_to, says
from tests.sync.rules import (
    SENTENCE,
    SOURCE,
    STOP,
    at_the_server,
    in_force,
    pack,
    pinned_key,
    publish,
    rule,
    signed,
)

FUTURE = "mechanism_of_the_future"


def at_work(office: Office) -> Seat:
    """Return an officer with cases."""
    lead = office.seat("chen")
    office.give(lead, 12)
    li = office.seat("li")
    li.sync()
    return li


def serial(seat: Seat) -> int:
    return seat.desk.store.rulebook.in_force.serial


def trouble(seat: Seat) -> Distrust | None:
    return outbox.state(seat.desk).rules_trouble


def test_the_first_sync_brings_the_rules_and_an_idle_one_asks_nothing_of_them(
    office: Office,
) -> None:
    li = office.seat("li")
    assert li.profile.policy_key == pinned_key(office.server)
    assert serial(li) == 0
    with relay_to(office.server.address) as relay:
        line = li.line_to(relay.address)
        li.sync(line=line)
        assert len([r for r in relay.seen if "/policy" in r]) == 1
        relay.seen.clear()
        li.sync(line=line)
        assert [r for r in relay.seen if "/policy" in r] == []
        line.close()
    stands = li.desk.store.rulebook.in_force
    assert (stands.serial, stands.pack) == (1, "cn")
    assert stands.since is not None
    assert office.clock.now() - stands.since < timedelta(minutes=5)
    assert trouble(li) is None
    assert office.reopened(li).desk.store.rulebook.in_force == stands


def test_published_rules_decide_with_the_next_sync(office: Office) -> None:
    li = at_work(office)
    case_id = visitable(li)[0]
    asked = window(li, case_id)
    assert asked is not None
    saved = agree(li, case_id)
    assert saved.decision is not None
    li.sync()
    former = saved.decision.version
    [agreed] = li.desk.store.projection.every(Appointment)
    before = appointments.verdict_now(li.desk, agreed.record)
    assert before is not None
    assert before.verdict is not Verdict.BLOCK

    publish(office.server, "2099.1", rule())
    assert STOP not in {f.rule for f in before.findings}
    li.sync()
    assert serial(li) == 2
    now = appointments.preview(li.desk, asked, evidence(li))
    assert now is not None
    assert (now.version, now.verdict) == ("2099.1", Verdict.BLOCK)
    assert STOP in now.blocks
    # What was agreed keeps what it was agreed under, and is judged again by what is in force.
    [agreed] = li.desk.store.projection.every(Appointment)
    assert agreed.record.decision is not None
    assert agreed.record.decision.version == former
    again = appointments.verdict_now(li.desk, agreed.record)
    assert again is not None
    assert STOP in again.blocks
    check = DoorCheck(case_id, agreed.record.id, agreed.record.officers)
    at_the_door = visits.check_door(li.desk, check)
    assert at_the_door is not None
    assert STOP in at_the_door.blocks
    li = office.reopened(li)
    assert serial(li) == 2
    assert "whole" in administer(office.server.data, "audit", "verify")


def test_the_server_decides_again_what_was_agreed_under_former_rules(office: Office) -> None:
    li = at_work(office)
    publish(office.server, "2099.1", rule())
    agree(li, visitable(li)[0])
    li.sync()
    [item] = outbox.state(li.desk).attention
    assert item.status is Status.REFUSED
    assert [r.params["rule"] for r in item.reasons] == [STOP]
    assert li.desk.store.projection.every(Appointment) == []
    # The same sync brought the rule, so that the refusal can be read.
    finding = RuleFinding(STOP, Severity.BLOCK)
    for language, sentence in SENTENCE.items():
        words = WordsInForce(lambda: li.desk.store.rulebook.packs, language)
        assert words.sentence(finding) == sentence
        assert words.source(STOP).startswith(SOURCE[language])


def test_rules_are_taken_back_by_publishing_others(office: Office) -> None:
    li = at_work(office)
    publish(office.server, "2099.1", rule())
    li.sync()
    assert visitable(li) == []
    publish(office.server, "2099.2")
    li.sync()
    assert serial(li) == 3
    assert visitable(li) != []
    # The former rule is no longer in force, but what it said can still be read.
    words = WordsInForce(lambda: li.desk.store.rulebook.packs, "en")
    assert words.sentence(RuleFinding(STOP, Severity.BLOCK)) == SENTENCE["en"]
    assert not words.knows(RuleFinding("NOBODY", Severity.BLOCK))


def spoiled_news(relay: Relay, bundle: PolicyBundle) -> None:
    """Let whoever asks for the rules get this bundle."""
    relay.spoiled = "/policy"
    relay.spoil = says(200, msgspec.json.encode(PolicyNews(bundle)))


def test_rules_that_were_tampered_with_are_not_taken(office: Office) -> None:
    li = at_work(office)
    publish(office.server, "2099.1", rule())
    call(li, li.cases()[0])
    true = in_force(office.server)
    looser = pack("2099.1")
    assert true.pack != looser
    with relay_to(office.server.address) as relay:
        line = li.line_to(relay.address)
        spoiled_news(relay, msgspec.structs.replace(true, pack=looser))
        assert li.sync(line=line).sent == 1
        assert trouble(li) is Distrust.BAD_SIGNATURE
        assert serial(li) == 1
        assert visitable(li) != []
        li = office.reopened(li)
        assert trouble(li) is Distrust.BAD_SIGNATURE
        relay.spoil = None
        li.sync(line=line)
        line.close()
    assert trouble(li) is None
    assert serial(li) == 2


def test_a_true_bundle_of_earlier_is_not_taken_again(office: Office) -> None:
    li = at_work(office)
    earlier = in_force(office.server)
    publish(office.server, "2099.1", rule())
    li.sync()
    publish(office.server, "2099.2")
    with relay_to(office.server.address) as relay:
        line = li.line_to(relay.address)
        spoiled_news(relay, earlier)
        li.sync(line=line)
        line.close()
    assert trouble(li) is Distrust.OLDER
    assert serial(li) == 2


def test_a_server_put_back_from_its_backup_takes_no_rule_back(office: Office) -> None:
    li = at_work(office)
    publish(office.server, "2099.1", rule())
    li.sync()
    at_the_server(office.server, lambda s: s.run("DELETE FROM policy_bundle WHERE serial = ?", 2))
    li.sync()
    assert trouble(li) is Distrust.OLDER
    assert serial(li) == 2
    # The same serial for other rules is not taken either; a higher one is.
    publish(office.server, "2099.2")
    li.sync()
    assert trouble(li) is Distrust.OLDER
    assert li.desk.policy.pack.version == "2099.1"
    publish(office.server, "2099.3")
    li.sync()
    assert trouble(li) is None
    assert li.desk.policy.pack.version == "2099.3"


def test_rules_of_a_newer_program_wait_for_the_update(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    li = at_work(office)
    stands = in_force(office.server)
    future = signed(
        office.server, stands, serial=2, version="2099.1", pack=stands.pack + rule("NEW", FUTURE)
    )
    at_the_server(office.server, lambda s: policies.add(s, future))
    li.sync()
    assert trouble(li) is Distrust.UNREADABLE
    assert serial(li) == 1
    assert visitable(li) != []
    with relay_to(office.server.address) as relay:
        line = li.line_to(relay.address)
        li.sync(line=line)
        line.close()
        assert [r for r in relay.seen if "/policy" in r] == []
    assert trouble(li) is Distrust.UNREADABLE
    # This server cannot read them either: it takes no work rather than decide by other rules.
    call(li, li.cases()[0])
    with pytest.raises(Trouble) as caught:
        li.sync()
    assert caught.value.code is Codes.BUSY
    assert unanswered(li) == 1

    monkeypatch.setitem(KINDS, FUTURE, KINDS["always"])
    li = office.reopened(li)
    assert trouble(li) is None
    assert serial(li) == 2
    assert visitable(li) == []


def test_rules_changed_behind_the_servers_back_are_not_obeyed(office: Office) -> None:
    li = at_work(office)
    stands = in_force(office.server)
    forged = msgspec.structs.replace(stands, serial=2, version="2099.1")
    at_the_server(office.server, lambda s: policies.add(s, forged))
    call(li, li.cases()[0])
    with pytest.raises(Trouble) as caught:
        li.sync()
    assert caught.value.code is Codes.BUSY
    at_the_server(office.server, lambda s: s.run("DELETE FROM policy_bundle WHERE serial = ?", 2))
    assert li.sync().sent == 1


def test_a_laptop_without_a_key_believes_no_new_rules(office: Office) -> None:
    li = office.seat("li")
    keep_profile(li.desk.store.vault, msgspec.structs.replace(li.profile, policy_key=""))
    li.sync()
    assert trouble(li) is Distrust.NO_KEY
    assert serial(li) == 0


def test_a_new_key_follows_the_old_one(office: Office) -> None:
    li = at_work(office)
    old = li.profile.policy_key
    administer(office.server.data, "policy", "rotate-key")
    administer(office.server.data, "policy", "rotate-key")
    publish(office.server, "2099.1", rule())
    li.sync()
    assert (serial(li), trouble(li)) == (4, None)
    assert li.profile.policy_key == pinned_key(office.server) != old
    assert STOP in judged_blocks(li)
    newcomer = office.seat("li")
    newcomer.sync()
    assert newcomer.profile.policy_key == li.profile.policy_key
    assert serial(newcomer) == 4
    assert "whole" in administer(office.server.data, "audit", "verify")


def judged_blocks(seat: Seat) -> tuple[str, ...]:
    """Return the rules that block a visit tomorrow at noon."""
    checked = visits.check_door(seat.desk, DoorCheck(seat.cases()[0], None, (seat.me,)))
    assert checked is not None
    return checked.blocks


@pytest.mark.parametrize("furnished", ["postgresql"], indirect=True)
def test_every_server_process_decides_by_what_was_published_last(office: Office) -> None:
    li, wang = at_work(office), office.seat("wang")
    wang.sync()
    other = Server(office.server.data)
    other.start()
    line = li.line_to(other.address)
    try:
        first, second, third, fourth = visitable(li)[:4]
        agree(li, first)
        agree(wang, second)
        li.sync(line=line)
        wang.sync()
        assert [outbox.state(s.desk).attention for s in (li, wang)] == [(), ()]
        publish(office.server, "2099.1", rule())
        agree(li, third)
        agree(wang, fourth)
        li.sync(line=line)
        wang.sync()
        for seat in (li, wang):
            [item] = outbox.state(seat.desk).attention
            assert [r.params["rule"] for r in item.reasons] == [STOP]
            assert serial(seat) == 2
    finally:
        line.close()
        other.stop()
