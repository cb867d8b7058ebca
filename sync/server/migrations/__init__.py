"""Alembic steps of the server's schema; `upgrade` brings either database to the newest."""
