"""A batch: proved envelope by envelope, taken whole or not at all, answered once and for ever."""

from datetime import timedelta

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.protocol.envelope import Envelope, sign
from sync.protocol.messages import Codes, Push, Pushed, Reading, Result, Status
from sync.protocol.pages import Page, read_page
from sync.server.opened import FEW
from tests.server.acts import call, hold, lift, look
from tests.server.house import House, problem
from tests.server.laptop import Bare, fresh, now
from tests.server.terminal import contents, tell
from tests.sync.office import TEAM

NORTH = f"team:{TEAM}"
replace = msgspec.structs.replace


def results(answer: httpx.Response) -> list[Result]:
    assert answer.status_code == 200, answer.text
    return list(msgspec.json.decode(answer.content, type=Pushed).results)


def refused(laptop: Bare, envelopes: list[Envelope]) -> tuple[int, str]:
    """Send what must not be taken; the laptop goes on where it was."""
    before = laptop.hello()
    answer = laptop.send(envelopes)
    code = problem(answer)
    after = laptop.hello()
    assert (after.last_seq, after.head) == (before.last_seq, before.head)
    laptop.seq, laptop.chain = after.last_seq, after.chain_hash
    return answer.status_code, code


def test_a_repeat_is_answered_with_the_first_answer(house: House) -> None:
    """Send a batch with every kind of answer again: the same answers, and nothing happens twice."""
    li, case_id = house.crew["li"], house.cases["own"]
    placed = hold(case_id)
    commands = (call(li, case_id), placed, lift(placed), hold(house.cases["other"]), b"{}")
    envelopes = li.sealed(*commands)
    first = results(li.send(envelopes))
    assert [r.status for r in first] == ["applied", "applied", "gone", "gone", "invalid"]
    before = contents(house.data)
    again = results(li.send(envelopes))
    assert again == [replace(r, status=Status.ALREADY, first=r.status) for r in first]
    assert results(li.send(envelopes[1:3])) == again[1:3]
    assert contents(house.data) == before
    # New work behind a repeat is taken.
    mixed = results(li.send([*envelopes[3:], *li.sealed(call(li, case_id))]))
    assert [r.status for r in mixed] == ["already", "already", "applied"]


def test_every_answer_names_the_commit(house: House) -> None:
    li = house.crew["li"]
    first = results(li.send(li.sealed(call(li, house.cases["own"]), hold(house.cases["own"]))))
    head = li.hello().head
    assert [r.commit_no for r in first] == [head, head]
    assert {op.commit_no for op in li.feed(f"officer:{li.me}")[-2:]} == {head}


def test_an_empty_batch_changes_nothing(house: House) -> None:
    before = contents(house.data)
    assert results(house.crew["li"].send([])) == []
    assert contents(house.data) == before


def news(answer: httpx.Response) -> dict[str, Page]:
    """Return the pages that came with the answer to a push, by scope."""
    assert answer.status_code == 200, answer.text
    pushed = msgspec.json.decode(answer.content, type=Pushed)
    return {page.scope: page for page in (read_page(bytes(raw)) for raw in pushed.pages)}


def test_the_news_comes_with_the_answer(house: House) -> None:
    """Ask for scopes along with a push: its own echo is there, as a pull would tell it."""
    li = house.crew["li"]
    own, roster = f"officer:{li.me}", f"roster:{TEAM}"
    stood = {scope: li.page(scope) for scope in (own, roster)}
    reads = tuple(Reading(scope, page.to) for scope, page in stood.items())
    found = news(li.send(li.sealed(call(li, house.cases["own"])), reads=reads))
    assert set(found) == {own, roster}
    assert [op.kind for op in found[own].ops] == ["contact"]
    assert found[roster].ops == ()
    for scope, page in found.items():
        assert page == replace(li.page(scope, stood[scope].to), checkpoint=None)
    assert news(li.send([], reads=reads)) == found


def test_no_news_of_what_may_not_be_pulled(house: House) -> None:
    """Leave out foreign scopes, cursors that are none or too far, and all for older programs."""
    li = house.crew["li"]
    own = f"officer:{li.me}"
    wrong = ("", "x", "-1.0", "1.99999999999999999999", f"{li.hello().head + 1}.0")
    reads = (Reading(NORTH, "0.-1"), *(Reading(own, after) for after in wrong))
    assert news(li.send([], reads=reads)) == {}
    twice = (Reading(own, "0.-1"), Reading(own, "0.-1"))
    assert list(news(li.send([], reads=twice))) == [own]
    assert tell(house.data, "least-client", "0.1").out == "0.1\n"
    try:
        assert news(li.send([], reads=twice, headers={"Sync-Client": "0.0.9"})) == {}
    finally:
        assert tell(house.data, "least-client", "none").out == "any version may work\n"


@pytest.mark.parametrize("seq", [-(2**70), -1, 0, 2**63, 2**70])
def test_a_number_that_no_laptop_gives(house: House, seq: int) -> None:
    li = house.crew["li"]
    before = li.hello()
    [envelope] = li.sealed(call(li, house.cases["own"]))
    li.seq, li.chain = before.last_seq, before.chain_hash
    assert refused(li, [sign(replace(envelope, seq=seq), li.key)]) == (400, Codes.MALFORMED)
    assert not li.hello().forked


def test_a_gap(house: House) -> None:
    li = house.crew["li"]
    seq = li.hello().last_seq
    envelopes = li.sealed(*(call(li, house.cases["own"]) for _ in range(3)))
    answer = li.send(envelopes[1:])
    assert (answer.status_code, problem(answer)) == (409, Codes.SEQ_GAP)
    assert answer.json()["params"] == {"expected": seq + 1}
    assert [r.status for r in results(li.send(envelopes))] == ["applied"] * 3


def test_a_batch_is_taken_whole_or_not_at_all(house: House) -> None:
    """Spoil the last of three: the first two are not taken either."""
    li = house.crew["li"]
    before = contents(house.data)
    *good, last = li.sealed(*(call(li, house.cases["own"]) for _ in range(3)))
    assert refused(li, [*good, replace(last, sig="AAAA")]) == (400, Codes.BAD_SIGNATURE)
    assert contents(house.data) == before


@pytest.mark.parametrize("place", [0, FEW - 1, FEW])
def test_one_bad_signature_among_many(house: House, place: int) -> None:
    """Check them on several threads: none that is not the laptop's slips through."""
    li = house.crew["li"]
    before = contents(house.data)
    envelopes = li.sealed(*(call(li, house.cases["own"]) for _ in range(FEW + 1)))
    envelopes[place] = sign(envelopes[place], Ed25519PrivateKey.generate())
    assert refused(li, envelopes) == (400, Codes.BAD_SIGNATURE)
    assert contents(house.data) == before


SPOILT = {
    "suite": "yf2",
    "mid": "018f0000-0000-7000-8000-000000000000",
    "body": msgspec.Raw(b'{"do":"x"}'),
    "boot_id": "other",
    "mono_ms": 1,
    "checkpoint": "x",
    "sig": "A" * 86 + "==",
    "prev_hash": "f" * 64,
    "seq": 10**9,
    "wall_at": now() - timedelta(days=1),
}


@pytest.mark.parametrize("field", SPOILT)
def test_a_field_changed_after_signing(house: House, field: str) -> None:
    li = house.crew["li"]
    [envelope] = li.sealed(call(li, house.cases["own"]))
    changed = replace(envelope, **{field: SPOILT[field]})
    assert refused(li, [changed]) == (400, Codes.BAD_SIGNATURE)


def test_every_field_of_an_envelope_is_tried() -> None:
    owners = {"branch_id", "officer_id", "device_id"}
    assert set(Envelope.__struct_fields__) == set(SPOILT) | owners


@pytest.mark.parametrize("field", ["branch_id", "officer_id", "device_id"])
def test_an_envelope_of_somebody_else(house: House, field: str) -> None:
    """Sign another's name with one's own key."""
    li, wang = house.crew["li"], house.crew["wang"]
    other = {"branch_id": "west", "officer_id": wang.me, "device_id": wang.device_id}[field]
    [envelope] = li.sealed(call(li, house.cases["own"]))
    forged = sign(replace(envelope, **{field: other}), li.key)
    assert refused(li, [forged]) == (403, Codes.FORBIDDEN)


def test_an_envelope_signed_with_another_key(house: House) -> None:
    li = house.crew["li"]
    [envelope] = li.sealed(call(li, house.cases["own"]))
    forged = sign(envelope, Ed25519PrivateKey.generate())
    assert refused(li, [forged]) == (400, Codes.BAD_SIGNATURE)


def test_a_chain_that_does_not_follow(own_house: House) -> None:
    house = own_house
    li = house.crew["li"]
    [envelope] = li.sealed(call(li, house.cases["own"]))
    forged = sign(replace(envelope, prev_hash="0" * 64), li.key)
    [result] = results(li.send([forged]))
    assert result.status is Status.APPLIED
    assert "forked" in result.flags
    assert li.hello().forked
    assert news(li.send([], reads=(Reading(f"officer:{li.me}", "0.-1"),))) == {}


def test_a_cloned_laptop(own_house: House) -> None:
    """Let two copies go on from the same number: facts of both are kept, nothing else is done."""
    li, chen, case_id = own_house.crew["li"], own_house.crew["chen"], own_house.cases["own"]
    twin = li.again(own_house.client)
    first = call(li, case_id)
    li.push(first)
    before = li.hello()
    placed, second = hold(case_id), call(twin, case_id)
    envelopes = twin.sealed(second, placed, call(twin, case_id))
    answers = results(twin.send(envelopes))
    assert [r.status for r in answers] == [Status.APPLIED, Status.REFUSED, Status.APPLIED]
    assert ["forked" in r.flags for r in answers] == [True, False, True]
    assert [r.code for r in answers[1].reasons] == ["mutation.forked"]
    # The same again is answered as before, and the first copy is held to the same.
    again = results(twin.send(envelopes))
    assert {r.status for r in again} == {Status.ALREADY}
    assert [r.status for r in li.push(call(li, case_id), lift(placed))] == ["applied", "refused"]
    told = {c.id: c.flags for c in chen.records(NORTH, "contact")}
    assert "forked" not in told[first.contact.id]
    assert "forked" in told[second.contact.id]
    now_ = li.hello()
    assert (now_.forked, before.forked, chen.hello().forked) == (True, False, False)
    assert (now_.last_seq, now_.chain_hash) == (before.last_seq, before.chain_hash)
    for asked in ("/pull", "/digest"):
        answer = twin.ask("GET", asked, params={"scope": f"officer:{li.me}"})
        assert (answer.status_code, problem(answer)) == (409, Codes.FORKED)
    [row] = [
        r for r in tell(own_house.data, "device", "list").out.splitlines() if li.device_id in r
    ]
    assert row.split("\t")[3] == "forked"
    assert "whole" in tell(own_house.data, "audit", "verify").out


def test_a_batch_in_another_laptops_name(house: House) -> None:
    li, wang = house.crew["li"], house.crew["wang"]
    push = Push(li.enrolled.epoch, wang.device_id, ())
    answer = li.ask("POST", "/push", content=msgspec.json.encode(push))
    assert (answer.status_code, problem(answer)) == (403, Codes.FORBIDDEN)


def test_a_batch_for_the_server_before_it_was_restored(house: House) -> None:
    li = house.crew["li"]
    seq, chain = li.seq, li.chain
    answer = li.send(li.sealed(call(li, house.cases["own"])), epoch=fresh())
    li.seq, li.chain = seq, chain
    assert (answer.status_code, problem(answer)) == (409, Codes.RESET)


def test_an_id_twice_in_a_batch(house: House) -> None:
    li = house.crew["li"]
    first, second = li.sealed(call(li, house.cases["own"]), call(li, house.cases["own"]))
    twin = sign(replace(second, mid=first.mid), li.key)
    assert refused(li, [first, twin]) == (400, Codes.MALFORMED)


def test_a_known_id_with_another_body(house: House) -> None:
    """Answer it as invalid: the first body stands."""
    li = house.crew["li"]
    envelopes = li.sealed(call(li, house.cases["own"]))
    li.send(envelopes)
    [again] = li.sealed(call(li, house.cases["own"]))
    before = contents(house.data)
    [result] = results(li.send([sign(replace(again, mid=envelopes[0].mid), li.key)]))
    assert (result.status, result.reasons[0].code) == (Status.INVALID, "mutation.id_taken")
    assert contents(house.data) == before
    li.seq, li.chain = li.hello().last_seq, li.hello().chain_hash


def test_an_id_of_another_laptops_envelope(house: House) -> None:
    li, wang = house.crew["li"], house.crew["wang"]
    [theirs] = wang.sealed(call(wang, house.cases["own"]))
    wang.send([theirs])
    [mine] = li.sealed(call(li, house.cases["own"]))
    assert refused(li, [sign(replace(mine, mid=theirs.mid), li.key)]) == (403, Codes.FORBIDDEN)


@pytest.mark.parametrize("mid", ["", "../x", "x" * 65, "a b"])
def test_an_id_that_is_none(house: House, mid: str) -> None:
    li = house.crew["li"]
    [envelope] = li.sealed(call(li, house.cases["own"]))
    forged = sign(replace(envelope, mid=mid), li.key)
    assert refused(li, [forged]) == (400, Codes.MALFORMED)


def test_a_fact_is_never_written_over(house: House) -> None:
    """Record another call under the id of one that is kept."""
    li, wang = house.crew["li"], house.crew["wang"]
    first = call(li, house.cases["own"])
    [kept] = li.push(first)
    assert kept.status is Status.APPLIED
    forged = replace(
        call(wang, house.cases["own"], "别的"), contact=replace(first.contact, by=wang.me)
    )
    [result] = wang.push(forged)
    assert (result.status, result.reasons[0].code) == (Status.INVALID, "mutation.id_taken")
    [stands] = [c for c in house.crew["chen"].records(NORTH, "contact") if c.id == first.contact.id]
    assert (stands.by, stands.note) == (li.me, first.contact.note)


def test_history_is_never_written_over(house: House) -> None:
    """Record another look under the id of one that is kept, which no decision reads."""
    li, wang = house.crew["li"], house.crew["wang"]
    first = look(li, house.cases["own"])
    assert [result.status for result in li.push(first)] == [Status.APPLIED]
    forged = replace(look(wang, house.cases["own"]), reveal=replace(first.reveal, by=wang.me))
    [result] = wang.push(forged)
    assert (result.status, result.reasons[0].code) == (Status.INVALID, "mutation.id_taken")
    [stands] = [r for r in house.crew["chen"].records(NORTH, "reveal") if r.id == first.reveal.id]
    assert stands.by == li.me


CLOCKS = {
    "four minutes fast": (timedelta(minutes=4), False),
    "six minutes fast": (timedelta(minutes=6), True),
    "a year fast": (timedelta(days=400), True),
    "four weeks offline": (timedelta(days=-28), False),
    "of a time before there were laptops": (timedelta(days=-30_000), True),
}


@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_that_is_wrong_is_marked(house: House, name: str) -> None:
    """Keep the fact all the same."""
    ahead, suspect = CLOCKS[name]
    li = house.crew["li"]
    fact = call(li, house.cases["own"])
    [envelope] = li.sealed(fact)
    [result] = results(li.send([sign(replace(envelope, wall_at=now() + ahead), li.key)]))
    li.seq, li.chain = li.hello().last_seq, li.hello().chain_hash
    assert result.status is Status.APPLIED
    assert ("time_suspect" in result.flags) == suspect
    assert fact.contact.id in {c.id for c in house.crew["chen"].records(NORTH, "contact")}


def test_a_time_without_a_zone(house: House) -> None:
    li = house.crew["li"]
    [envelope] = li.sealed(call(li, house.cases["own"]))
    naive = sign(replace(envelope, wall_at=envelope.wall_at.replace(tzinfo=None)), li.key)
    assert refused(li, [naive]) == (400, Codes.MALFORMED)


def test_a_laptop_that_is_lost_between_two_batches(own_house: House) -> None:
    li = own_house.crew["li"]
    li.push(call(li, own_house.cases["own"]))
    told = tell(own_house.data, "device", "lost", li.device_id)
    assert told.code == 0
    [row] = [row for row in told.out.splitlines() if row.startswith(li.device_id)]
    assert row.split("\t")[2:4] == [li.me, "lost"]
    answer = li.send(li.sealed(call(li, own_house.cases["own"])))
    assert (answer.status_code, problem(answer)) == (401, Codes.REVOKED)


def test_a_person_who_ends_between_two_batches(own_house: House) -> None:
    li = own_house.crew["li"]
    li.push(call(li, own_house.cases["own"]))
    assert tell(own_house.data, "user", "deactivate", "li").code == 0
    answer = li.send(li.sealed(call(li, own_house.cases["own"])))
    assert (answer.status_code, problem(answer)) == (401, Codes.REVOKED)
