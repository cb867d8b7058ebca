"""The windows: QtWidgets live here and nowhere else.

Must not know: operations, storage, the network; screens ask view-models. Read first:
`main_window.py`, then one screen.
"""
