"""A record or an act as short lines, so that two versions can be compared by eye."""

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Any

import msgspec

from field_app.i18n.words import Words
from sync.domain import budget, plan_terms, vocabulary
from sync.domain.ids import OfficerId

# Ids and revisions say nothing to a person, and a schedule is read as a table.
HIDDEN = ("id", "_id", "rev", "decision", "flags", "between", "officers", "sha256", "_by",
          "schedule", "unusual")  # fmt: skip
WHO = "by"  # the officer who did it, by id
NOBODY: Mapping[OfficerId, str] = {}
# The prefix of each enumeration's words.
PREFIX: dict[type[Enum], str] = {
    vocabulary.VisitOutcome: "outcome",
    vocabulary.ContactResult: "result",
    vocabulary.Channel: "channel",
    vocabulary.HoldKind: "hold",
    vocabulary.HardshipCause: "cause",
    vocabulary.Vulnerability: "vulnerability",
    vocabulary.AppointmentState: "appointment",
    vocabulary.FeedbackKind: "feedback",
    vocabulary.ExportFile: "export_file",
    vocabulary.ExportReason: "export_reason",
    vocabulary.Revealable: "field",
    vocabulary.Place: "place",
    vocabulary.Present: "present",
    vocabulary.Role: "role",
    vocabulary.Product: "product",
    vocabulary.FactFlag: "flag",
    vocabulary.NotedAct: "command",
    vocabulary.AgreedBy: "agreed_by",
    vocabulary.Datum: "datum",
    vocabulary.PlanState: "plan_state",
    vocabulary.ComplaintState: "complaint_state",
    vocabulary.ReferralOutcome: "referral_outcome",
    plan_terms.PlanKind: "plan_kind",
    plan_terms.Method: "method",
    plan_terms.DayCount: "day_count",
    budget.IncomeKind: "income",
    budget.CostKind: "cost",
}
PPM_A_PER_CENT, E7 = 10_000, 10_000_000
# Codes that records keep as plain text.
PLAIN = {"topic": "topic", "language": "language", "travel_source": "travel",
         "channels_refused": "channel", "places_refused": "place"}  # fmt: skip


def record_lines(
    words: Words, what: Any, zone: str, names: Mapping[OfficerId, str] = NOBODY
) -> list[str]:
    """Return one line for each telling field of a record or command.

    `names` are the colleagues' by id; whose is not among them is not told.
    """
    lines = []
    for name, value in msgspec.structs.asdict(what).items():
        if name == WHO:
            value = names.get(value)
        if name.endswith(HIDDEN) or value in (None, "", (), {}, 0):
            continue
        if isinstance(value, msgspec.Struct):
            lines += record_lines(words, value, zone, names)
            continue
        told = _told(words, name, value, zone)
        lines.append(words("{name}: {value}", name=words.code(f"entry.{name}"), value=told))
    return lines


def _when(words: Words, value: date | time, zone: str) -> str:
    if isinstance(value, datetime):
        return words.moment(value, zone)
    return words.long_day(value) if isinstance(value, date) else f"{value:%H:%M}"


def _told(words: Words, name: str, value: Any, zone: str) -> str:
    if isinstance(value, date | time):
        return _when(words, value, zone)
    if isinstance(value, bool):
        return words("yes") if value else words("no")
    if isinstance(value, tuple):
        return words.listed(_told(words, name, part, zone) for part in value)
    if isinstance(value, msgspec.Struct):
        return " · ".join(record_lines(words, value, zone))
    if isinstance(value, Enum):
        return words.code(f"{PREFIX[type(value)]}.{value}")
    if isinstance(value, dict):
        told = (f"{_told(words, name, k, zone)} {words.money(v)}" for k, v in value.items())
        return words.listed(told)
    if isinstance(value, int):
        return _number(words, name, value)
    if name in PLAIN and words.knows(f"{PLAIN[name]}.{value}"):
        return words.code(f"{PLAIN[name]}.{value}")
    return str(value)


def _number(words: Words, name: str, value: int) -> str:
    """Return a number as a person writes it; its name tells the unit it is kept in."""
    if name == "no_weekdays":
        return words.day_of_week(value)
    if name == "rate_ppm":
        return f"{value / PPM_A_PER_CENT:g} %"
    match name.rpartition("_")[2]:
        case "fen":
            return words.money(value)
        case "s":
            return words("{n} min", n=round(value / 60))
        case "e7":
            return f"{value / E7:.5f}"
    return str(value)
