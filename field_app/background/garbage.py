"""Collects Python's garbage on the loop's thread and on no other.

Rubbish may hold parts of windows. Let go of on another thread, they end the program: the collector
runs on whichever thread happens to allocate, so it is switched off and called from here.
"""

import asyncio
import gc

PAUSE_S = 1.0


async def collect_garbage() -> None:
    """Collect as often as the collector would, until the task is cancelled.

    What the program loaded before is set aside: looking through it never found anything and took
    a tenth of a second, in which no window could answer and no other thread could work.
    """
    gc.disable()
    gc.freeze()
    try:
        while True:
            await asyncio.sleep(PAUSE_S)
            due = zip(gc.get_count(), gc.get_threshold(), strict=True)
            generations = [n for n, (count, most) in enumerate(due) if count > most]
            if generations:
                gc.collect(max(generations))
    finally:
        gc.unfreeze()
        gc.enable()
