"""Which command a role may give about whose case, and that a foreign case answers like none.

Facts are kept from everybody, marked when they come from outside: an officer whose case was given
away may still be standing at that door. All else about a foreign case is gone, as if it were not.
"""

from datetime import timedelta
from itertools import count
from typing import Any

import msgspec
import pytest

from sync.domain.commands import COMMANDS, FACTS
from sync.domain.ids import RecordId
from sync.domain.records import Appointment
from sync.domain.vocabulary import AppointmentState, FactFlag, Place
from sync.protocol.messages import Result, Status
from tests.server.house import House
from tests.server.laptop import PRIVATE_WORDS, Bare, fresh, now, sha256

ROLES = {"officer": "li", "lead": "chen", "compliance": "he", "admin": "gao"}
WHOSE = ("own", "team", "other", "reassigned", "absent")
# A applied · F a fact applied, marked as from outside · R refused · X conflict
# C the case is gone · S the case is there, but not the appointment, hold, plan … that is named
FACT = {"officer": "AFFFC", "lead": "AAFAC", "compliance": "AAAAC", "admin": "FFFFC"}
OWN = {"officer": "SCCCC", "lead": "SSCSC", "compliance": "CCCCC", "admin": "CCCCC"}
OVERSEEN = {"officer": "CCCCC", "lead": "SSCSC", "compliance": "SSSSC", "admin": "CCCCC"}
EITHER = {"officer": "SCCCC", "lead": "SSCSC", "compliance": "SSSSC", "admin": "CCCCC"}
TABLE: dict[str, dict[str, str]] = {
    "record_contact": FACT,
    "record_visit": FACT,
    "record_hardship": FACT,
    "record_feedback": FACT,
    "record_budget": FACT,
    "record_wish": FACT,
    "record_note": FACT,
    "record_attachment": FACT,
    "reveal_field": FACT,
    "place_hold": {"officer": "ACCCC", "lead": "AACAC", "compliance": "AAAAC", "admin": "CCCCC"},
    "refer_customer": {
        "officer": "ACCCC",
        "lead": "AACAC",
        "compliance": "AAAAC",
        "admin": "CCCCC",
    },
    "close_referral": EITHER,
    "end_plan": EITHER,
    "lift_hold": OVERSEEN,
    "answer_complaint": OVERSEEN,
    "close_complaint": OVERSEEN,
    "escalate_complaint": OVERSEEN,
    "propose_appointment": OWN,
    "confirm_appointment": OWN,
    "close_appointment": OWN,
    "agree_plan": OWN,
    # A proposal that no money stands behind: the rights are asked before it is read.
    "propose_plan": {"officer": "XCCCC", "lead": "XXCXC", "compliance": "CCCCC", "admin": "CCCCC"},
    # Leads only, whatever it is about: nobody else learns from it what there is.
    "decide_plan": {"officer": "RRRRR", "lead": "SSCSC", "compliance": "RRRRR", "admin": "RRRRR"},
    "assign_case": {"officer": "RRRRR", "lead": "XXCXC", "compliance": "RRRRR", "admin": "RRRRR"},
    "correct_pin": {"officer": "XCCCC", "lead": "XXCXC", "compliance": "CCCCC", "admin": "CCCCC"},
    "publish_routes": {
        "officer": "RRRRR",
        "lead": "AASAS",
        "compliance": "RRRRR",
        "admin": "RRRRR",
    },
    # Only for oneself, whoever one is: it happened.
    "take_out": {"officer": "ASSSS", "lead": "SSSSS", "compliance": "SSSSS", "admin": "SSSSS"},
    # Only for oneself; what nobody teaches is refused after that is asked.
    "take_quiz": {"officer": "RSSSS", "lead": "SSSSS", "compliance": "SSSSS", "admin": "SSSSS"},
}
DAYS = count(1)
WHEN = now() - timedelta(minutes=10)
REFUSALS = {
    "take_quiz": "training.unknown_module",
    "decide_plan": "repayment.leads_only",
    "assign_case": "assignment.leads_only",
    "publish_routes": "route.leads_only",
}


def body(name: str, case_id: str, laptop: Bare, officer_id: str) -> bytes:
    """Return a command about a case; what it names besides the case is not there."""
    window = {"start": WHEN + timedelta(days=9), "end": WHEN + timedelta(days=9, hours=1)}
    subject = {"case_id": case_id, "base_rev": 1, "at": WHEN}
    fact = {"id": fresh(), "case_id": case_id, "at": WHEN, "by": laptop.me}
    told = fact | {"visit_id": None}
    offer = {"appointment_id": fresh(), "place": "home", "officers": (laptop.me,), **window}
    yes = {"agreed_at": WHEN, "by": "customer", "channel": "phone"}
    visit = {"appointment_id": None, "officers": (laptop.me,), "arrived_at": WHEN, "left_at": WHEN}
    door = {"present": (), "identity_shown": True, "recording_on": True, "recording_notice": True}
    owed = {"principal_fen": 100, "interest_fen": 0, "fees_fen": 0, "months": 1, "rate_ppm": 0}
    days = {"start": WHEN.date(), "first_due": WHEN.date()}
    complaint = subject | {"complaint_id": fresh()}
    plan = subject | {"plan_id": fresh()}
    counted: dict[str, Any] = {"adults": 1, "children": 0, "income": {}, "costs": {}}
    said: dict[str, Any] = {
        "record_contact": {"contact": fact | {"channel": "phone", "result": "no_answer"}},
        "record_visit": {
            "visit": fact | visit | door | {"outcome": "not_home"},
            "hold_id": fresh(),
        },
        "record_hardship": {"hardship": told | {"causes": ("job_loss",)}},
        "record_feedback": {
            "feedback": told | {"feedback": "praise", "topic": "manner"},
            "hold_id": fresh(),
            "complaint_id": fresh(),
        },
        "record_budget": {"budget": told | counted | {"consent": True}},
        "record_wish": {"wish": fact | {"wishes": {}, "words": PRIVATE_WORDS}},
        "record_note": {
            "note": fact | {"act": "record_visit", "refused_id": fresh(), "note": PRIVATE_WORDS}
        },
        "record_attachment": {
            "attachment": fact
            | {"title": "照片", "media_type": "image/png", "size": 1, "sha256": sha256(b"x")}
        },
        "reveal_field": {"reveal": fact | {"field": "phone"}},
        "place_hold": subject | {"hold_id": fresh(), "hold": "illness", "reason": PRIVATE_WORDS},
        "refer_customer": {"referral": fact | {"organisation": "法律援助中心", "topic": "debt"}},
        "close_referral": subject | {"referral_id": fresh(), "outcome": "helped", "words": ""},
        "lift_hold": subject | {"hold_id": fresh(), "reason": "好了"},
        "answer_complaint": complaint | {"answer": "已处理"},
        "close_complaint": complaint | {"content": True, "words": "谢谢"},
        "escalate_complaint": complaint | {"reason": "不满意"},
        "propose_appointment": subject | offer,
        "confirm_appointment": subject | offer | {"agreement": yes},
        "close_appointment": subject
        | {"appointment_id": fresh(), "state": "withdrawn", "words": ""},
        "propose_plan": plan | {"terms": owed | days, "budget_id": fresh(), "words": ""},
        "decide_plan": plan | {"approve": True, "reason": ""},
        "agree_plan": plan | {"agreement": {"agreed_at": WHEN, "written": True, "recorded": True}},
        "end_plan": plan | {"state": "broken", "reason": "失业"},
        "assign_case": subject | {"base_rev": 999, "officer_id": None, "second_id": None},
        "correct_pin": subject
        | {"base_rev": 999, "lat_e7": 350500000, "lon_e7": 1183500000, "datum": "wgs84"}
        | {"before_lat_e7": None, "before_lon_e7": None, "reason": PRIVATE_WORDS},
        "publish_routes": {
            "day": WHEN.date() + timedelta(days=next(DAYS)),  # one route a day and officer
            "routes": ({"officer_id": officer_id, "base_rev": 0, "stops": ()},),
            "travel_source": "table",
        },
        "take_out": {
            "export_id": fresh(),
            "officer_id": officer_id,
            "file": "day_sheet",
            "reason": "other",
            "words": PRIVATE_WORDS,
            "cases": 3,
            "locked": True,
            "at": WHEN,
        },
        "take_quiz": {
            "training_id": fresh(),
            "officer_id": officer_id,
            "module": "none",
            "version": "1",
            "answers": (),
            "at": WHEN,
        },
    }[name]
    return msgspec.json.encode({"do": name, **said})


def letter(result: Result) -> str:
    """Return what became of a command, as the table writes it."""
    if result.status is Status.APPLIED:
        return "F" if FactFlag.OUT_OF_SCOPE in result.flags else "A"
    if result.status is Status.GONE:
        return "C" if result.kind == "case" else "S"
    return {Status.REFUSED: "R", Status.CONFLICT: "X"}.get(result.status, str(result))


def given(house: House, role: str, name: str) -> list[Result]:
    """Let a role give a command about each of the five cases."""
    laptop = house.crew[ROLES[role]]
    officers = {"own": "li", "team": "wang", "other": "zhao", "reassigned": "wang"}
    people = {whose: house.crew[login].me for whose, login in officers.items()}
    cases = {whose: house.cases.get(whose) or fresh() for whose in WHOSE}
    bodies = [body(name, cases[w], laptop, people.get(w) or fresh()) for w in WHOSE]
    return laptop.push(*bodies)


def test_every_command_is_in_the_table() -> None:
    assert {str(c.__struct_config__.tag) for c in COMMANDS} == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", TABLE)
def test_command(house: House, name: str, role: str) -> None:
    results = given(house, role, name)
    assert "".join(letter(r) for r in results) == TABLE[name][role]
    for result in results:
        if result.status is Status.REFUSED:
            assert [r.code for r in result.reasons] == [REFUSALS[name]]


@pytest.mark.parametrize("name", [n for n in TABLE if TABLE[n] is not FACT])
def test_a_foreign_case_answers_like_an_absent_one(house: House, name: str) -> None:
    """Compare whole answers but for the ids that were asked about."""
    for role in ROLES:
        results = dict(zip(WHOSE, given(house, role, name), strict=True))
        plain = {w: _without_ids(r) for w, r in results.items()}
        foreign = [w for w in WHOSE if letter(results[w]) == letter(results["absent"])]
        assert all(plain[w] == plain["absent"] for w in foreign)


def _without_ids(result: Result) -> Result:
    return msgspec.structs.replace(result, mid="", seq=0, record_id="")


def test_only_facts_are_kept_from_outside() -> None:
    facts = {str(c.__struct_config__.tag) for c in FACTS}
    assert {name for name, roles in TABLE.items() if "F" in "".join(roles.values())} == facts


def test_nobody_writes_in_another_name(house: House) -> None:
    """Record a call as if a colleague had made it: the envelope's own person is the author."""
    li, wang = house.crew["li"], house.crew["wang"]
    [result] = li.push(body("record_contact", house.cases["own"], wang, wang.me))
    assert result.status is Status.INVALID
    assert [r.code for r in result.reasons] == ["mutation.malformed"]


def test_a_route_past_a_foreign_case_tells_nothing_of_it(house: House) -> None:
    """Let a lead name another team's agreed visit as a stop: it answers like a visit of nobody."""
    chen, li = house.crew["chen"], house.crew["li"]
    other = house.cases["other"]
    place = (AppointmentState.PROPOSED, WHEN, WHEN + timedelta(hours=1), Place.HOME)
    proposed = Appointment(RecordId(fresh()), other, *place, (li.me,))
    house.keep(proposed)
    plan = msgspec.json.decode(body("publish_routes", "", chen, li.me))
    stop = {"case_id": other, "arrive": WHEN, "leave": WHEN, "travel_s": 0}
    stops = [stop | {"appointment_id": named} for named in (proposed.id, fresh())]
    past = [
        msgspec.json.encode(plan | {"routes": [plan["routes"][0] | {"stops": [s]}]}) for s in stops
    ]
    foreign, absent = chen.push(*past)
    assert [r.code for r in foreign.reasons] == ["route.unknown_stop"]
    assert _without_ids(foreign) == _without_ids(absent)
