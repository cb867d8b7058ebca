"""What a person can do: one module a noun, one function a verb, all offline.

Must not know: Qt, widgets, the network. Read first: `desk.py`, `submit.py`, then `visits.py`.
"""
