"""The audit log of a branch: how it grows, what it proves, how it is verified and handed out.

Entries hold ids, codes and hashes only, so that a lawful erasure leaves the log as it is. Read
first: `growing.py`, `verifying.py`. Must not know: records, rules, handlers.
"""
