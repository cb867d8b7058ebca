"""The rules: packs as data, mechanisms as pure functions, calendars, slots, plans.

Must not know: files it was not handed, the machine's clock, the network, any screen.
Read first: `docs/policy-packs.md`, then `engine.py` and `mechanisms/`.
"""
