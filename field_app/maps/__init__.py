"""Maps with no network: packs, the folium page, road times, coordinate systems.

Must not know: Qt, the vault, names of customers. Read first: `pack.py`, then `page.py`.
"""
