"""Design tokens and the one style sheet. Must not know: screens. Read first: `tokens.py`."""
