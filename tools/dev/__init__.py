"""What `dev.py` is made of; standard library only, runs on Python 3.9 and later."""
