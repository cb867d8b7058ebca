"""Drives the real windows through the main job and looks whether it is true.

`python -m tools.tour` makes build/tour/NN-name.png. Read first: `__main__.py`, then
`officer_steps.py`. `hands.py` and `seat.py` also serve the tests of the windows.
"""
