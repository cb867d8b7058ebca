"""Tables of situations, as compliance officers try them: CSV in, decisions and sentences out.

Columns in: id, act, at, context (JSON). Out: id, decision, blocks, warns, sentence_zh, sentence_en.
"""

import csv
from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import msgspec

from sync.domain.situation import Act, RuleFinding, Severity, Situation
from sync.domain.vocabulary import HoldKind, Place, Product, Role
from sync.policy.engine import PolicyEngine
from sync.policy.mechanisms.door import OTHERS
from sync.policy.mechanisms.wishes import CHANNEL_OF
from sync.policy.moment import zone_of
from sync.policy.words import PackWords

COLUMNS = ("id", "act", "at", "context")
CHANNELS = frozenset(CHANNEL_OF.values())
PLACES = frozenset(map(str, Place))
KINDS = frozenset(map(str, HoldKind))
PRODUCTS = frozenset(map(str, Product))
ROLES = frozenset(map(str, Role))
AGREEING = frozenset({"customer", "co_borrower", "guardian", "guarantor", "family", "third_party"})
STRONGEST_FIRST = tuple(Severity)
OUT = ("id", "decision", "blocks", "warns", "sentence_zh", "sentence_en")


class RowRefused(Exception):
    """A row cannot be read; `line` counts from 1 with the header."""

    def __init__(self, line: int, code: str, **params: Any) -> None:
        super().__init__(line, code, params)
        self.line = line
        self.code = code
        self.params = params


class Tried(msgspec.Struct, frozen=True):
    """One decided row."""

    id: str
    decision: str
    blocks: str
    warns: str
    sentence_zh: str
    sentence_en: str


def read_situation(context: str, zone: str = "Asia/Shanghai") -> Situation:
    """Return the situation of a context; raises msgspec.DecodeError for anything unknown in it.

    `zone` is that of a customer whose address the context does not tell.
    """
    raw = msgspec.json.decode(context or "{}")
    if not isinstance(raw, dict):
        raise msgspec.ValidationError("the context is no object")
    raw.setdefault("zone", zone)
    if isinstance(raw.get("wishes"), dict):
        raw["wishes"] = {k: _whole_time(v) for k, v in raw["wishes"].items()}
    situation = msgspec.convert(raw, Situation)
    _refuse_unread(raw, msgspec.to_builtins(situation, builtin_types=(datetime,)), "$")
    _refuse_unknown_words(situation)
    return situation


def try_table(engine: PolicyEngine, lines: Iterable[str]) -> Iterator[Tried]:
    """Decide each row of a CSV; raises RowRefused at the first that cannot be read."""
    reader = csv.DictReader(lines)
    missing = set(COLUMNS) - set(reader.fieldnames or ())
    if missing:
        raise RowRefused(1, "situations.missing_columns", columns=", ".join(sorted(missing)))
    zh, en = PackWords(engine.pack, "zh_CN"), PackWords(engine.pack, "en")
    for row in reader:
        act, at, situation = _read_row(reader.line_num, row, engine.pack.zone)
        try:
            decision = engine.judge(act, at, situation)
        except OverflowError as error:  # a local time outside the years 1 to 9999
            raise RowRefused(reader.line_num, "situations.bad_time", at=row["at"]) from error
        findings = sorted(decision.findings, key=_strength)
        yield Tried(
            row["id"],
            str(decision.verdict),
            ";".join(decision.blocks),
            ";".join(decision.warns),
            " ".join(zh.sentence(f) for f in findings),
            " ".join(en.sentence(f) for f in findings),
        )


def _strength(finding: RuleFinding) -> int:
    return STRONGEST_FIRST.index(finding.severity)


def _read_row(line: int, row: dict[Any, Any], zone: str) -> tuple[Act, datetime, Situation]:
    # How the reader says that cells stand under no title, and that one is not there.
    if None in row or row["id"] is None:
        raise RowRefused(line, "situations.wrong_width")
    try:
        act = Act(row["act"])
    except ValueError as error:
        raise RowRefused(line, "situations.unknown_act", act=row["act"]) from error
    try:
        at = datetime.fromisoformat(row["at"] or "")
    except ValueError as error:
        raise RowRefused(line, "situations.bad_time", at=row["at"]) from error
    if at.tzinfo is None:
        raise RowRefused(line, "situations.bad_time", at=row["at"])
    try:
        return act, at, read_situation(row["context"], zone)
    except msgspec.DecodeError as error:
        raise RowRefused(line, "situations.bad_context", detail=str(error)) from error


def _whole_time(value: Any) -> Any:
    """Write "14:00" as the "14:00:00" that RFC 3339 wants."""
    return f"{value}:00" if isinstance(value, str) and len(value) == 5 else value


def _refuse_unread(raw: Any, read: Any, where: str) -> None:
    """Refuse keys that no rule reads and times without a zone: both would silently allow."""
    if isinstance(raw, dict) and isinstance(read, dict):
        unknown = sorted(set(raw) - set(read))
        if unknown:
            raise msgspec.ValidationError(f"unknown keys {', '.join(unknown)} - at `{where}`")
        for key, value in raw.items():
            _refuse_unread(value, read[key], f"{where}.{key}")
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            _refuse_unread(value, read[index], f"{where}[{index}]")
    elif isinstance(read, datetime) and read.tzinfo is None:
        raise msgspec.ValidationError(f"a time without its offset - at `{where}`")


def _refuse_unknown_words(situation: Situation) -> None:
    """Refuse words that no rule looks for: a misspelt one would silently allow."""
    for given, known, where in _words_given(situation):
        odd = [str(value) for value in given if value not in known]
        if odd:
            raise msgspec.ValidationError(f"unknown value {', '.join(odd)} - at `{where}`")
    try:
        zone_of(situation.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise msgspec.ValidationError(f"unknown zone {situation.zone} - at `$.zone`") from error


type Words = tuple[Iterable[object], Container[object], str]


def _words_given(situation: Situation) -> Iterator[Words]:
    """Yield the words of a situation, those that rules know, and where they stand."""
    wishes = situation.wishes
    yield wishes.channels_refused, CHANNELS, "$.wishes.channels_refused"
    yield wishes.places_refused, PLACES, "$.wishes.places_refused"
    yield wishes.no_weekdays, range(7), "$.wishes.no_weekdays"
    yield situation.present or (), {"customer", *OTHERS}, "$.present"
    yield (h.kind for h in situation.holds), KINDS, "$.holds"
    if situation.agreement is not None:
        yield (situation.agreement.place,), PLACES, "$.agreement.place"
        yield (situation.agreement.by,), AGREEING, "$.agreement.by"
    if situation.lifting is not None:
        yield (situation.lifting.kind,), KINDS, "$.lifting.kind"
    if situation.plan is not None:
        yield (situation.plan.product,), PRODUCTS, "$.plan.product"
    if situation.actor_role:
        yield (situation.actor_role,), ROLES, "$.actor_role"
