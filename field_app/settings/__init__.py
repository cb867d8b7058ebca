"""Folders and the few settings that are nobody's personal data. Read first: `settings.py`."""
