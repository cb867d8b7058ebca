"""The feed: pages that end anywhere, cursors that are wrong, cases that come and go."""

import itertools
from typing import Any

import msgspec
import pytest

from sync.domain.ids import BranchId
from sync.protocol.digest import WantedRecords
from sync.protocol.messages import MAX_PAGE, Codes, Status
from sync.protocol.pages import Cursor, FeedRow, Op, PageOp, line_of, read_page
from sync.protocol.pages import place_of as place_of_line
from sync.server.handlers import digest, pull
from sync.server.repositories import records
from sync.server.repositories.session import Session
from tests.server.acts import call, give, hold
from tests.server.house import SOUTH, House, problem
from tests.server.laptop import Bare
from tests.server.terminal import tell
from tests.sync.office import TEAM

NORTH = f"team:{TEAM}"
MAIN = BranchId("main")
LATE = 9_000_000_000  # a commit beyond all others


def own_scope(laptop: Bare) -> str:
    return f"officer:{laptop.me}"


def place_of(op: PageOp) -> tuple[int, int]:
    return op.commit_no, op.idx


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_may_end_inside_a_commit(house: House, limit: int) -> None:
    """Read a scope in small pages: nothing is lost, nothing comes twice, all in order."""
    chen = house.crew["chen"]
    whole = chen.feed(NORTH)
    largest = max(len(list(ops)) for _, ops in itertools.groupby(whole, lambda op: op.commit_no))
    assert largest > 7  # a commit that no page holds
    read = chen.feed(NORTH, limit=limit)
    assert [place_of(op) for op in read] == [place_of(op) for op in whole]
    assert sorted(map(place_of, read)) == list(map(place_of, read))
    assert len(set(map(place_of, read))) == len(read)


def test_a_page_says_where_it_ends_and_whether_there_is_more(house: House) -> None:
    chen = house.crew["chen"]
    whole = chen.feed(NORTH)
    first = chen.page(NORTH, limit=3)
    assert (first.scope, first.epoch, first.more) == (NORTH, chen.hello().epoch, True)
    assert Cursor.parse(first.to) == Cursor(*place_of(whole[2]))
    assert first.head == chen.hello().head >= whole[-1].commit_no
    last = chen.page(NORTH, Cursor(*place_of(whole[-2])).text(), limit=1)
    assert (place_of(last.ops[0]), last.more) == (place_of(whole[-1]), False)
    end = chen.page(NORTH, last.to)
    assert (end.ops, end.more, end.to) == ((), False, last.to)


def test_the_database_writes_an_op_as_the_protocol_does(own_house: House) -> None:
    """Write ops of every kind; what is read of them are the very bytes."""
    ops = [
        FeedRow(
            LATE,
            0,
            Op.PUT,
            "case",
            "c-1_A",
            2**40,
            "c-1_A",
            '{"name":"单 \\"七\\" \U0002070e"}'.encode(),
        ),
        FeedRow(LATE, 1, Op.PUT, "notice", "n.1:α", 1, "", b"{}"),
        FeedRow(LATE, 2, Op.EXIT, "contact", "k'1", 0, "c-1_A", None),
        FeedRow(LATE + 1, 2**31 - 1, Op.ERASE, "visit", "v%1", 7, "c?1", None),
    ]

    async def work(session: Session) -> list[bytes]:
        await records.add_feed(session, MAIN, [("team:odd", op) for op in ops])
        return await records.feed_page(
            session, MAIN, "team:odd", Cursor(LATE, -1), 9, pull.ANY_LENGTH
        )

    lines = own_house.at_database(lambda database: database.write(work))
    assert lines == [line_of(op) for op in ops]
    assert list(map(place_of_line, lines)) == [Cursor(op.commit_no, op.idx) for op in ops]


@pytest.mark.parametrize("odd", ['a"b', "a\\b", "a\nb", "\x00"])
def test_an_id_that_needs_quoting_is_not_written(own_house: House, odd: str) -> None:
    op = FeedRow(LATE, 0, Op.EXIT, "contact", odd, 0, "c1", None)

    async def work(session: Session) -> None:
        with pytest.raises(ValueError, match="is no id"):
            await records.add_feed(session, MAIN, [("team:odd", op)])

    own_house.at_database(lambda database: database.write(work))


@pytest.mark.parametrize("limit", [-(10**9), -1, 0])
def test_a_limit_below_one_is_one(house: House, limit: int) -> None:
    assert len(house.crew["chen"].page(NORTH, limit=limit).ops) == 1


def test_a_limit_without_end_is_the_largest_page(house: House) -> None:
    chen = house.crew["chen"]
    assert len(chen.page(NORTH, limit=10**18).ops) == min(len(chen.feed(NORTH)), MAX_PAGE)


def test_large_bodies_end_a_page_early(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """End a page by its bytes too, and let nothing be passed over."""
    chen = house.crew["chen"]
    whole = chen.feed(NORTH)
    assert len(whole) > 6
    monkeypatch.setattr(pull, "READ_AT_ONCE", 2)
    monkeypatch.setattr(pull, "MAX_PAGE_BYTES", 1)
    page = chen.page(NORTH)
    assert (len(page.ops), page.more) == (1, True)
    assert chen.feed(NORTH) == whole


def test_a_page_of_large_bodies_can_be_unpacked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """End it with the op that passes its bytes, however many were read at once."""
    chen = house.crew["chen"]
    whole = chen.page(NORTH)
    size = 0
    for count, op in enumerate(whole.ops, 1):
        size += len(msgspec.json.encode(op)) - len("[]")
        monkeypatch.setattr(pull, "MAX_PAGE_BYTES", size)
        page = chen.page(NORTH)
        assert (page.ops, page.more) == (whole.ops[:count], count < len(whole.ops))


@pytest.mark.parametrize("long", [{0}, {5}, {3, 4}, {9}, set(range(10)), {1, 3, 5, 7, 9}])
def test_few_bytes_are_in_memory_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch, long: set[int]
) -> None:
    """Read ops of which some are very long: in order, each once, never many of them together."""
    length = 400_000
    monkeypatch.setattr(pull, "LONG_AT_ONCE", 2)
    told = [FeedRow(LATE, n, Op.PUT, "note", f"n-{n}", 1, "", b'"x"') for n in range(10)]
    for n in long:
        told[n] = msgspec.structs.replace(told[n], body=b'"' + b"x" * length + b'"')
    scope = f"team:long-{len(long)}-{min(long)}"
    read: list[int] = []
    feed_page = records.feed_page

    async def watched(*asked: Any) -> list[bytes | None]:
        found = await feed_page(*asked)
        read.append(sum(len(line or b"") for line in found))
        return found

    monkeypatch.setattr(records, "feed_page", watched)

    async def work(session: Session) -> tuple[list[bytes], bool]:
        await records.add_feed(session, MAIN, [(scope, row) for row in told])
        return await pull._lines(session, MAIN, scope, Cursor(LATE, -1), 500)

    lines, more = house.at_database(lambda database: database.write(work))
    assert (lines, more) == ([line_of(row) for row in told], False)
    assert max(read) < 4 * length  # two at once and the look at what follows


def test_records_that_one_answer_cannot_hold_come_with_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    chen = house.crew["chen"]
    keys = list(dict.fromkeys((op.kind, op.id) for op in chen.page(NORTH).ops))[:5]

    def asked() -> list[tuple[str, str]]:
        body = msgspec.json.encode(WantedRecords(NORTH, tuple(keys)))
        answer = chen.ask("POST", "/records", content=body)
        return [(op.kind, op.id) for op in read_page(answer.content).ops]

    assert asked() == keys
    monkeypatch.setattr(digest, "MAX_PAGE_BYTES", 1)
    assert asked() == keys[:1]


def test_a_cursor_of_the_future(house: House) -> None:
    """Tell a laptop that has seen more than the server has: the server was restored."""
    chen = house.crew["chen"]
    head = chen.hello().head
    for after in (f"{head + 1}.0", f"{10**18}.0", f"{10**40}.5"):
        answer = chen.ask("GET", "/pull", params={"scope": NORTH, "after": after})
        assert (answer.status_code, problem(answer)) == (409, Codes.RESET)
        assert answer.json()["params"] == {"head": head}
    assert chen.page(NORTH, f"{head}.{2**31 - 1}").ops == ()


def test_a_cursor_that_goes_back_reads_the_same_again(house: House) -> None:
    chen = house.crew["chen"]
    whole = chen.feed(NORTH)
    middle = Cursor(*place_of(whole[len(whole) // 2])).text()
    later = chen.feed(NORTH, middle)
    assert chen.feed(NORTH) == whole
    assert chen.feed(NORTH, middle) == later == whole[len(whole) // 2 + 1 :]
    # Between two commits, behind a commit's last op, before everything.
    assert chen.feed(NORTH, f"{whole[-1].commit_no}.{2**31 - 1}") == []
    assert chen.feed(NORTH, "0") == whole


CURSORS = ("x", "", ".", "1.x", "-1.0", "0.-2", "1.2.3", "²", "1e3", f"1.{2**31}", "9" * 5000)


@pytest.mark.parametrize("after", CURSORS)
def test_a_cursor_that_is_none(house: House, after: str) -> None:
    answer = house.crew["chen"].ask("GET", "/pull", params={"scope": NORTH, "after": after})
    assert (answer.status_code, problem(answer)) == (400, Codes.MALFORMED)


SCOPES = ("", "x", "team:", "team", NORTH + "\0", NORTH.upper(), f" {NORTH}", "officer:*", "%")


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_that_is_none(house: House, scope: str) -> None:
    answer = house.crew["chen"].ask("GET", "/pull", params={"scope": scope})
    assert (answer.status_code, problem(answer)) == (404, Codes.NOT_FOUND)


def test_a_page_of_no_scope(house: House) -> None:
    answer = house.crew["chen"].ask("GET", "/pull")
    assert (answer.status_code, problem(answer)) == (400, Codes.MALFORMED)


def test_a_case_that_is_given_away_leaves_whole_and_comes_back_whole(own_house: House) -> None:
    chen, li, wang = (own_house.crew[login] for login in ("chen", "li", "wang"))
    case_id = own_house.cases["own"]
    li.push(call(li, case_id), hold(case_id))
    held = {op.id for op in li.feed(own_scope(li)) if op.case_id == case_id}
    assert len(held) > 3

    before = chen.hello().head
    given(chen, case_id, wang)
    gone = li.feed(own_scope(li), f"{before}.{2**31 - 1}")
    assert {(op.op, op.case_id) for op in gone} == {("exit", case_id)}
    assert {op.id for op in gone} == held
    assert len({op.commit_no for op in gone}) == 1
    assert all(op.body is None or bytes(op.body) == b"null" for op in gone)

    # What happens to it now is not li's to hear, not even what he adds himself.
    away = chen.hello().head
    [mine] = li.push(call(li, case_id))
    assert mine.status is Status.APPLIED
    assert "out_of_scope" in mine.flags
    wang.push(call(wang, case_id))
    assert li.feed(own_scope(li), f"{away}.{2**31 - 1}") == []
    assert len(wang.feed(own_scope(wang), f"{away}.{2**31 - 1}")) == 2

    given(chen, case_id, li)
    back = li.feed(own_scope(li), f"{away}.{2**31 - 1}")
    assert {op.op for op in back} == {"put"}
    assert {op.id for op in back} == held | {
        op.id for op in wang.feed(own_scope(wang), f"{away}.{2**31 - 1}") if op.op == "put"
    }
    assert case_id not in {c.id for c in wang.records(own_scope(wang), "case")}


def given(lead: Bare, case_id: str, officer: Bare) -> None:
    [result] = lead.push(give(case_id, lead.rev(NORTH, case_id), officer.me))
    assert result.status is Status.APPLIED


def test_a_second_officer_keeps_a_case_that_changes_hands(own_house: House) -> None:
    """Give li's and wang's case to wang alone: wang hears of the change, and of no exit."""
    chen, wang = own_house.crew["chen"], own_house.crew["wang"]
    before = chen.hello().head
    given(chen, own_house.cases["own"], wang)
    heard = wang.feed(own_scope(wang), f"{before}.{2**31 - 1}")
    assert [(op.op, op.kind) for op in heard] == [("put", "case")]


def test_another_team_holds_from_the_next_question_on(own_house: House) -> None:
    """Move a lead to the other team, from another process: what follows is the new team's alone."""
    sun = own_house.crew["sun"]
    before = sun.hello()
    assert f"team:{SOUTH}" in before.scopes
    assert tell(own_house.data, "user", "move", "sun", "--team", TEAM).code == 0
    after = sun.hello()
    assert (after.team_id, set(after.scopes)) == (TEAM, {NORTH, f"roster:{TEAM}"})
    for scope in set(before.scopes) - set(after.scopes):
        answer = sun.ask("GET", "/pull", params={"scope": scope})
        assert (answer.status_code, problem(answer)) == (404, Codes.NOT_FOUND)
    assert sun.records(NORTH, "case")
    assert tell(own_house.data, "user", "move", "sun", "--team", "nowhere").code == 1
    assert sun.hello().team_id == TEAM
