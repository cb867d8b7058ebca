"""The program's folders, and the few settings that are nobody's personal data.

Must not know: the vault, Qt. Read first: `settings.py`.
"""
