"""What an administrator writes into a new laptop's settings is what enrolling begins with."""

from pathlib import Path

import pytest

from field_app.settings.settings import FILE, Settings, read_settings

WRITTEN = '{"server": "https://bank.example:8443", "authority": "C:\\\\bank-ca.pem"}'


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig"])
def test_a_few_settings_leave_the_others_as_they_are(tmp_path: Path, coding: str) -> None:
    (tmp_path / FILE).write_text(WRITTEN, encoding=coding)
    wanted = Settings(server="https://bank.example:8443", authority="C:\\bank-ca.pem")
    assert read_settings(tmp_path) == wanted


@pytest.mark.parametrize("text", ["", "server = x", "[]", '{"lock_minutes": "five"}'])
def test_what_cannot_be_read_gives_the_usual_ones(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert read_settings(tmp_path) == Settings()
