"""The laptop's half of sync: phases, retry and the line, over two Protocols.

Must not know: the encrypted file, Qt, the server's code. Read first: `ports.py`, `engine.py`.
"""
