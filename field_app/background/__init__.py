"""Work beside the window: the store thread, the network thread, the sync loop, the lock timer.

Must not know: Qt. Read first: `runner.py`, then `sync_loop.py`.
"""
