"""What laptop and server agree on, and how they stay in agreement.

Must not know: Qt, the encrypted file, screens. Read first: `sync.domain`, then `sync.protocol`.
"""
