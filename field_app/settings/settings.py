"""Settings in one JSON file of the profile folder; nothing personal is ever in it."""

import os
import sys
from codecs import BOM_UTF8
from pathlib import Path

import msgspec
import platformdirs


class Settings(msgspec.Struct, frozen=True):
    """What the program remembers between starts; `text_size` is a percentage.

    `files_kb_s` is what photos may take of the line, in kilobytes a second; 0 is no limit.
    `map_drawing` is web or painted; `newer_maps` is asked or idle: they come when somebody asks, or
    by themselves while nothing else is to be done.
    """

    language: str = "zh_CN"
    theme: str = "light"
    text_size: int = 100
    lock_minutes: int = 5
    server: str = ""
    authority: str = ""
    map_pack: str = ""
    files_kb_s: int = 0
    map_drawing: str = "web"
    newer_maps: str = "asked"


FILE = "settings.json"


def profile_folder(override: str = "") -> Path:
    """Return this user's profile folder, made when missing and closed to others."""
    chosen = override or os.environ.get("YUEFANG_HOME", "")
    folder = Path(chosen) if chosen else Path(platformdirs.user_data_dir("yuefang", roaming=False))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def resources_folder() -> Path:
    """Return the resources: beside the program when it is frozen, in the tree otherwise."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).parent.parent.parent
    return root / "resources"


def read_settings(folder: Path) -> Settings:
    """Return the settings; a missing or unreadable file gives the usual ones."""
    path = folder / FILE
    if not path.exists():
        return Settings()
    try:
        # An administrator's editor on Windows may begin a file with a mark of its own.
        written = path.read_bytes().removeprefix(BOM_UTF8)
        return msgspec.json.decode(written, type=Settings)
    except msgspec.DecodeError:
        return Settings()


def write_settings(folder: Path, settings: Settings) -> None:
    """Write the settings whole."""
    beside = folder / (FILE + ".new")
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(settings)))
    beside.replace(folder / FILE)
