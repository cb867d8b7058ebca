"""A laptop's day in which every act that was acknowledged is told to a list outside the vault.

The list is what a person remembers: whatever the fault, none of it may be missing afterwards.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from field_app.bootstrap.desk_setup import open_or_rescue
from field_app.operations import attachments
from field_app.operations.submit import Saved, Written
from field_app.storage import schema
from field_app.storage.trouble import Rescued, RescuedInPart
from sync.domain.records import Case
from sync.engine.http_transport import HttpTransport
from sync.protocol.messages import Status
from tests.storage.acts import call, propose
from tests.storage.feed import answer, erased, page, put
from tests.storage.furnished_vault import KNOWN, OTHERS, Furnished, case
from tests.sync import acts
from tests.sync.office import Seat

PNG = b"\x89PNG\r\n\x1a\n"
NEXT_COLUMN = "ALTER TABLE outbox ADD COLUMN looked_at TEXT NOT NULL DEFAULT 'never'"


@dataclass
class Memory:
    """What was acknowledged, each with the place at which it was: (place, what, value)."""

    path: Path
    place: Callable[[], int] = lambda: 0
    told: list[tuple[int, str, Any]] = field(default_factory=list)

    def tell(self, what: str, value: Any) -> None:
        """Note an acknowledged act; it is in the file when this returns."""
        self.told.append((self.place(), what, value))
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(self.told[-1]) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Memory":
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return cls(path, told=[tuple(json.loads(line)) for line in lines])

    def until(self, place: int) -> "Memory":
        """Return what was acknowledged up to a place."""
        return Memory(self.path, told=[one for one in self.told if one[0] <= place])

    def all(self, what: str) -> list[Any]:
        return [value for _, kind, value in self.told if kind == what]


@dataclass
class Day:
    """One laptop, its memory, and how many of each thing there were."""

    laptop: Furnished
    memory: Memory
    number: int = 0

    def sit_down(self) -> bool:
        """Open the vault as the program does, again after a rescue; say whether one was needed."""
        rescued = False
        try:
            vault = open_or_rescue(self.laptop.laptop, self.laptop.key)
        except (Rescued, RescuedInPart):
            vault = open_or_rescue(self.laptop.laptop, self.laptop.key)
            rescued = True
        self.laptop.sit(vault)
        return rescued

    def acts(self) -> Iterator[Callable[[], None]]:
        """Yield the acts of a round in their order."""
        yield from (self.call, self.draft, self.propose, self.page, self.photo, self.visit)
        yield from (self.settle, self.call)

    def call(self) -> None:
        self.memory.tell("act", call(self.laptop, KNOWN.id, f"第 {self.number} 次").mid)

    def draft(self) -> None:
        body = f"half of {self.number:04} " * 20
        self.laptop.store.drafts.save("visit/c1", body.encode(), self.laptop.clock.at)
        self.memory.tell("draft", body)

    def propose(self) -> None:
        row = propose(self.laptop, OTHERS[0].id, f"a{self.number}", days=3 + self.number)
        self.memory.tell("act", row.mid)

    def visit(self) -> None:
        seat = Seat("li", self.laptop.laptop, self.laptop.desk, HttpTransport("http://127.0.0.1:9"))
        self.memory.tell("act", acts.visit(seat, OTHERS[1].id).mid)
        seat.line.close()

    def photo(self) -> None:
        data = PNG + f"{self.number}".encode() * 2000
        self.memory.tell("act", mid_of(attachments.add(self.laptop.desk, KNOWN.id, "收据", data)))

    def page(self) -> None:
        """Let the server bring some new cases."""
        self.number += 1
        commit = 10 + self.number
        new = [case(f"p{self.number}-{n}", "张伟") for n in range(4)]
        coming = [put(one, commit=commit, idx=n) for n, one in enumerate(new)]
        self.laptop.store.replica.apply_page(page(*coming))
        self.memory.tell("page", commit)

    def brought_again(self) -> None:
        """Let a sync bring the case again that a rescue found no readable word of."""
        if self.laptop.store.projection.get(Case, KNOWN.id) is None:
            self.laptop.store.replica.apply_page(page(put(KNOWN)))

    def settle(self) -> None:
        """Let the server answer the oldest work; its echo comes with some later page."""
        [oldest] = self.laptop.store.replica.waiting(1, 1)
        answered = answer(oldest, Status.APPLIED, commit=11 + self.number)
        self.laptop.store.replica.settle([answered])
        self.memory.tell("settled", oldest.mid)

    def erase(self) -> None:
        """Let the server erase a case whose work it has."""
        strange = case(f"e{self.number}", "李四")
        replica = self.laptop.store.replica
        replica.apply_page(page(put(strange, commit=10 + self.number, idx=9)))
        call(self.laptop, strange.id, "将被删除")
        waiting = replica.waiting(1000, 1 << 24)
        replica.settle([answer(one, Status.APPLIED, commit=99) for one in waiting])
        for one in waiting[:-1]:
            self.memory.tell("settled", one.mid)
        replica.apply_page(page(erased(strange, commit=11 + self.number, idx=9)))
        self.memory.tell("erased", strange.id)

    def break_the_file(self) -> None:
        """Spoil a page in the middle, and come back as the program would."""
        self.laptop.close()
        with self.laptop.database.open("r+b") as file:
            file.seek(9 * 8192 + 300)
            file.write(b"spoilt")
        self.sit_down()
        self.memory.tell("rescued", self.number)

    def grow(self) -> None:
        """Let the next release of the program open the vault."""
        self.laptop.close()
        grown = schema.steps() | {max(schema.steps()) + 1: NEXT_COLUMN}
        schema.steps = lambda: grown  # type: ignore[assignment]
        self.sit_down()
        self.memory.tell("grown", max(grown))

    def lock(self) -> None:
        """Write another slot, close, and open again."""
        self.laptop.close()
        self.laptop.lock_with(None)
        self.sit_down()


def mid_of(written: Written) -> str:
    assert isinstance(written, Saved), written
    return written.mid
