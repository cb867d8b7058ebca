"""Small parts every screen is made of. Must not know: the trade. Read first: `surfaces.py`."""
