"""Programs around the product, never shipped: set-up, samples, demo, tour, releases, PostgreSQL.

Nothing in `field_app` or `sync` may know of them. Read first: `demo.py`, then `tour/`.
"""
