"""The vocabulary of a visit by appointment: records, commands and `decide`, all pure.

Must not know: files, network, the machine's clock, randomness, the rules of any one country.
Read first: `records.py` (what exists), `commands.py` (what one can do), `decide.py` (what follows).
"""
