"""An invented city, an invented bank export, and a branch that lives by them at any hour.

Must not know: the tour, the tests. Read first: `city.py`, then `export.py` and `branch.py`.
"""
