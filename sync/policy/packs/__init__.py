"""Policy packs as they are written: rules, parameters, periods; read strictly or refused.

Must not know: what a mechanism does. Read first: `rule.py`, then `pack.py`.
"""
