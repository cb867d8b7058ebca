"""Statements and the two databases they run on; hand-written SQL, values always bound.

Must not know: routes, HTTP. Read first: `session.py`, then `records.py`.
"""
