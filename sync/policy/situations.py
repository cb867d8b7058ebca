"""Tables of situations, as compliance officers try them: CSV in, decisions and sentences out.

Columns in: id, act, at, context (JSON). Out: id, decision, blocks, warns, sentence_zh, sentence_en.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from sync.domain.situation import Act, Situation
from sync.policy.engine import PolicyEngine
from sync.policy.words import PackWords

COLUMNS = ("id", "act", "at", "context")
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


def read_situation(context: str) -> Situation:
    """Return the situation of a context; raises msgspec.DecodeError for anything unknown in it."""
    raw = msgspec.json.decode(context or "{}")
    known = _known(raw)
    wishes = {k: _whole_time(v) for k, v in known.get("wishes", {}).items()}
    return msgspec.convert(known | {"wishes": wishes}, Situation)


def try_table(engine: PolicyEngine, lines: Iterable[str]) -> Iterator[Tried]:
    """Decide each row of a CSV; raises RowRefused at the first that cannot be read."""
    reader = csv.DictReader(lines)
    missing = set(COLUMNS) - set(reader.fieldnames or ())
    if missing:
        raise RowRefused(1, "situations.missing_columns", columns=", ".join(sorted(missing)))
    zh, en = PackWords(engine.pack, "zh_CN"), PackWords(engine.pack, "en")
    for row in reader:
        act, at, situation = _read_row(reader.line_num, row)
        decision = engine.judge(act, at, situation)
        yield Tried(
            row["id"],
            str(decision.verdict),
            ";".join(decision.blocks),
            ";".join(decision.warns),
            " ".join(zh.sentence(f) for f in decision.findings),
            " ".join(en.sentence(f) for f in decision.findings),
        )


def _read_row(line: int, row: dict[str, str]) -> tuple[Act, datetime, Situation]:
    try:
        act = Act(row["act"])
    except ValueError as error:
        raise RowRefused(line, "situations.unknown_act", act=row["act"]) from error
    try:
        at = datetime.fromisoformat(row["at"])
    except ValueError as error:
        raise RowRefused(line, "situations.bad_time", at=row["at"]) from error
    if at.tzinfo is None:
        raise RowRefused(line, "situations.bad_time", at=row["at"])
    try:
        return act, at, read_situation(row["context"])
    except msgspec.DecodeError as error:
        raise RowRefused(line, "situations.bad_context", detail=str(error)) from error


def _whole_time(value: Any) -> Any:
    """Write "14:00" as the "14:00:00" that RFC 3339 wants."""
    return f"{value}:00" if isinstance(value, str) and len(value) == 5 else value


def _known(raw: Any) -> dict[str, Any]:
    """Refuse keys that no rule reads: a misspelt key would silently allow."""
    if not isinstance(raw, dict):
        raise msgspec.ValidationError("the context is no object")
    parts: list[tuple[type[msgspec.Struct], Any]] = [(Situation, raw)]
    parts += [(c, raw.get(k)) for k, c in _PARTS.items()]
    for cls, part in parts:
        unknown = set(part or {}) - set(cls.__struct_fields__)
        if isinstance(part, dict) and unknown:
            raise msgspec.ValidationError(f"unknown keys {', '.join(sorted(unknown))}")
    return raw


_PARTS: dict[str, type[msgspec.Struct]] = {
    name: field.type
    for name, field in ((f.name, f) for f in msgspec.structs.fields(Situation))
    if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)
}
