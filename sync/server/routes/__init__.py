"""HTTP around the handlers: paths, headers, compression. Read first: `sync_routes.py`."""
