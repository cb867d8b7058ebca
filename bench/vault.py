"""The vault with its key against the same library without: `python -m bench.vault`.

Both hold the same 100 000 invented cases and run the same code (see `vault_pair`); every act is
done on the one and on the other in turn, in one process. Opening begins behind the passphrase's
own work (Argon2id is slow on purpose) and ends with what the list of cases asks for: its first
page, its count, the areas of the filter. The system's file cache is warm, the vault's is not. What
unlocking does besides, a check of every page, has no counterpart without a key and stands alone.
A search is a few milliseconds of work and no waiting: its processor time is counted, which others
on the machine do not lengthen by the time they take themselves.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.figures import OUT, Goal, Metric, beside, percentile, publish, timed, within
from bench.vault_pair import SEED, Files, Pair, Times, cases_again, feed, race
from bench.vault_queries import typed
from field_app.storage.case_lists import Wanted, key_of
from field_app.storage.case_search import SORTS
from field_app.storage.store import Store
from sync.protocol.pages import Page

CASES, ROUNDS, SEARCHES = 100_000, 5, 200
ROWS = 100  # a screen reads at once
DEEP = 20  # pages that somebody scrolls down in each order
MS = 1000.0
SEARCH_MS = 5.0
EVERY = "search"
GOALS = {
    "insert": Goal(1.5),
    "open_to_first_list": Goal(1.5),
    "list_page": Goal(2.0),
    "search_p50": Goal(2.0),
    "search_p99": Goal(2.0),
    "search_p99_within_5_ms": Goal(1.0),
}


def main(argv: list[str], out: Path = OUT) -> int:
    """Measure, print a table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--searches", type=int, default=SEARCHES, help="of each kind, in a round")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="vault-bench-") as folder:
        metrics = _measure(asked, Path(folder))
    publish("vault", metrics, GOALS, out)
    return 0


def _measure(asked: argparse.Namespace, folder: Path) -> dict[str, Metric]:
    inserts = []
    for number in range(asked.rounds):
        files = Files(folder / f"pair-{number}")
        pair = files.create()
        inserts.append(_insert(pair, asked.cases))
        print("inserted: {:.1f} s with the key, {:.1f} s without".format(*inserts[-1]), flush=True)
        if number + 1 < asked.rounds:
            pair.close()
            files.remove()
    pages = [_list_page(pair) for _ in range(asked.rounds)]
    found = _search(pair, asked)
    pair.close()
    rows = [_open(files, _first_row, turn) for turn in range(asked.rounds)]
    lists = [_open(files, _first_list, turn) for turn in range(asked.rounds)]
    checks = [_check(files) for _ in range(asked.rounds)]
    print("the files: {} bytes with the key, {} without".format(*files.sizes()))
    return {
        "insert": beside(inserts),
        "open_to_first_row": beside(rows, "ms", MS),
        "open_to_first_list": beside(lists, "ms", MS),
        "check_of_every_page": beside(checks, "ms", MS),
        "list_page": beside(pages, "ms", MS),
        **found,
    }


def _insert(pair: Pair, cases: int) -> Times:
    """Apply every page to the one file and to the other."""
    return _sum(_applied(pair, page, turn) for turn, page in enumerate(feed(cases)))


def _applied(pair: Pair, page: Page, turn: int) -> Times:
    return pair.race(lambda store: store.replica.apply_page(page), turn)


def _list_page(pair: Pair) -> Times:
    """Scroll down in every order there is and return what one page took."""
    read = 0

    def scroll(sort: str) -> Callable[[Store], object]:
        def act(store: Store) -> None:
            nonlocal read
            read = _scroll(store, sort)

        return act

    pages, spent = 0, []
    for turn, sort in enumerate(SORTS):
        spent.append(pair.race(scroll(sort), turn))
        pages += read
    both = _sum(spent)
    return Times(both.keyed / pages, both.plain / pages)


def _scroll(store: Store, sort: str) -> int:
    """Read pages behind each other and return how many there were."""
    after: tuple[Any, str] | None = None
    for number in range(DEEP):
        rows = store.lists.page(Wanted(sort=sort), after, ROWS)
        if len(rows) < ROWS:
            return number + 1
        after = key_of(rows[-1], sort)
    return DEEP


def _search(pair: Pair, asked: argparse.Namespace) -> dict[str, Metric]:
    """Search as the list does: the first page and how many there are."""
    chance, cases = random.Random(SEED), list(cases_again(asked.cases))
    rounds: dict[str, list[list[Times]]] = defaultdict(list)
    for _ in range(asked.rounds):
        spent: dict[str, list[Times]] = defaultdict(list)
        for turn, (kind, text) in enumerate(typed(chance, cases, asked.searches)):
            times = _searched(pair, text, turn)
            spent[EVERY].append(times)
            spent[f"{EVERY}_{kind}"].append(times)
        for name, every in spent.items():
            rounds[name].append(every)
    found = {f"{name}_p{p}": _ranked(rounds[name], p) for name in rounds for p in (50, 99)}
    p99 = [percentile([t.keyed for t in every], 99) for every in rounds[EVERY]]
    return found | {"search_p99_within_5_ms": within(p99, SEARCH_MS, "ms", MS)}


def _searched(pair: Pair, text: str, turn: int) -> Times:
    wanted = Wanted(text=text)
    found = []

    def act(store: Store) -> None:
        found.append(store.lists.look(wanted, None, ROWS))

    times = pair.race(act, turn, time.process_time)
    with_key, without = found
    if with_key != without or not with_key[0]:
        raise AssertionError(
            f"{text}: {len(with_key[0])} found with the key, {len(without[0])} without"
        )
    return times


def _ranked(rounds: list[list[Times]], per_cent: int) -> Metric:
    pairs = [
        (percentile([t.keyed for t in r], per_cent), percentile([t.plain for t in r], per_cent))
        for r in rounds
    ]
    return beside(pairs, "ms", MS)


def _open(files: Files, read: Callable[[Store], object], turn: int) -> Times:
    """Open each file and read something; closing them again is not counted."""
    opened: list[Store] = []

    def reading(make: Callable[[], Store]) -> Callable[[], object]:
        def act() -> None:
            opened.append(make())
            read(opened[-1])

        return act

    times = race(reading(files.open_keyed), reading(files.open_plain), turn)
    for store in opened:
        store.close()
    return times


def _check(files: Files) -> tuple[float, float]:
    """Check the file as unlocking does; the limit is to read its bytes and do nothing."""
    store = files.open_keyed()
    try:
        return timed(store.vault.verify), timed(files.read_keyed)
    finally:
        store.close()


def _first_row(store: Store) -> None:
    store.lists.page(Wanted(), None, 1)


def _first_list(store: Store) -> None:
    store.lists.areas()
    store.lists.page(Wanted(), None, ROWS)
    store.lists.count(Wanted())


def _sum(times: Iterable[Times]) -> Times:
    keyed, plain = zip(*times, strict=True)
    return Times(sum(keyed), sum(plain))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
