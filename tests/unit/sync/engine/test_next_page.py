"""A page is fetched ahead: handed out once, to whoever goes on from there, trouble and bugs too."""

from collections.abc import Callable

import pytest

from sync.engine.next_page import PAGE, NextPage, grown, on_a_thread
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from sync.protocol.pages import Cursor, Page

SCOPE, PLACE = "team:north", Cursor(3, 1)


def page(to: str) -> Page:
    return Page("e", SCOPE, to, True, 9, ())


class Line:
    """A line that answers with the next place, or with what is set."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Cursor, int, int]] = []
        self.fault: Exception | None = None

    def fetch(self, scope: str, after: Cursor, limit: int, floor: int) -> Page:
        self.asked.append((scope, after, limit, floor))
        if self.fault is not None:
            raise self.fault
        return page("4.0")


def at_once(work: Callable[[], None]) -> Callable[[], None]:
    work()
    return lambda: None


@pytest.fixture(params=[at_once, on_a_thread], ids=["here", "thread"])
def ahead(request: pytest.FixtureRequest) -> tuple[Line, NextPage]:
    line = Line()
    return line, NextPage(line.fetch, request.param)


def test_it_is_handed_out_once(ahead: tuple[Line, NextPage]) -> None:
    line, following = ahead
    following.begin(SCOPE, PLACE, 50, 7)
    assert following.take(SCOPE, PLACE) == page("4.0")
    assert following.take(SCOPE, PLACE) is None
    assert line.asked == [(SCOPE, PLACE, 50, 7)]


@pytest.mark.parametrize(
    ("scope", "after"), [(SCOPE, Cursor(3, 2)), ("team:south", PLACE)], ids=["place", "scope"]
)
def test_whoever_goes_on_elsewhere_gets_nothing_of_it(
    ahead: tuple[Line, NextPage], scope: str, after: Cursor
) -> None:
    _, following = ahead
    following.begin(SCOPE, PLACE, 50, 7)
    assert following.take(scope, after) is None
    assert following.take(SCOPE, PLACE) is None  # it may be old by now


def test_its_trouble_is_of_whoever_asks_for_it(ahead: tuple[Line, NextPage]) -> None:
    line, following = ahead
    line.fault = Trouble(Codes.STALLED)
    following.begin(SCOPE, PLACE, 50, 7)
    following.settled()  # other requests go their way
    with pytest.raises(Trouble):
        following.take(SCOPE, PLACE)
    following.begin(SCOPE, PLACE, 50, 7)
    assert following.take(SCOPE, Cursor()) is None


@pytest.mark.parametrize("fault", [None, Trouble(Codes.STALLED)], ids=["page", "trouble"])
def test_what_is_forgotten_is_asked_for_anew(
    ahead: tuple[Line, NextPage], fault: Exception | None
) -> None:
    line, following = ahead
    line.fault = fault
    following.begin(SCOPE, PLACE, 50, 7)
    following.forget()
    assert following.take(SCOPE, PLACE) is None


def test_a_bug_is_never_kept_back(ahead: tuple[Line, NextPage]) -> None:
    line, following = ahead
    line.fault = ZeroDivisionError()
    following.begin(SCOPE, PLACE, 50, 7)
    with pytest.raises(ZeroDivisionError):
        following.settled()
    assert following.take(SCOPE, PLACE) is None


def test_pages_grow_to_a_most() -> None:
    limits = [PAGE]
    while grown(limits[-1]) > limits[-1]:
        limits.append(grown(limits[-1]))
    assert limits == [1000, 4000, 8000]
