"""Builds map packs: one file with vector tiles, place names and a road graph.

Must not know: the database, HTTP. Read first: `building.py`.
"""
