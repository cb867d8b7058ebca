"""Papers and files that leave the program: agreements, day sheets, invitations, workbooks.

Must not know: widgets, the vault. Invitations, calendars and day sheets tell of no debt. Read
first: `paper.py`, then `typesetting.py`.
"""
