"""Files are written as they are and take their names, also where another program looks at them."""

from pathlib import Path

import pytest

from field_app.storage import durable_files
from field_app.storage.durable_files import PAUSES_S, take_name, write_whole


def test_a_file_is_replaced_by_exactly_these_bytes(tmp_path: Path) -> None:
    file = tmp_path / "slot.json"
    for data in (b"\n\r\n\x1a" + bytes(range(256)), b"", b"shorter"):
        write_whole(file, data)
        assert file.read_bytes() == data
    assert [one.name for one in tmp_path.iterdir()] == ["slot.json"]
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many more times somebody holds a new file, on a system where that happens."""
    times = [0]
    replace = Path.replace

    def refusing(self: Path, target: Path) -> Path:
        if times[0]:
            times[0] -= 1
            raise PermissionError
        return replace(self, target)

    monkeypatch.setattr(durable_files, "IS_WINDOWS", True)
    monkeypatch.setattr(Path, "replace", refusing)
    return times


@pytest.mark.parametrize("times", [0, 1, len(PAUSES_S)])
def test_who_holds_it_for_a_moment_is_waited_for(
    tmp_path: Path, held: list[int], times: int
) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "name").write_bytes(b"old")
    held[0] = times
    waited: list[float] = []
    take_name(tmp_path / "new", tmp_path / "name", waited.append)
    assert (tmp_path / "name").read_bytes() == b"new"
    assert waited == list(PAUSES_S[:times])


def test_who_holds_it_for_ever_is_told_of(tmp_path: Path, held: list[int]) -> None:
    (tmp_path / "new").write_bytes(b"new")
    held[0] = 100
    waited: list[float] = []
    with pytest.raises(PermissionError):
        take_name(tmp_path / "new", tmp_path / "name", waited.append)
    assert sum(waited) < 2
    assert (tmp_path / "new").read_bytes() == b"new"


def test_elsewhere_nobody_waits(
    tmp_path: Path, held: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable_files, "IS_WINDOWS", False)
    held[0] = 1
    with pytest.raises(PermissionError):
        take_name(tmp_path / "new", tmp_path / "name", lambda _s: pytest.fail("it waited"))
