"""What `dev.py` is made of before there is an environment; runs on Python 3.9 and later.

Must not know: anything but the standard library. Read first: `machine.py`.
"""
