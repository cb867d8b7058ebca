"""The team lead's day plan: a problem, a solver in its own process, a plan with reasons.

Must not know: Qt, the vault, maps (travel times come in as numbers). Read first: `problem.py`.
"""
