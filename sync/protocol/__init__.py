"""The wire between laptop and server: messages, signed envelopes, error codes, versions.

Must not know: HTTP libraries, databases, Qt. Read first: `messages.py`, then `envelope.py`.
"""
