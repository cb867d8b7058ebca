"""Runs under the disk that fails: a laptop at a real server is killed in its acts and its syncs.

Each kill is one child; afterwards the laptop is opened as the person would and synced, and what
the server took is compared with what was acknowledged.
"""

import json
import os
import sys
import time
from pathlib import Path

from field_app.bootstrap.desk_setup import open_or_rescue
from field_app.bootstrap.laptop import Laptop, MachineClock
from field_app.storage.cipher import VaultKey
from field_app.storage.held_key import lease_secret
from field_app.storage.keys import open_slot
from field_app.storage.slot_file import read_slot
from tests.crash.day import Memory
from tests.crash.disk import Orders
from tests.crash.small_branch import taken
from tests.sync.acts import call, unanswered
from tests.sync.office import PASSPHRASE, Office, Server, seated, sit_down


def key_of(laptop: Laptop) -> VaultKey:
    """Return the key that the passphrase opens: once, for it takes its time by intent."""
    slot = read_slot(laptop.slot)
    lease = lease_secret(laptop.secrets, slot)
    return open_slot(slot, PASSPHRASE, laptop.secrets.load(slot.device_id), lease)


def day(laptop: Laptop, key: VaultKey, memory: Memory) -> None:
    """Act, sync, act and sync again, telling each act when it is acknowledged."""
    seat = seated("li", laptop, open_or_rescue(laptop, key))
    case_id = seat.cases()[0]
    for _ in range(2):
        for _ in range(3):
            memory.tell("act", call(seat, case_id, "没人接").mid)
        seat.sync()
    seat.close()


def killed(laptop: Laptop, key: VaultKey, memory: Memory, orders: Orders, after: int) -> bool:
    child = os.fork()
    if child == 0:
        os.setsid()
        orders.life(after)
        day(laptop, key, memory)
        orders.life()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    orders.life()
    assert os.WIFSIGNALED(status) or status == 0
    return os.WIFSIGNALED(status)


def main(folder: str, beside: str, data: str, port: str, *places: str) -> None:
    """Kill at each place and print a line of JSON: killed or not, seconds to start again.

    Starting is from the passphrase to the desk; `working` are the seconds of a processor in it.
    """
    office = Office(Server(Path(data), int(port)), Path(folder), MachineClock())
    lead = office.seat("chen")
    office.give(lead, 2)
    li = office.seat("li")
    li.sync()
    li.close()
    office.seats.remove(li)
    key, orders = key_of(li.laptop), Orders(Path(beside) / "orders")
    for place in places:
        memory = Memory.read(Path(beside) / "told")
        met = killed(li.laptop, key, memory, orders, int(place))
        began, worked = time.monotonic(), time.process_time()
        seat = sit_down("li", li.laptop)
        started, working = time.monotonic() - began, time.process_time() - worked
        seat.sync()
        assert unanswered(seat) == 0
        told = set(Memory.read(Path(beside) / "told").all("act"))
        there = taken(office, seat)
        assert len(there) == len(set(there)), "taken twice"
        assert told <= set(there), "acknowledged and not at the server"
        kept = seat.desk.store.outbox.rows("queued", "acked", "done", "attention", "resolved")
        assert [row.mid for row in kept] == there
        assert seat.desk.store.audit.first_broken() is None
        seat.close()
        print(json.dumps({"met": met, "started": started, "working": working}), flush=True)
    office.seats.clear()
    lead.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
