"""Backups that are opened and checked, and putting one back. Read first: `taking.py`."""
