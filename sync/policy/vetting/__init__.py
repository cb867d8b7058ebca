"""Whether a pack can be used: rules bound to mechanisms, contradictions, a bank's tightening.

Must not know: cases or decisions. Read first: `binding.py`, then `overlay.py`.
"""
