"""Alembic steps of the server's schema; `upgrade` brings either database to the newest.

Must not know: handlers, rules. Read first: `upgrading.py`, then the newest of `versions/`.
"""
