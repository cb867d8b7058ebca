"""Which column of a bank's file is which field of ours; a TOML file an administrator writes."""

import tomllib
from pathlib import Path

import msgspec

from sync.domain.vocabulary import Datum


class MappingRefused(Exception):
    """The mapping file cannot be used."""


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Column titles by field. `money` is yuan or fen; `datum` is used where no column says it."""

    columns: dict[str, str]
    money: str = "yuan"
    date_format: str = "%Y-%m-%d"
    time_format: str = "%Y-%m-%d %H:%M"
    zone: str = "Asia/Shanghai"
    datum: Datum | None = None
    datums: dict[str, Datum] = {}
    products: dict[str, str] = {}
    call_results: dict[str, str] = {}


REQUIRED = (
    "case_no",
    "name",
    "address",
    "account_no",
    "product",
    "principal",
    "interest",
    "fees",
    "overdue_since",
)
OPTIONAL = (
    "phone",
    "second_phone",
    "id_tail",
    "area",
    "latitude",
    "longitude",
    "datum",
    "reminded_at",
    "called_at",
    "call_result",
)


def read_mapping(path: Path) -> Mapping:
    """Return the mapping; raises MappingRefused when it is none."""
    try:
        mapping = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Mapping)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise MappingRefused(f"{path.name}: {error}") from error
    missing = [f for f in REQUIRED if f not in mapping.columns]
    unknown = [f for f in mapping.columns if f not in REQUIRED + OPTIONAL]
    if missing or unknown or mapping.money not in ("yuan", "fen"):
        raise MappingRefused(f"{path.name}: missing {missing}, unknown {unknown}")
    return mapping
