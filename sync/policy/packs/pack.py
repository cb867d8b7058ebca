"""Policy packs: rules as data, read strictly. A pack that says anything unclear is refused.

The raw form of a rule's own parameters is kept in `Rule.params`; the mechanism named by `kind`
turns them into a check when the engine is built.
"""

import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from sync.policy.calendar import YearTable, unknown_year
from sync.policy.packs.periods import in_periods
from sync.policy.packs.rule import PackRefused as PackRefused
from sync.policy.packs.rule import Rule as Rule
from sync.policy.packs.rule import convert, read_rule

_PACK_KEYS = {"id", "version", "zone", "calendar", "announced_until", "name_zh", "name_en"}
_TABLES = {"pack", "rule", "year"}
_CALENDARS = {"CN", "weekdays"}
SATURDAY = 5


class Pack(msgspec.Struct, frozen=True):
    """The rules of one country in one version, with the years whose holidays it brings itself."""

    id: str
    version: str
    zone: str
    calendar: str
    announced_until: int
    name_zh: str
    name_en: str
    rules: tuple[Rule, ...]
    years: tuple[YearTable, ...] = ()

    def rule(self, rule_id: str) -> Rule:
        """Return the newest version of a rule; raises KeyError when the pack has none."""
        return self.versions(rule_id)[0]

    def versions(self, rule_id: str) -> tuple[Rule, ...]:
        """Return every version of a rule, newest first; raises KeyError when there is none."""
        found = [r for r in self.rules if r.id == rule_id]
        if not found:
            raise KeyError(rule_id)
        return tuple(sorted(found, key=lambda r: r.from_date, reverse=True))


def read_pack(text: str) -> Pack:
    """Return the pack written in this TOML; raises PackRefused with the first thing wrong."""
    pack, troubles = examine_pack(text)
    if pack is None or troubles:
        raise troubles[0]
    return pack


def load_pack(path: Path) -> Pack:
    """Return the pack in this file; raises PackRefused, or OSError when it cannot be read."""
    return read_pack(text_of(path))


def text_of(path: Path) -> str:
    """Return the text of a file; raises PackRefused when it is no text, or OSError."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PackRefused("pack.not_toml", detail=str(error)) from error


def examine_pack(text: str) -> tuple[Pack | None, list[PackRefused]]:
    """Return the pack, as far as it can be read, and everything that is wrong with it."""
    try:
        raw = tables_of(text, "pack", _TABLES)
        head = raw["pack"]
        if set(head) != _PACK_KEYS:
            keys = ", ".join(sorted(set(head) ^ _PACK_KEYS))
            raise PackRefused("pack.wrong_keys", keys=keys)
    except PackRefused as trouble:
        return None, [trouble]
    rules, troubles = read_all(raw.get("rule", []), read_rule)
    years, unread = read_all(raw.get("year", []), _read_year)
    rules, clashes = in_periods(rules)
    troubles += unread + clashes
    try:
        pack = convert(head | {"rules": rules, "years": years}, Pack, "pack")
    except PackRefused as trouble:
        return None, [*troubles, trouble]
    return pack, troubles + _head_troubles(pack)


def tables_of(text: str, head: str, allowed: set[str]) -> dict[str, Any]:
    """Return the tables of a TOML text: `head`, and lists of the others; raises PackRefused."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackRefused("pack.not_toml", detail=str(error)) from error
    lists = (raw.get(name, []) for name in allowed - {head})
    fits = isinstance(raw.get(head), dict) and all(isinstance(one, list) for one in lists)
    if not fits or set(raw) - allowed:
        raise PackRefused("pack.wrong_shape")
    return raw


def read_all[T](
    raw: Iterable[Any], read: Callable[[Any], T]
) -> tuple[tuple[T, ...], list[PackRefused]]:
    """Read each of a list; return what could be read and what was wrong with the others."""
    found: list[T] = []
    troubles: list[PackRefused] = []
    for number, one in enumerate(raw, start=1):
        try:
            found.append(read(one))
        except PackRefused as trouble:
            trouble.params.setdefault("number", number)
            troubles.append(trouble)
    return tuple(found), troubles


def _head_troubles(pack: Pack) -> list[PackRefused]:
    if pack.calendar not in _CALENDARS:
        return [PackRefused("pack.unknown_calendar", calendar=pack.calendar)]
    years = [t.year for t in pack.years]
    found = [
        PackRefused("pack.duplicate_year", year=year)
        for year in sorted(set(years))
        if years.count(year) > 1
    ]
    lost = unknown_year(pack.calendar, pack.announced_until, pack.years)
    return [*found, PackRefused("pack.unknown_year", year=lost)] if lost else found


def _read_year(raw: Any) -> YearTable:
    if not isinstance(raw, dict) or not isinstance(raw.get("year"), int):
        raise PackRefused("pack.year_without_number")
    year = raw["year"]
    if set(raw) != set(YearTable.__struct_fields__):
        keys = ", ".join(sorted(set(raw) ^ set(YearTable.__struct_fields__)))
        raise PackRefused("pack.wrong_year_keys", year=year, keys=keys)
    table = convert(raw, YearTable, str(year))
    for day in (*table.rest, *table.work):
        if code := _odd_day(table, day):
            raise PackRefused(code, year=year, day=day.isoformat())
    return table


def _odd_day(table: YearTable, day: date) -> str:
    if day.year != table.year:
        return "pack.day_of_another_year"
    if (*table.rest, *table.work).count(day) > 1:
        return "pack.day_twice"
    made_up = day in table.work and day.weekday() < SATURDAY
    return "pack.make_up_on_a_weekday" if made_up else ""
