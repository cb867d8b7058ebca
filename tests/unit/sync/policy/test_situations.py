"""Every agreed situation is decided as written, and tables that cannot be read are refused."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from sync.policy.situations import RowRefused, Tried, try_table
from tests.unit.sync.policy.desk import ENGINE, engine_for

DATA = Path(__file__).parents[3] / "data" / "policy"
AT = "2026-09-15T10:00:00+08:00"


def rows() -> list[dict[str, str]]:
    found = []
    for path in sorted(DATA.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            found += list(csv.DictReader(lines))
    return found


ROWS = rows()


def table(*contexts: str, act: str = "visit_plan", at: str = AT) -> io.StringIO:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("id", "act", "at", "context"))
    writer.writerows((f"row-{n}", act, at, c) for n, c in enumerate(contexts))
    text.seek(0)
    return text


def try_one(context: Any, act: str = "visit_plan", at: str = AT) -> Tried:
    (tried,) = try_table(ENGINE, table(json.dumps(context), act=act, at=at))
    return tried


def test_the_agreed_situations_are_here() -> None:
    assert len(ROWS) >= 56
    assert len({r["id"] for r in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r["id"])
def test_situation_is_decided_as_agreed(row: dict[str, str]) -> None:
    tried = try_one(json.loads(row["context"]), row["act"], row["at"])
    assert (tried.decision, tried.blocks, tried.warns) == (
        row["decision"],
        row["blocks"],
        row["warns"],
    ), f"{row['id']}: {tried.sentence_en}"


def test_whole_table_gives_the_ids_back_in_order() -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, ROWS[0].keys())
    writer.writeheader()
    writer.writerows(ROWS)
    text.seek(0)
    assert [t.id for t in try_table(ENGINE, text)] == [r["id"] for r in ROWS]


def test_every_block_and_warning_says_a_sentence_in_both_languages() -> None:
    for row in ROWS:
        tried = try_one(json.loads(row["context"]), row["act"], row["at"])
        assert bool(tried.sentence_zh) is bool(tried.sentence_en)
        if tried.blocks or tried.warns:
            assert tried.sentence_zh, row["id"]


def test_empty_context_is_the_situation_of_nothing_known() -> None:
    (empty,) = try_table(ENGINE, table(""))
    (braces,) = try_table(ENGINE, table("{}"))
    assert (empty.decision, empty.blocks) == (braces.decision, "CN-AGREED;CN-LADDER")


def test_customer_whose_zone_is_not_told_lives_where_the_pack_does() -> None:
    for pack, decision in (("us-reg-f", "allow"), ("cn", "block")):
        at = "2026-09-15T10:00:00-04:00"  # ten in New York, ten at night in Shanghai
        (tried,) = try_table(engine_for(pack), table("{}", act="call", at=at))
        assert tried.decision == decision
    there = json.dumps({"zone": "America/New_York"})
    (tried,) = try_table(ENGINE, table(there, act="call", at=at))
    assert tried.decision == "allow"


def test_times_of_wishes_may_be_written_with_seconds() -> None:
    for text in ("11:00", "11:00:00"):
        assert try_one({"wishes": {"not_before": text}}, "sms").blocks == "CN-WISH"


REFUSED = {
    "misspelt key": ({"hold": []}, "unknown keys hold - at `$`"),
    "misspelt key of a part": ({"customer": {"dead": True}}, "unknown keys dead"),
    "misspelt key of the agreement": ({"agreement": {"withdrwan": True}}, "at `$.agreement`"),
    "misspelt key in a list": ({"holds": [{"kind": "complaint", "x": 1}]}, "at `$.holds[0]`"),
    "time without offset": ({"visits": ["2026-09-15T10:00:00"]}, "at `$.visits[0]`"),
    "agreed time without offset": ({"agreement": {"start": "2026-09-15T10:00:00"}}, "offset"),
    "unknown zone": ({"zone": "Asia/Nowhere"}, "unknown zone Asia/Nowhere"),
    "empty zone": ({"zone": ""}, "unknown zone"),
    "zone that is a folder": ({"zone": "Asia"}, "unknown zone Asia"),
    "unknown channel": ({"wishes": {"channels_refused": ["telephone"]}}, "telephone"),
    "eighth weekday": ({"wishes": {"no_weekdays": [7]}}, "unknown value 7"),
    "unknown person": ({"present": ["customer", "cat"]}, "unknown value cat"),
    "unknown place": ({"agreement": {"place": "office"}}, "unknown value office"),
    "unknown hold": ({"holds": [{"kind": "holiday"}]}, "unknown value holiday"),
    "unknown hold to lift": ({"lifting": {"kind": "holiday"}}, "at `$.lifting.kind`"),
    "unknown role": ({"actor_role": "boss"}, "unknown value boss - at `$.actor_role`"),
    "unknown product": ({"plan": {"months": 1, "product": "loan"}}, "unknown value loan"),
    "unknown party": ({"agreement": {"by": "wife"}}, "unknown value wife - at `$.agreement.by`"),
    "unknown place in a wish": ({"wishes": {"places_refused": ["office"]}}, "office"),
    "misspelt key of a complaint": (
        {"complaints": [{"received_at": AT, "answered": AT}]},
        "unknown keys answered - at `$.complaints[0]`",
    ),
    "impossible time": ({"wishes": {"not_before": "25:00"}}, "$.wishes.not_before"),
    "impossible date": ({"overdue_since": "2026-13-01"}, "$.overdue_since"),
    "wishes as a list": ({"wishes": []}, "$.wishes"),
    "wishes as nothing": ({"wishes": None}, "$.wishes"),
    "no object": ([], "no object"),
    "call without outcome": ({"calls": [{"at": AT}]}, "connected"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_context_that_would_mislead_is_refused_with_its_place(name: str) -> None:
    context, says = REFUSED[name]
    with pytest.raises(RowRefused) as refused:
        list(try_table(ENGINE, table("{}", json.dumps(context))))
    assert (refused.value.line, refused.value.code) == (3, "situations.bad_context")
    assert says in refused.value.params["detail"]


def test_context_that_is_no_json_is_refused() -> None:
    with pytest.raises(RowRefused) as refused:
        list(try_table(ENGINE, table("{")))
    assert (refused.value.line, refused.value.code) == (2, "situations.bad_context")


@pytest.mark.parametrize("at", ["yesterday", "", "2026-09-15", "2026-09-15T10:00:00"])
def test_time_that_is_no_instant_is_refused(at: str) -> None:
    with pytest.raises(RowRefused) as refused:
        list(try_table(ENGINE, table("{}", at=at)))
    assert refused.value.code == "situations.bad_time"
    assert refused.value.params == {"at": at}


def test_instant_outside_the_calendar_is_refused() -> None:
    with pytest.raises(RowRefused) as refused:
        try_one({"zone": "America/New_York"}, "call", "0001-01-01T00:00:00+00:00")
    assert (refused.value.line, refused.value.code) == (2, "situations.bad_time")


def test_unknown_act_is_refused() -> None:
    with pytest.raises(RowRefused) as refused:
        try_one({}, act="knock")
    assert refused.value.code == "situations.unknown_act"
    assert refused.value.params == {"act": "knock"}


def test_row_cut_short_is_refused() -> None:
    with pytest.raises(RowRefused) as refused:
        list(try_table(ENGINE, ["id,act,at,context", "one,call"]))
    assert (refused.value.line, refused.value.code) == (2, "situations.bad_time")


def test_missing_columns_are_named() -> None:
    with pytest.raises(RowRefused) as refused:
        list(try_table(ENGINE, ["id,at", f"one,{AT}"]))
    assert (refused.value.line, refused.value.code) == (1, "situations.missing_columns")
    assert refused.value.params == {"columns": "act, context"}
    with pytest.raises(RowRefused, match=r"situations\.missing_columns"):
        list(try_table(ENGINE, []))
