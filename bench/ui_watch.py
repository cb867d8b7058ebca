"""Says what kept the window's loop: which code, on which way, and how long it kept the processor.

A thread looks at the loop's thread every few milliseconds. What that thread used since the last
beat is its processor time, so that a busy machine is not taken for slow code; what it only waited
for (another thread's Python, another program) is told apart by the beats themselves.
"""

import sys
import threading
import time
from collections import Counter
from types import FrameType

import msgspec

LOOK_S = 0.002
LONG_MS = 8.0
MS = 1000.0
OURS = ("field_app", "sync", "bench", "tools")
DEPTH = 4
MOST = 8
RESTS = ("threading:", "concurrent.futures.thread:_worker")


class Beat(msgspec.Struct, frozen=True):
    """One gap between two beats, in milliseconds: of the wall's clock, of the thread's own work."""

    wall: float
    own: float


class Watch:
    """Watches the thread it is made on, from `begin` to `end`."""

    def __init__(self) -> None:
        self._ident = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._ident)

    def begin(self) -> None:
        """Look from now on."""
        self._own_at, self._wall_at = time.clock_gettime(self._clock), time.perf_counter()
        self._busy: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self._ended = threading.Event()
        self.beats: list[Beat] = []
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self._thread.start()

    def end(self) -> str:
        """Return a table: the longest gaps, where the loop was busy, where the lock was kept."""
        self._ended.set()
        self._thread.join()
        longest = sorted(self.beats, key=lambda beat: -beat.wall)[:MOST]
        lines = [f"  gap {beat.wall:.0f} ms, its own work {beat.own:.0f} ms" for beat in longest]
        lines += [f"  busy {n} times: {way}" for way, n in self._busy.most_common(MOST)]
        lines += [f"  kept the lock {n} ms: {way}" for way, n in self._kept.most_common(MOST)]
        return "\n".join(lines)

    def beat(self) -> None:
        """Note that the loop is free again; to be called on its thread."""
        now, wall = time.clock_gettime(self._clock), time.perf_counter()
        self.beats.append(Beat((wall - self._wall_at) * MS, (now - self._own_at) * MS))
        self._own_at, self._wall_at = now, wall

    def _look(self) -> None:
        began = time.perf_counter()
        while not self._ended.wait(LOOK_S):
            late = (time.perf_counter() - began - LOOK_S) * MS
            began = time.perf_counter()
            if late > LONG_MS:
                self._note_others(late)
            own = (time.clock_gettime(self._clock) - self._own_at) * MS
            frame = sys._current_frames().get(self._ident)
            if own > LONG_MS and frame is not None:
                self._busy[_way(frame)] += 1

    def _note_others(self, late: float) -> None:
        """Note what stands where Python's lock was kept: it is let go of right behind a call."""
        for ident, frame in sys._current_frames().items():
            if ident not in (self._ident, threading.get_ident()):
                way = _way(frame)
                if not any(rest in way for rest in RESTS):
                    self._kept[way] += round(late)


def _way(frame: FrameType) -> str:
    """Return the innermost frames of the project's own code, the innermost first."""
    found: list[str] = []
    at: FrameType | None = frame
    while at is not None and len(found) < DEPTH:
        module = str(at.f_globals.get("__name__", ""))
        if module.split(".")[0] in OURS or not found:
            found.append(f"{module}:{at.f_code.co_qualname}:{at.f_lineno}")
        at = at.f_back
    return " < ".join(found)
