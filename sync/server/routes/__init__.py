"""HTTP around the handlers: paths, headers, compression, and what every request is asked first.

Must not know: the rules, what is decided. Read first: `sync_routes.py`, then `asking.py`.
"""
