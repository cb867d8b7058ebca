"""Brings a bank's export in: read, checked line by line, planned, applied whole or not at all.

Must not know: HTTP, the wire. Read first: `importing.py`, then `rows.py`.
"""
