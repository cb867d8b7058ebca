"""Papers and files for people outside: invitations, calendar entries.

Must not know: widgets, the vault, the debt — what leaves the bank here never names it.
Read first: `invitation.py`.
"""
