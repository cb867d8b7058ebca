"""A signed build: as built, or told what is not."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tools.release import MANIFEST, SIGNATURE, NotAsBuilt, main, sign, verify


class Built(msgspec.Struct, frozen=True):
    """A folder as the freezer leaves it, signed, and the public key."""

    folder: Path
    key: str


@pytest.fixture
def built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Built:
    folder = tmp_path / "field-app"
    (folder / "_internal").mkdir(parents=True)
    (folder / "field-app").write_bytes(b"\x7fELF program")
    (folder / "_internal" / "libqt.so.6").write_bytes(b"library")
    (folder / "_internal" / "libqt.so").symlink_to("libqt.so.6")
    assert main(["key", str(tmp_path / "release.key")]) == 0
    public = capsys.readouterr().out.splitlines()[0]
    assert main(["sign", str(folder), str(tmp_path / "release.key")]) == 0
    return Built(folder, public)


def test_it_is_as_built(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    told = verify(built.folder, built.key)
    paths = [part.path for part in told.files]
    assert paths == ["SBOM.json", "_internal/libqt.so", "_internal/libqt.so.6", "field-app"]
    assert main(["verify", str(built.folder), built.key]) == 0
    assert "4 files" in capsys.readouterr().out


def test_signed_again_it_is_the_same(built: Built, tmp_path: Path) -> None:
    before = (built.folder / MANIFEST).read_bytes()
    sign(built.folder, tmp_path / "release.key")
    assert (built.folder / MANIFEST).read_bytes() == before


def _swap_link(folder: Path) -> None:
    (folder / "_internal" / "libqt.so").unlink()
    (folder / "_internal" / "libqt.so").symlink_to("/tmp/libqt.so.6")  # noqa: S108  # never followed


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a byte": (
        lambda f: (f / "field-app").write_bytes(b"\x7fELF Program"),
        "field-app was changed",
    ),
    "a file more": (lambda f: (f / "_internal" / "os.py").write_text("x"), "os.py was added"),
    "a file less": (lambda f: (f / "_internal" / "libqt.so.6").unlink(), "libqt.so.6 is missing"),
    "a link": (_swap_link, "libqt.so was changed"),
    "the parts": (lambda f: (f / "SBOM.json").write_text("{}"), "SBOM.json was changed"),
    "the manifest": (
        lambda f: (f / MANIFEST).write_bytes((f / MANIFEST).read_bytes() + b" "),
        "not signed with this key",
    ),
    "the signature": (lambda f: (f / SIGNATURE).write_text("AAAA"), "not signed with this key"),
    "no signature": (lambda f: (f / SIGNATURE).unlink(), "never signed"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_whatever_was_changed_is_told(
    built: Built, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    spoil, told = SPOILED[what]
    spoil(built.folder)
    with pytest.raises(NotAsBuilt, match=told):
        verify(built.folder, built.key)
    assert main(["verify", str(built.folder), built.key]) == 1
    assert told in capsys.readouterr().err


def test_another_key_did_not_sign_it(
    built: Built, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["key", str(tmp_path / "other.key")]) == 0
    other = capsys.readouterr().out.splitlines()[0]
    for key in (other, "no key", ""):
        with pytest.raises(NotAsBuilt, match="not signed with this key"):
            verify(built.folder, key)


def test_a_key_that_others_may_read_signs_nothing(
    built: Built, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "release.key").chmod(0o644)
    (built.folder / SIGNATURE).unlink()
    assert main(["sign", str(built.folder), str(tmp_path / "release.key")]) == 1
    assert "chmod 600" in capsys.readouterr().err
    assert not (built.folder / SIGNATURE).exists()
    assert main(["sign", str(built.folder), str(tmp_path / "none.key")]) == 1
    assert main(["key", str(tmp_path / "release.key")]) == 1
