"""The only place that builds real parts and wires them: clock, vault, desk, threads, window.

Must not know: how any screen looks. Read first: `program.py`, then `laptop.py`, `enrolment.py`.
"""
