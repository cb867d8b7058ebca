"""Every code the program can give has words in both languages, with values that exist."""

import asyncio
import re
import string
from enum import Enum
from typing import Any, get_args

import msgspec
import polib
import pytest

from field_app.background.store_thread import StoreThread
from field_app.i18n.words import LANGUAGES, Words, load_words
from field_app.operations.timeline import timeline_of
from field_app.planning.problem import WhyNot
from field_app.ui.record_words import HIDDEN, PREFIX, record_lines
from field_app.ui.screens.care_acts import REFERRAL_TOPICS
from field_app.ui.screens.case_acts import TOPICS
from field_app.ui.screens.cases_screen import STAGES
from field_app.ui.screens.map_list import PLACES, TELLING
from field_app.ui.sentences import timeline_flags, timeline_sentence
from field_app.viewmodels.enrol import EnrolForm, EnrolViewModel
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.visit import OWN_CHECKS
from sync.domain import vocabulary
from sync.domain.appointing import CLOSING_STATES
from sync.domain.commands import COMMANDS
from sync.domain.records import KINDS, Record, Versioned, kind_of
from sync.domain.situation import Act, Severity, Verdict
from sync.policy.conduct import MEASURES
from sync.protocol.messages import Codes, Status
from tests.unit.field_app import codes_in_source as source
from tests.unit.field_app.records_of_a_case import ROUTE, TOLD

I18N = source.ROOT / "resources" / "i18n"
PARTS = {
    f"codes_{p}" for p in ("refusals", "troubles", "records", "timeline", "plan", "relief", "care")
}
CODED_TEXT = {"topic", "travel_source"}
ZONE = "Asia/Shanghai"
BARE = re.compile(r"\b[a-z_]+\.[a-z_0-9]+|[{}]|\b[a-z]+_[a-z_]+\b")
UNKIND = re.compile(r"debtor|target|delinquent|default|collector|催收|债务人|老赖|失信|违约", re.I)
ENUM_PREFIX = PREFIX | {Act: "act", Verdict: "verdict", Severity: "severity", Status: "status"}


def _shown_fields() -> set[str]:
    """Return the names of record and command fields that a person may be shown."""
    names, seen, waiting = set(), set(), [*KINDS.values(), *COMMANDS]
    while waiting:
        cls = waiting.pop()
        if cls in seen:
            continue
        seen.add(cls)
        for field in msgspec.structs.fields(cls):
            if field.name.endswith(HIDDEN):
                continue
            parts = [field.type, *get_args(field.type)]
            inner = [t for t in parts if isinstance(t, type) and issubclass(t, msgspec.Struct)]
            waiting += inner
            if not inner or str(field.type).startswith("tuple"):
                names.add(field.name)
    return names


def _families() -> dict[str, set[str]]:
    """Return the values that may follow each prefix."""
    progress = "sync/domain/progress.py"
    families = {prefix: {str(m) for m in kind} for kind, prefix in ENUM_PREFIX.items()}
    families["flag"] |= {"corrected"}
    families["act"] |= {"agree"}
    families["channel"] |= {"visit"}
    return families | {
        "topic": set(TOPICS) | set(REFERRAL_TOPICS),
        "standing": {"kept", "behind", "broken", "paid"},
        "helplines": {"cn"},
        "check": set(OWN_CHECKS),
        "language": {"zh", *LANGUAGES},
        "kind": set(KINDS),
        "command": {str(c.__struct_config__.tag) for c in COMMANDS},
        "stage": set(STAGES) | source.texts_passed(progress, "Progress"),
        "step": source.texts_passed(progress, "Progress", 1),
        "phase": source.texts_passed("sync/engine", "Progress"),
        "travel": {"mixed", "roads", "straight_line"},
        "map_state": set(TELLING),
        "stop_state": {"agreed", "promised", "proposed"},
        "place_kind": set(PLACES),
        "keys_done": source.texts_passed("field_app/viewmodels/keys.py", "_do", 1),
        "strength": {str(n) for n in range(5)},
        "enrol_step": source.texts_passed("field_app/bootstrap/enrolment.py", "tell"),
        "entry": _shown_fields(),
        "measure": set(MEASURES),
        "measured": set(MEASURES.values()),
        "column": {"measure", "team", "month", "part", "of", "value", "record", "case", "at"},
        "saved": source.texts_passed("field_app/viewmodels/case.py", "_act")
        | {f"appointment_{s}" for s in CLOSING_STATES}
        | source.texts_passed("field_app/viewmodels/review.py", "_act")
        | source.texts_passed("field_app/viewmodels/care.py", "_act")
        | source.texts_passed("field_app/viewmodels/relief.py", "_act")
        | {"plan_approved", "plan_declined"}
        | {"close_complaint", "heard_again", "export"}
        | {
            f"appointment_{s}"
            for s in source.texts_passed("field_app/viewmodels/appointment.py", "_act")
        },
    }


def _entries(language: str) -> dict[str, polib.POEntry]:
    found: dict[str, polib.POEntry] = {}
    for part in sorted(PARTS):
        for entry in polib.pofile(str(I18N / language / f"{part}.po")):
            assert entry.msgid not in found, f"{entry.msgid} stands twice"
            found[entry.msgid] = entry
    return found


def _holes(text: str) -> set[str]:
    return {name for _text, name, _spec, _conv in string.Formatter().parse(text) if name}


def _given() -> list[source.Given]:
    return source.codes_given({code.split(".")[0] for code in ENTRIES["en"]})


ENTRIES = {language: _entries(language) for language in LANGUAGES}
GIVEN = _given()
FAMILIES = _families()
FROM_FAMILIES = {f"{prefix}.{value}" for prefix, values in FAMILIES.items() for value in values}
FROM_SOURCE = {code for code, _params in GIVEN}


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    """Load one language as the program does."""
    return load_words(I18N, request.param)


def test_every_enumeration_of_the_trade_has_a_prefix() -> None:
    kinds = {
        k
        for k in vars(vocabulary).values()
        if isinstance(k, type) and issubclass(k, Enum) and k.__module__ == vocabulary.__name__
    }
    assert len(kinds) == 22
    assert kinds <= set(ENUM_PREFIX)


@pytest.mark.parametrize("prefix", sorted(FAMILIES))
def test_every_value_of_a_family_has_words(words: Words, prefix: str) -> None:
    values = FAMILIES[prefix]
    assert values
    assert {v for v in values if not words.knows(f"{prefix}.{v}")} == set()


def test_every_code_in_the_source_has_words(words: Words) -> None:
    expected = {
        *map(str, Codes),
        *map(str, WhyNot),
        "sync.bug",
        "vault.disk_full",
        "map.none_chosen",
        "route.too_short",
        "hold.already_lifted",
        "mutation.malformed",
        "enrol.no_address",
        "timeline.hold_lifted",
    }
    assert expected <= FROM_SOURCE, "the reading of the source found too little"
    assert {code for code in FROM_SOURCE if not words.knows(code)} == set()


def test_prefixes_put_together_in_the_source_are_known_families() -> None:
    built = source.prefixes_built()
    assert {"stage", "command", "saved", "flag"} <= built
    assert built <= set(FAMILIES)


def test_choices_offered_go_by_the_prefix_of_their_enumeration() -> None:
    offered = source.options_offered()
    assert offered
    assert offered <= {(kind.__name__, prefix) for kind, prefix in ENUM_PREFIX.items()}


def test_no_words_stand_for_a_code_nobody_gives() -> None:
    assert set(ENTRIES["en"]) - FROM_SOURCE - FROM_FAMILIES == set()


def test_both_languages_tell_the_same_codes_in_the_same_order() -> None:
    for part in PARTS:
        zh, en = (polib.pofile(str(I18N / language / f"{part}.po")) for language in LANGUAGES)
        assert [e.msgid for e in zh] == [e.msgid for e in en]
        assert {zh.metadata["Language"], en.metadata["Language"]} == set(LANGUAGES)


@pytest.mark.parametrize("code", sorted(ENTRIES["en"]))
def test_words_are_whole_and_kind(code: str) -> None:
    zh, en = ENTRIES["zh_CN"][code], ENTRIES["en"][code]
    assert [zh.fuzzy, zh.obsolete, en.fuzzy, en.obsolete] == [0, 0, 0, 0]
    assert re.search(r"[\u4e00-\u9fff]", zh.msgstr)
    assert en.msgstr
    assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", en.msgstr)
    assert _holes(zh.msgstr) == _holes(en.msgstr)
    assert not UNKIND.search(zh.msgstr + en.msgstr)


def test_placeholders_exist_wherever_the_code_is_given() -> None:
    with_holes = 0
    for code, params in GIVEN:
        if not code.startswith("timeline."):
            holes = _holes(ENTRIES["en"][code].msgstr)
            assert holes <= params, f"{code} is somewhere given only {sorted(params)}"
            with_holes += bool(holes)
    assert with_holes >= 7


def test_codes_of_families_need_no_values() -> None:
    assert {c for c in FROM_FAMILIES if _holes(ENTRIES["en"][c].msgstr)} == set()


def test_the_timeline_reads_as_sentences(words: Words) -> None:
    standing = [Versioned(1, record) for record in TOLD]
    told = timeline_of(standing, {}, {(kind_of(TOLD[0]), TOLD[0].id)})
    assert {e.code for e in told} == {c for c in FROM_SOURCE if c.startswith("timeline.")}
    for entry in told:
        sentence = timeline_sentence(words, entry, ZONE)
        assert not BARE.search(sentence.replace(str(entry.params.get("title")), "")), sentence
        assert not any("." in mark for mark in timeline_flags(words, entry))


@pytest.mark.parametrize("record", [*TOLD, ROUTE], ids=kind_of)
def test_records_compared_show_no_bare_code(words: Words, record: Record) -> None:
    lines = record_lines(words, record, ZONE)
    assert lines
    free = {str(v) for v in _leaves(record) if isinstance(v, str) and not isinstance(v, Enum)}
    for line in lines:
        name, value = re.split(": |：", line, maxsplit=1)
        assert not BARE.search(name), line
        assert value in free or not BARE.search(value), line


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, msgspec.Struct):
        value = tuple(v for k, v in msgspec.structs.asdict(value).items() if k not in CODED_TEXT)
    if isinstance(value, dict):
        value = tuple(value)
    if isinstance(value, tuple):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]


def test_a_weak_passphrase_is_told_with_the_length_asked_for(words: Words) -> None:
    store = StoreThread()
    try:
        view = EnrolViewModel(store, lambda _form, _tell: pytest.fail("was sent"))
        told: list[Problem] = []
        view.failed.connect(told.append)
        asyncio.run(view.enrol(EnrolForm("https://bank.example", "li", "1234", "abc", "abc")))
    finally:
        store.close()
    assert [p.code for p in told] == ["enrol.weak_passphrase"]
    assert str(view.shortest) in words.code(told[0].code, **told[0].params)
