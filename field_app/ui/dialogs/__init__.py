"""Questions asked over a screen, answered through futures. Read first: `form_dialog.py`."""
