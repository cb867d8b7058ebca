"""What is to be done every day: what each job does, and how one process of many does it.

Must not know: routes. Read first: `running.py`, then `daily.py`.
"""
