"""How everything looks: colours by role, sizes from one scale, one style sheet, one set of icons.

Must not know: any screen. Read first: `tokens.py`, then `stylesheet.py`.
"""
