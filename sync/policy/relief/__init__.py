"""The maths of relief: repayment schedules, ways to repay, what a month affords; exact to the fen.

Must not know: storage, screens. Read first: `terms.py`, then `repayment.py`.
"""
