"""The vault on the laptop: one encrypted file, its keys, journal, outbox, replica and search.

Must not know: Qt, the network, screens. Read first: `vault.py`, then `store.py`.
"""
