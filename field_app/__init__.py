"""The field officer's desktop program; stands on `sync`, the half shared with the server.

Must not know: the server's code. Read first: `bootstrap/program.py`, then `docs/architecture.md`.
"""
