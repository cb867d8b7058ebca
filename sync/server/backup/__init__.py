"""Backups that are opened and checked, putting one back, and the mark by which a copy is known.

Must not know: routes, handlers. Read first: `taking.py`, then `restoring.py`.
"""
