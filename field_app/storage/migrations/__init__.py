"""Numbered SQL files that build and upgrade the vault, applied in order by `schema.py`.

A file is never changed after release; every released vault is opened by a test.
"""
