"""Tells when the person goes: screen locked, laptop asleep or shut, another user's turn.

Knows nothing of vaults or windows' contents. Read first: `logind.py`, the one tried here.
"""
