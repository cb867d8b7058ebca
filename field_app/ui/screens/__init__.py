"""One screen a file; each has its empty, loading and error state. Read first: `today_screen.py`."""
