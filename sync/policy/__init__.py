"""The rules: packs as data, mechanisms as pure functions, calendars, lawful slots, route check.

Must not know: files it was not handed, the machine's clock, the network, any screen.
Read first: `resources/policies/cn.toml`, then `engine.py`.
"""
