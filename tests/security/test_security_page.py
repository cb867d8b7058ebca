"""The page for administrators names tests that are there."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"
LINK = re.compile(r"\]\((\.\./[^)]+\.py)\)")
NAMED = re.compile(r"`(test_\w+)`")


def test_every_proof_is_there() -> None:
    rows = [row for row in PAGE.read_text(encoding="utf-8").splitlines() if LINK.search(row)]
    assert len(rows) >= 12
    for row in rows:
        files = [(PAGE.parent / link).resolve() for link in LINK.findall(row)]
        assert [f for f in files if not f.is_file()] == []
        source = "".join(f.read_text(encoding="utf-8") for f in files)
        assert [n for n in NAMED.findall(row) if f"def {n}(" not in source] == []
