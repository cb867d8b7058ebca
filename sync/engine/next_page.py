"""A page fetched before its turn, while another one is written to the disk: one at most."""

import threading
from collections.abc import Callable

from sync.engine.ports import OnPage, let_be
from sync.engine.trouble import Trouble
from sync.protocol.pages import Cursor, Page

PAGE = 1000  # ops of a reading's first page: on the worst lines too it is here within seconds
GROWTH = 8
MOST = GROWTH * PAGE

type Fetch = Callable[[str, Cursor, int, int], Page]
type Start = Callable[[Callable[[], None]], Callable[[], None]]


def grown(limit: int) -> int:
    """Return how many ops to ask for behind a page of so many.

    Every page is a request and a commit: half of a first sync was these.
    """
    return min(4 * limit, MOST)


def on_a_thread(work: Callable[[], None]) -> Callable[[], None]:
    """Begin the work beside the caller's; what is returned waits for its end."""
    # A daemon: a line that stalls must not hold up the end of the program.
    thread = threading.Thread(target=work, name="next-page", daemon=True)
    thread.start()
    return thread.join


class NextPage:
    """`fetch` is never run twice at the same time; `start` says where it runs.

    Whoever owns the line calls `settled` before every other use of it.
    """

    def __init__(self, fetch: Fetch, start: Start) -> None:
        self._fetch = fetch
        self._start = start
        self._wait: Callable[[], None] | None = None
        self._place: tuple[str, Cursor] | None = None
        self._found: Page | Exception | None = None

    def begin(
        self, scope: str, after: Cursor, limit: int, floor: int, foresee: OnPage = let_be
    ) -> None:
        """Begin to fetch the page behind this place, for a reading that began upon this floor.

        `foresee` is given that page behind the fetching, on the same thread.
        """
        self.settled()
        self._place, self._found = (scope, after), None
        self._wait = self._start(lambda: self._run(scope, after, limit, floor, foresee))

    def take(self, scope: str, after: Cursor) -> Page | None:
        """Return the page behind this place when it is the one under way; raises its Trouble."""
        self.settled()
        wanted, found = (scope, after) == self._place, self._found
        self._place = self._found = None
        if not wanted:
            return None
        if isinstance(found, Exception):
            raise found
        return found

    def forget(self) -> None:
        """Let go of the page under way: a later reading would take the server back to it."""
        self.settled()
        self._place = self._found = None

    def settled(self) -> None:
        """Wait until nothing is under way; what came is kept for `take`, what is a bug flies on."""
        if self._wait is not None:
            self._wait()
            self._wait = None
        found = self._found
        if isinstance(found, Exception) and not isinstance(found, Trouble):
            self._place = self._found = None
            raise found

    def _run(self, scope: str, after: Cursor, limit: int, floor: int, foresee: OnPage) -> None:
        try:
            found = self._fetch(scope, after, limit, floor)
            foresee(found)
            self._found = found
        except Exception as error:  # for whoever asks next: here nobody would see it
            self._found = error
