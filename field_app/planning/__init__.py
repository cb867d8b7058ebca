"""The team lead's day plan: a problem, solvers in processes of their own, a plan with reasons.

Must not know: Qt, the vault, maps (travel times come in as numbers). Read first: `problem.py`,
then `schedule.py` (when things happen) and `solver.py` (who decides the order).
"""
