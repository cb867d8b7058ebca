"""An invented city and an invented bank export. Read first: `city.py`, then `export.py`."""
