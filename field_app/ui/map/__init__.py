"""The web view of the map and its own closed scheme. Must not know: names, the network.

Read first: `map_view.py`; tiles are painted in `tile_painter.py`.
"""
