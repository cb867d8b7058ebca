"""Which column of a bank's file is which field of ours; a TOML file an administrator writes."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sync.domain.vocabulary import ContactResult, Datum, Product


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
    products: dict[str, Product] = {}
    call_results: dict[str, ContactResult] = {}


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
    "closed_on",
)


PAYMENT_REQUIRED = ("case_no", "paid_on", "amount")
PAYMENT_OPTIONAL = ("reference",)


def read_payment_mapping(path: Path) -> Mapping:
    """Return the mapping of a file of payments; raises MappingRefused when it is none."""
    return read_mapping(path, PAYMENT_REQUIRED, PAYMENT_OPTIONAL)


def read_mapping(
    path: Path, required: tuple[str, ...] = REQUIRED, optional: tuple[str, ...] = OPTIONAL
) -> Mapping:
    """Return the mapping; raises MappingRefused when it is none."""
    try:
        mapping = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Mapping)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise MappingRefused(f"{path.name}: {error}") from error
    missing = [f for f in required if f not in mapping.columns]
    unknown = [f for f in mapping.columns if f not in required + optional]
    if missing or unknown:
        raise MappingRefused(f"{path.name}: missing {missing}, unknown {unknown}")
    for name, usable in _usable(mapping).items():
        if not usable:
            raise MappingRefused(f"{path.name}: {name} = {getattr(mapping, name)!r}")
    return mapping


def _usable(mapping: Mapping) -> dict[str, bool]:
    return {
        "money": mapping.money in ("yuan", "fen"),
        "zone": _is_zone(mapping.zone),
        "date_format": _reads(mapping.date_format, "%Y-%m-%d"),
        "time_format": _reads(mapping.time_format, "%Y-%m-%d %H:%M"),
    }


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _reads(form: str, needed: str) -> bool:
    """Say whether what is written in this form can be read again without a loss."""
    example = datetime(2026, 11, 30, 21, 45, tzinfo=UTC)
    try:
        read = datetime.strptime(example.strftime(form), form).replace(tzinfo=UTC)
    except (ValueError, re.error):
        return False
    return read.strftime(needed) == example.strftime(needed)
