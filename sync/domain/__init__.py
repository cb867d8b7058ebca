"""The vocabulary of a visit by appointment: records, commands and `decide`, all pure.

Must not know: files, network, the machine's clock, randomness, the rules of any one country.
Read first: `records/` (what exists), `commands/` (what one can do), `decide.py` (what follows).
"""
