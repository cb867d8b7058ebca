"""A greeting brings along what follows in the scopes it names: what a pull would tell, no more."""

from collections.abc import Sequence

import httpx
import msgspec
import pytest

from sync.protocol.messages import Codes, Hello, Reading
from sync.protocol.pages import Page, read_page
from sync.server.handlers import news
from tests.server.acts import call, give
from tests.server.house import House, problem
from tests.server.laptop import Bare
from tests.server.terminal import tell
from tests.sync.office import TEAM

NORTH, ROSTER = f"team:{TEAM}", f"roster:{TEAM}"
replace = msgspec.structs.replace


def greet(
    laptop: Bare, *reads: Reading, epoch: str | None = None, **said: object
) -> httpx.Response:
    asked = {"epoch": laptop.enrolled.epoch if epoch is None else epoch}
    query: dict[str, str | Sequence[str]] = {**asked, "read": [one.text() for one in reads]}
    return laptop.ask("GET", "/hello", params=query, **said)


def pages(answer: httpx.Response) -> dict[str, Page]:
    """Return the pages that came, by scope; each scope once."""
    assert answer.status_code == 200, answer.text
    found = [read_page(bytes(raw)) for raw in msgspec.json.decode(answer.content, type=Hello).pages]
    assert len({page.scope for page in found}) == len(found)
    return {page.scope: page for page in found}


def own(laptop: Bare) -> str:
    return f"officer:{laptop.me}"


def test_a_greeting_tells_what_a_pull_would(house: House) -> None:
    li = house.crew["li"]
    stood = {scope: li.page(scope) for scope in (own(li), ROSTER)}
    reads = [Reading(scope, page.to) for scope, page in stood.items()]
    li.push(call(li, house.cases["own"]))
    found = pages(greet(li, *reads))
    assert [op.kind for op in found[own(li)].ops] == ["contact"]
    assert found[ROSTER].ops == ()
    for scope, page in found.items():
        assert page == replace(li.page(scope, stood[scope].to), checkpoint=None)
    plain = li.hello()
    assert plain.pages == ()
    told = msgspec.json.decode(greet(li, *reads).content, type=Hello)
    assert replace(told, pages=(), server_time=plain.server_time) == plain


def test_where_nothing_can_follow_there_is_no_page(house: House) -> None:
    li = house.crew["li"]
    head = li.hello().head
    at_head = [Reading(scope, f"{head}.{1 << 30}") for scope in (own(li), ROSTER)]
    assert pages(greet(li, *at_head)) == {}
    assert set(pages(greet(li, at_head[0], Reading(ROSTER, "0.-1")))) == {ROSTER}


def test_no_pages_of_what_may_not_be_pulled(house: House) -> None:
    """Leave out foreign scopes, cursors that are none or too far, other epochs, older programs."""
    li = house.crew["li"]
    wrong = ("", "x", "-1.0", "1.99999999999999999999", f"{li.hello().head + 1}.0")
    refused = (Reading(NORTH, "0.-1"), *(Reading(own(li), after) for after in wrong))
    assert pages(greet(li, *refused)) == {}
    twice = (Reading(own(li), "0.-1"), Reading(own(li), "0.-1"))
    assert list(pages(greet(li, *twice))) == [own(li)]
    assert pages(greet(li, *twice, epoch="another")) == {}
    assert tell(house.data, "least-client", "0.1").out == "0.1\n"
    try:
        assert pages(greet(li, *twice, headers={"Sync-Client": "0.0.9"})) == {}
    finally:
        assert tell(house.data, "least-client", "none").out == "any version may work\n"


@pytest.mark.parametrize("said", ["", "1.0", "1.0~0", "1.0~x~officer:li"])
def test_what_is_no_reading_is_said_to_be_malformed(house: House, said: str) -> None:
    li = house.crew["li"]
    answer = li.ask("GET", "/hello", params={"epoch": li.enrolled.epoch, "read": said})
    assert (answer.status_code, problem(answer)) == (400, Codes.MALFORMED)


def test_a_case_that_left_is_told_with_the_greeting(own_house: House) -> None:
    li, chen = own_house.crew["li"], own_house.crew["chen"]
    case_id = own_house.cases["own"]
    stood = li.page(own(li)).to
    chen.push(give(case_id, chen.rev(NORTH, case_id), own_house.crew["wang"].me))
    told = pages(greet(li, Reading(own(li), stood)))[own(li)]
    assert ("exit", case_id) in {(op.op, op.id) for op in told.ops}
    assert "put" not in {op.op for op in told.ops}


def test_a_laptop_that_leaves_or_is_one_of_two_copies_is_told_nothing(own_house: House) -> None:
    li, wang = own_house.crew["li"], own_house.crew["wang"]
    twin = li.again(own_house.client)
    li.push(call(li, own_house.cases["own"]))
    twin.push(call(twin, own_house.cases["own"]))
    assert li.hello().forked
    assert pages(greet(li, Reading(own(li), "0.-1"))) == {}
    assert wang.ask("GET", "/lease").status_code == 200
    assert "leaving" in tell(own_house.data, "device", "wipe", wang.device_id).out
    assert pages(greet(wang, Reading(own(wang), "0.-1"))) == {}


def test_an_answer_has_its_limits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut pages as a pull does; behind the one that passes the limit of bytes comes none."""
    li = house.crew["li"]
    whole = {scope: li.page(scope) for scope in (own(li), ROSTER)}
    reads = [Reading(scope, "0.-1") for scope in whole]
    monkeypatch.setattr(news, "MAX_NEWS", 1)
    found = pages(greet(li, *reads))
    assert {scope: len(page.ops) for scope, page in found.items()} == {own(li): 1, ROSTER: 1}
    assert all(page.more and page.digest is None for page in found.values())
    assert found[own(li)].ops == whole[own(li)].ops[:1]
    monkeypatch.setattr(news, "MAX_NEWS_BYTES", 1)
    assert list(pages(greet(li, *reads))) == [own(li)]
