"""A passphrase is typed twice when it is new, and is long enough."""

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.cli.passphrase import passphrase_of
from sync.server.administration import AdminRefused

WORDS = "three quiet words"


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Iterator[str]:
    """Let somebody type these, one for each question; return those nobody asked for."""
    left = iter(answers)
    monkeypatch.setattr(getpass, "getpass", lambda _question: next(left))
    return left


def test_a_new_one_is_typed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    left = typed(monkeypatch, WORDS, WORDS)
    assert (passphrase_of("", new=True), list(left)) == (WORDS, [])
    typed(monkeypatch, WORDS, WORDS + "!")
    with pytest.raises(AdminRefused, match="not the same"):
        passphrase_of("", new=True)
    typed(monkeypatch, "short", "short")
    with pytest.raises(AdminRefused, match="at least 12"):
        passphrase_of("", new=True)


def test_a_known_one_is_typed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    left = typed(monkeypatch, "short", "again")
    assert (passphrase_of(""), list(left)) == ("short", ["again"])


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["none", "unix", "windows"])
def test_a_files_last_end_of_line_is_none_of_it(tmp_path: Path, end: str) -> None:
    (tmp_path / "words").write_bytes(f" {WORDS} {end}".encode())
    assert passphrase_of(str(tmp_path / "words")) == f" {WORDS} "
