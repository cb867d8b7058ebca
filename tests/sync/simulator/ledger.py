"""A plain model of what must have happened: the accepted commands played once more, in order.

It shares nothing with the product: envelopes are read as JSON, the rules of revision and effect
are written here again. A command that was accepted upon a revision that no longer stood is a lost
update, and is found here even when every copy of the record agrees.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from tests.sync.simulator.central import Central, lessons
from tests.sync.simulator.chance import Broken

type Key = tuple[str, str]
type Body = dict[str, Any]

IGNORED = frozenset({"flags", "decision", "kind", "between"})  # what the server adds to a fact
FACTS = {
    "record_contact": "contact",
    "record_visit": "visit",
    "record_hardship": "hardship",
    "record_feedback": "feedback",
    "record_budget": "budget",
    "record_wish": "wish",
    "record_note": "note",
    "record_attachment": "attachment",
    "reveal_field": "reveal",
}
SUBJECTS = {
    "lift_hold": ("hold", "hold_id"),
    "propose_appointment": ("appointment", "appointment_id"),
    "confirm_appointment": ("appointment", "appointment_id"),
    "close_appointment": ("appointment", "appointment_id"),
    "assign_case": ("case", "case_id"),
    "correct_pin": ("case", "case_id"),
    "propose_plan": ("plan", "plan_id"),
    "decide_plan": ("plan", "plan_id"),
    "agree_plan": ("plan", "plan_id"),
    "end_plan": ("plan", "plan_id"),
    "answer_complaint": ("complaint", "complaint_id"),
    "close_complaint": ("complaint", "complaint_id"),
    "escalate_complaint": ("complaint", "complaint_id"),
    "close_referral": ("referral", "referral_id"),
}
BEGINS = ("propose_appointment", "confirm_appointment", "propose_plan")
OPEN = ("proposed", "agreed")

ROUTES = UUID("b6d0b3a4-6f0e-5a38-9a0c-5d5f3d1e8c21")

type Upon = int | list[int] | None


@dataclass
class Stands:
    """A record as it must stand: its revision, and the fields that are known."""

    rev: int
    body: Body


@dataclass(frozen=True)
class Answered:
    """An answered envelope as the server keeps it."""

    mid: str
    device: str
    seq: int
    author: str
    command: Body
    result: Body

    @property
    def status(self) -> str:
        return str(self.result["status"])

    @property
    def is_open(self) -> bool:
        """Say whether the server stumbled over it and has not decided it yet."""
        return any(r["code"] == "mutation.stumbled" for r in self.result["reasons"])

    @property
    def name(self) -> str:
        return f"{self.command['do']} {self.device}/{self.seq}"


def answered(central: Central) -> list[Answered]:
    """Return what the server has answered, in the order in which it took effect.

    That is of the entries in its log; the last one tells of what it had stumbled over before.
    """
    told = [json.loads(e) for (e,) in central.database.ask("SELECT entry FROM audit_leaf")]
    place = {e.get("mid", e.get("again")): e["n"] for e in told if "mid" in e or "again" in e}
    rows = central.database.ask(
        "SELECT mid, device_id, seq, envelope, result, commit_no FROM mutation ORDER BY seq"
    )
    found = []
    for mid, device, seq, envelope, result, _ in sorted(
        rows, key=lambda row: (row[-1], place.get(row[0], 0))
    ):
        made = json.loads(envelope)
        found.append(
            Answered(mid, device, seq, made["officer_id"], made["body"], json.loads(result))
        )
    return found


def records(central: Central) -> dict[Key, Stands]:
    """Return every record of the server."""
    rows = central.database.ask("SELECT kind, id, rev, body FROM record")
    return {(kind, one): Stands(rev, json.loads(body)) for kind, one, rev, body in rows}


@dataclass
class Ledger:
    """The model; begun with the records the run began with."""

    stands: dict[Key, Stands]
    roles: dict[str, str]
    changed: set[Key] = field(default_factory=set)

    def play(self, one: Answered) -> None:
        """Play one answered command; raises Broken when its answer cannot be right."""
        known = self._known(one)
        match one.status:
            case "applied":
                self._check_applied(one, known)
                self._apply(one)
            case "conflict" if known == _upon(one.command):
                raise Broken(f"{one.name} met no other change and was answered conflict")
            case "gone" if self._may(one) and known is not None:
                raise Broken(f"{one.name} was the author's to do and was answered gone")
            case "invalid" if not one.is_open:
                raise Broken(f"{one.name} was answered invalid: {one.result['reasons']}")

    def _known(self, one: Answered) -> Upon:
        """Return the revision at which the command's record stands; 0 = new, None = no record."""
        if one.command["do"] == "publish_routes":
            found = (self.stands.get(("route", _route_id(one.command, r)))
                     for r in one.command["routes"])  # fmt: skip
            return [stands.rev if stands else 0 for stands in found]
        named = SUBJECTS.get(one.command["do"])
        if named is None:
            return 0
        found = self.stands.get((named[0], one.command[named[1]]))
        if found is None:
            # Others may name revision 0 too: of what is read anew of a server that was put back.
            is_new = one.command["base_rev"] == 0 and one.command["do"] in BEGINS
            return 0 if is_new else None
        return found.rev

    def _check_applied(self, one: Answered, known: Upon) -> None:
        upon = _upon(one.command)
        if known != upon:
            raise Broken(f"lost update: {one.name} was accepted upon {upon}, {known} stood")
        if one.command["do"] not in FACTS and not self._may(one):
            raise Broken(f"{one.name} was accepted and is not {one.author}'s to do")

    def _may(self, one: Answered) -> bool:
        """Say whether the author works on the case or oversees it."""
        case_id = _case_of(one.command)
        if case_id is None or self.roles[one.author] != "officer":
            return True
        case = self.stands[("case", case_id)].body
        return one.author in (case["officer_id"], case["second_id"])

    def _apply(self, one: Answered) -> None:
        do, command = one.command["do"], one.command
        if do in FACTS:
            self._fact(one, FACTS[do])
        else:
            getattr(self, f"_{do}")(one, command)

    def _new(self, kind: str, body: Body) -> None:
        key = (kind, body["id"])
        if key in self.stands:
            raise Broken(f"{key} took effect twice")
        self.stands[key] = Stands(1, {k: v for k, v in body.items() if k not in IGNORED})
        self.changed.add(key)

    def _change(self, kind: str, record_id: str, **values: Any) -> None:
        found = self.stands[(kind, record_id)]
        found.rev += 1
        found.body.update(values)
        self.changed.add((kind, record_id))

    def _fact(self, one: Answered, kind: str) -> None:
        fact = next(v for v in one.command.values() if isinstance(v, dict))
        self._new(kind, fact)
        effect = getattr(self, f"_after_{kind}", None)
        if effect is not None:
            effect(one, fact)

    def _after_visit(self, one: Answered, visit: Body) -> None:
        window = self.stands.get(("appointment", visit["appointment_id"] or ""))
        if window is not None and window.body["state"] in OPEN:
            self._change("appointment", visit["appointment_id"], state="kept")
        if visit["outcome"] == "dispute_raised":
            self._rest(one.command["hold_id"], visit["case_id"], "dispute")

    def _after_hardship(self, one: Answered, note: Body) -> None:
        customer = self.stands[("case", note["case_id"])].body["customer"]
        before = customer["vulnerabilities"]
        merged = list(dict.fromkeys([*before, *note["vulnerabilities"]]))
        works = self.roles[one.author] != "compliance" and self._may(one)
        if works and merged != before:
            marked = customer | {"vulnerabilities": merged}
            self._change("case", note["case_id"], customer=marked)

    def _after_feedback(self, one: Answered, said: Body) -> None:
        if said["feedback"] == "complaint":
            command = one.command
            self._rest(command["hold_id"], said["case_id"], "complaint")
            told = {"case_id": said["case_id"], "state": "open", "hold_id": command["hold_id"]}
            self._new("complaint", {"id": command["complaint_id"], **told})

    def _after_wish(self, one: Answered, wish: Body) -> None:
        if self._may(one):
            self._change("case", wish["case_id"], wishes=wish["wishes"])

    def _rest(self, hold_id: str, case_id: str, kind: str) -> None:
        self._new("hold", {"id": hold_id, "case_id": case_id, "hold": kind, "lifted_by": None})

    def _place_hold(self, _one: Answered, command: Body) -> None:
        self._rest(command["hold_id"], command["case_id"], command["hold"])

    def _lift_hold(self, one: Answered, command: Body) -> None:
        self._change("hold", command["hold_id"], lifted_by=one.author, lifted_at=command["at"])

    def _window(self, command: Body, state: str) -> None:
        names = ("case_id", "start", "end", "place", "officers")
        told = {n: command[n] for n in names} | {
            "state": state,
            "agreement": command.get("agreement"),
        }
        if ("appointment", command["appointment_id"]) in self.stands:
            self._change("appointment", command["appointment_id"], **told)
        else:
            self._new("appointment", {"id": command["appointment_id"], **told})

    def _propose_appointment(self, _one: Answered, command: Body) -> None:
        self._window(command, "proposed")

    def _confirm_appointment(self, _one: Answered, command: Body) -> None:
        self._window(command, "agreed")

    def _close_appointment(self, _one: Answered, command: Body) -> None:
        told = {"state": command["state"], "closing_words": command["words"]}
        self._change("appointment", command["appointment_id"], **told)

    def _assign_case(self, _one: Answered, command: Body) -> None:
        pair = {name: command[name] for name in ("officer_id", "second_id")}
        self._change("case", command["case_id"], **pair)

    def _correct_pin(self, one: Answered, command: Body) -> None:
        address = self.stands[("case", command["case_id"])].body["address"]
        place = {name: command[name] for name in ("lat_e7", "lon_e7", "datum")}
        was = {f"before_{n}": address.get(n) for n in place} if address.get("lat_e7") else {}
        move = place | was | {"at": command["at"], "by": one.author, "reason": command["reason"]}
        moved = address | place | {"moves": [*address.get("moves", []), move]}
        self._change("case", command["case_id"], address=moved)

    def _publish_routes(self, _one: Answered, command: Body) -> None:
        for route in command["routes"]:
            key = _route_id(command, route)
            told = {"officer_id": route["officer_id"], "stops": route["stops"]}
            if ("route", key) in self.stands:
                self._change("route", key, **told)
            else:
                self._new("route", {"id": key, "day": command["day"], **told})

    def _propose_plan(self, one: Answered, command: Body) -> None:
        told = {"case_id": command["case_id"], "proposed_by": one.author, "terms": command["terms"]}
        self._new("plan", {"id": command["plan_id"], "state": "awaiting_approval", **told})

    def _decide_plan(self, one: Answered, command: Body) -> None:
        state = "approved" if command["approve"] else "declined"
        self._change("plan", command["plan_id"], state=state, decided_by=one.author)

    def _agree_plan(self, _one: Answered, command: Body) -> None:
        self._change("plan", command["plan_id"], state="agreed", agreement=command["agreement"])
        self._plan_in_force(command["case_id"], in_force=True)

    def _end_plan(self, _one: Answered, command: Body) -> None:
        self._change("plan", command["plan_id"], state=command["state"], ended_at=command["at"])
        self._plan_in_force(command["case_id"], in_force=False)

    def _plan_in_force(self, case_id: str, *, in_force: bool) -> None:
        if self.stands[("case", case_id)].body["plan_in_force"] != in_force:
            self._change("case", case_id, plan_in_force=in_force)

    def _answer_complaint(self, one: Answered, command: Body) -> None:
        told = {"state": "answered", "answer": command["answer"], "answered_by": one.author}
        self._change("complaint", command["complaint_id"], **told)

    def _close_complaint(self, one: Answered, command: Body) -> None:
        state = "closed" if command["content"] else "open"
        told = {"state": state, "customer_words": command["words"], "content": command["content"]}
        if not command["content"]:
            told |= {"escalated_at": command["at"], "escalation_reason": command["words"]}
        self._change("complaint", command["complaint_id"], **told)
        hold_id = self.stands[("complaint", command["complaint_id"])].body["hold_id"]
        if command["content"] and self.stands[("hold", hold_id)].body["lifted_by"] is None:
            self._change("hold", hold_id, lifted_by=one.author, lifted_at=command["at"])

    def _escalate_complaint(self, _one: Answered, command: Body) -> None:
        told = {"escalated_at": command["at"], "escalation_reason": command["reason"]}
        self._change("complaint", command["complaint_id"], **told)

    def _refer_customer(self, one: Answered, command: Body) -> None:
        self._new("referral", command["referral"] | {"by": one.author})

    def _close_referral(self, _one: Answered, command: Body) -> None:
        told = {
            "outcome": command["outcome"],
            "words": command["words"],
            "outcome_at": command["at"],
        }
        self._change("referral", command["referral_id"], **told)

    def _take_quiz(self, _one: Answered, command: Body) -> None:
        [module] = [m for m in lessons().modules if m.id == command["module"]]
        right = sum(a == r for a, r in zip(command["answers"], module.right, strict=True))
        told = {
            "officer_id": command["officer_id"],
            "right": right,
            "passed": right >= module.needed,
        }
        self._new("training", {"id": command["training_id"], **told})
        if right >= module.needed:
            self._change("officer", command["officer_id"])
            self.stands[("officer", command["officer_id"])].body.pop("passed", None)

    def compare(self, real: dict[Key, Stands]) -> None:
        """Raise Broken when the server's records are not those that must stand."""
        for key in sorted(set(self.stands) ^ set(real)):
            raise Broken(
                f"{key} is {'missing' if key in self.stands else 'invented'} at the server"
            )
        for key, must in self.stands.items():
            stands = real[key]
            if stands.rev != must.rev:
                raise Broken(f"{key} stands at {stands.rev} and must at {must.rev}")
            for name, value in must.body.items():
                if stands.body[name] != value:
                    raise Broken(f"{key}.{name} is {stands.body[name]} and must be {value}")


def _upon(command: Body) -> Upon:
    """Return the revision, or for a day's routes the revisions, a command was decided upon."""
    if command["do"] == "publish_routes":
        return [route["base_rev"] for route in command["routes"]]
    return command.get("base_rev", 0)  # type: ignore[no-any-return]


def _route_id(command: Body, route: Body) -> str:
    return str(uuid5(ROUTES, f"{route['officer_id']} {command['day']}"))


def _case_of(command: Body) -> str | None:
    if "case_id" in command:
        return str(command["case_id"])
    nested = [v["case_id"] for v in command.values() if isinstance(v, dict) and "case_id" in v]
    return str(nested[0]) if nested else None
