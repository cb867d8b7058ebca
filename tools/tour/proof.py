"""Looks into the server's own database: did each record arrive, and only once?"""

import sqlite3
from contextlib import closing
from pathlib import Path


def proof(database: Path) -> dict[str, int]:
    """Return how many records of each kind stand there; fails on any that stand twice."""
    uri = f"file:{database}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        counts = dict(connection.execute("SELECT kind, count(*) FROM record GROUP BY kind"))
        twice = connection.execute(
            "SELECT kind, id, count(*) FROM record GROUP BY kind, id HAVING count(*) > 1"
        ).fetchall()
        answers = connection.execute(
            "SELECT count(*), count(DISTINCT mid) FROM mutation"
        ).fetchone()
    assert not twice, f"records that stand twice: {twice}"
    assert answers[0] == answers[1], "an envelope was answered twice"
    return {str(kind): int(number) for kind, number in counts.items()}
