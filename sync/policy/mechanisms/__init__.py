"""What a rule of a kind asks: hours, caps, agreement, people, the door, holds, keeping, plans.

Must not know: which country's pack it serves. Read first: `mechanism.py`, then `kinds.py`.
"""
