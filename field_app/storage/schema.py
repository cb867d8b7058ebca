"""Brings a vault to the newest schema, one numbered file a transaction.

`user_version` = major * 1000 + minor: a vault of a newer major is refused (TooNew), of a newer
minor is left as it is and used.
"""

from importlib.resources import files

from field_app.storage.cipher import Connection
from field_app.storage.trouble import TooNew

MAJOR = 1


def steps() -> dict[int, str]:
    """Return the migrations by their number."""
    folder = files("field_app.storage.migrations")
    found = {}
    for entry in folder.iterdir():
        if entry.name.endswith(".sql"):
            found[int(entry.name.split("_")[0])] = entry.read_text(encoding="utf-8")
    return dict(sorted(found.items()))


def bring_up_to_date(connection: Connection) -> int:
    """Apply what is missing and return the version; raises TooNew for a newer major."""
    current = version(connection)
    if current // 1000 > MAJOR:
        raise TooNew
    for number, sql in steps().items():
        goal = MAJOR * 1000 + number
        if goal > current:
            connection.executescript(
                f"BEGIN IMMEDIATE; {sql}; PRAGMA user_version = {goal}; COMMIT;"
            )
            current = goal
    return current


def version(connection: Connection) -> int:
    """Return the vault's schema version."""
    row = connection.execute("PRAGMA user_version").fetchone()
    return int(row[0]) if row else 0
