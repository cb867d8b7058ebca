"""Edges of the rules about people: who agrees, comes, is there, decides, and what is planned."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from sync.domain.situation import (
    Act,
    ActiveHold,
    Agreement,
    Complaint,
    CustomerState,
    Lifting,
    OfficerOnVisit,
    ProposedPlan,
    Recording,
    Sensitive,
    ThirdParty,
)
from sync.policy.packs.rule import Rule
from tests.unit.sync.policy.edge import DAY, HOUR, SECOND, TUESDAY, Edge, Scene

WARD = CustomerState(guardian=True)


def agreed(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    ten = scene.at()
    standing = Agreement(ten, ten + HOUR)
    for name, speaks, changes in (
        ("by the customer", False, {}),
        ("by the co-borrower", False, {"by": "co_borrower"}),
        ("by a guardian there is not", True, {"by": "guardian"}),
        ("by the guarantor", True, {"by": "guarantor"}),
        ("by the family", True, {"by": "family"}),
        ("withdrawn", True, {"withdrawn": True}),
    ):
        agreement = msgspec.structs.replace(standing, **changes)
        yield scene.edge(name, speaks, agreement=agreement)
    guardian = Agreement(ten, ten + HOUR, by="guardian")
    for ward in (WARD, CustomerState(minor=True)):
        yield scene.edge("by the guardian", False, agreement=guardian, customer=ward)
    yield scene.edge("none", True)
    if act is Act.VISIT_START:
        early = timedelta(minutes=rule.params["early_minutes"])
        yield scene.edge("as early as may be", False, ten - early, agreement=standing)
        yield scene.edge("too early", True, ten - early - SECOND, agreement=standing)
        yield scene.edge("at the end", False, ten + HOUR, agreement=standing)
        yield scene.edge("too late", True, ten + HOUR + SECOND, agreement=standing)


def workplace(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    for place in ("home", "work", "branch", "other"):
        yield scene.edge(place, place == "work", agreement=Agreement(place=place))
    yield scene.edge("nowhere", False)


def workplace_forbidden(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    work, home = Agreement(place="work"), Agreement(place="home")
    yield scene.edge("forbidden at work", True, agreement=work, workplace_forbidden=True)
    yield scene.edge("forbidden, but at home", False, agreement=home, workplace_forbidden=True)
    yield scene.edge("at work, not forbidden", False, agreement=work)


def enough_officers(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    least = rule.params["at_least"]
    yield scene.edge("one less", True, officers=(OfficerOnVisit(),) * (least - 1))
    yield scene.edge("enough", False, officers=(OfficerOnVisit(),) * least)
    yield scene.edge("nobody is named yet", act is not Act.VISIT_PLAN)


def certified(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    good, last = OfficerOnVisit(date(2027, 1, 1)), OfficerOnVisit(TUESDAY)
    night = scene.at("23:59:59")
    window = Agreement(night, night)
    yield scene.edge("on the last day", False, night, officers=(good, last), agreement=window)
    later = Agreement(night + SECOND, night + SECOND)
    ended = {"officers": (good, last), "agreement": later}
    yield scene.edge("after midnight", True, night + SECOND, **ended)
    yield scene.edge("never certified", True, officers=(good, OfficerOnVisit()))
    yield scene.edge("nobody is named", False)


def deceased(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    yield scene.edge("died", True, customer=CustomerState(deceased=True))
    yield scene.edge("lives", False)


def vulnerable(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    yield scene.edge("vulnerable", True, customer=CustomerState(vulnerable=True))
    yield scene.edge("not known to be", False)


def customer_is(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    for state in CustomerState.__struct_fields__:
        speaks = state in rule.params["states"]
        yield scene.edge(state, speaks, customer=CustomerState(**{state: True}))
    yield scene.edge("none of it", False)


def third_party(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    for who in ("co_borrower", "guarantor", "family", "neighbour", ""):
        allowed = who in rule.params["parties"]
        yield scene.edge(who or "nobody knows who", not allowed, third_party=ThirdParty(who))
    guardian = ThirdParty("guardian")
    yield scene.edge("a guardian there is not", True, third_party=guardian)
    yield scene.edge("the guardian", False, third_party=guardian, customer=WARD)
    yield scene.edge("nothing is known", True)


def third_party_terms(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    purpose, limit = rule.params["purposes"][0], rule.params["limit"]
    asked = ThirdParty("neighbour", purpose, earlier=limit - 1)
    yield scene.edge("asked for the last time", False, third_party=asked)
    for name, changes in (
        ("asked once too often", {"earlier": limit}),
        ("the debt is mentioned", {"debt_mentioned": True}),
        ("for another purpose", {"purpose": "payment"}),
    ):
        other = msgspec.structs.replace(asked, **changes)
        yield scene.edge(name, True, third_party=other)
    yield scene.edge("nothing is known", True)


def door_absent(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    for name, speaks, present in (
        ("nobody knows who is there", False, None),
        ("the customer", False, ("customer",)),
        ("the customer and a child", False, ("minor", "customer")),
        ("a child", True, ("minor",)),
        ("the family", True, ("adult_family",)),
        ("nobody", True, ()),
        ("a co-borrower who did not agree", True, ("co_borrower",)),
    ):
        yield scene.edge(name, speaks, present=present, agreement=Agreement())
    co = Agreement(by="co_borrower")
    yield scene.edge("the co-borrower who agreed", False, present=("co_borrower",), agreement=co)
    yield scene.edge("no co-borrower after all", True, present=("adult_family",), agreement=co)
    by = Agreement(by="guardian")
    there = {"present": ("guardian",), "agreement": by}
    yield scene.edge("the guardian", False, **there, customer=WARD)
    yield scene.edge("a guardian there is not", True, **there)
    yield scene.edge("nobody agreed", True, present=("co_borrower",))


def door_also(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    for who in ("adult_family", "minor", "stranger", "co_borrower", "guardian"):
        speaks = who in rule.params["who"]
        yield scene.edge(f"the customer and {who}", speaks, present=("customer", who))
        yield scene.edge(f"{who} alone", False, present=(who,))
    yield scene.edge("the customer alone", False, present=("customer",))
    yield scene.edge("nobody knows", False)


def recording(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    by_itself = act is Act.RECORDING
    yield scene.edge("told", False, recording=Recording(on=True, notice_given=True))
    yield scene.edge("the customer asked", False, recording=Recording(True, False, True))
    yield scene.edge("not told", True, recording=Recording(on=True))
    yield scene.edge("off", by_itself, recording=Recording())


def recording_refused(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    refused = Recording(on=True, notice_given=True, refused=True)
    yield scene.edge("told and refused", True, recording=refused)
    yield scene.edge("told", False, recording=Recording(on=True, notice_given=True))
    off = msgspec.structs.replace(refused, on=False)
    yield scene.edge("refused and off", act is Act.RECORDING, recording=off)


def identity_hidden(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    for shown in (None, True, False):
        yield scene.edge(f"shown: {shown}", shown is False, identity_shown=shown)


def asked_to_leave(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    yield scene.edge("asked", True, asked_to_leave=True)
    yield scene.edge("not asked", False)


def hold(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    every = "complaint dispute litigation cease_contact bereavement illness minor breathing_space"
    kinds = rule.params["kinds"]
    for kind in (*every.split(), "plan_kept"):
        speaks = kind in kinds or kinds == ["any"]
        yield scene.edge(kind, speaks, holds=(ActiveHold(kind),))
    yield scene.edge("no hold", False)


def lift_role(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    for role in ("officer", "lead", "compliance", "admin", ""):
        speaks = role not in rule.params["roles"]
        yield scene.edge(role or "nobody knows who", speaks, actor_role=role)


def lift_reason(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    yield scene.edge("a reason", False, lifting=Lifting("illness", reason="出院"))
    yield scene.edge("blanks", True, lifting=Lifting("illness", reason=" \n"))
    yield scene.edge("none", True, lifting=Lifting("illness"))
    yield scene.edge("nothing is known", True)


def lift_answered(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    since = scene.at() - DAY
    waits, answered = (Complaint(since),), (Complaint(since, since + HOUR),)
    for kind in rule.params["kinds"]:
        yield scene.edge("not answered", True, lifting=Lifting(kind), complaints=waits)
        yield scene.edge("answered", False, lifting=Lifting(kind), complaints=answered)
    yield scene.edge("another hold", False, lifting=Lifting("illness"), complaints=waits)


def lift_rest(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    (kind,) = rule.params["kinds"]
    since, last = scene.at("23:59:59"), scene.at("23:59:59", TUESDAY + 9 * DAY)
    dated = Lifting(kind, since, TUESDAY + 9 * DAY)
    yield scene.edge("on its last day", True, last, lifting=dated)
    yield scene.edge("on the day after", False, last + SECOND, lifting=dated)
    asked = msgspec.structs.replace(dated, asked_by_customer=True)
    yield scene.edge("the customer asks", False, last, lifting=asked)
    open_end = scene.at("23:59:59", TUESDAY + rule.params["days"] * DAY)
    yield scene.edge("no end: on the usual last day", True, open_end, lifting=Lifting(kind, since))
    after = open_end + SECOND
    yield scene.edge("no end: on the day after", False, after, lifting=Lifting(kind, since))
    yield scene.edge("nothing is known of it", False, lifting=Lifting(kind))
    yield scene.edge("another hold", False, lifting=Lifting("dispute", since))


def lift_asked(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    (kind,) = rule.params["kinds"]
    yield scene.edge("the customer did not ask", True, lifting=Lifting(kind))
    asked = Lifting(kind, asked_by_customer=True)
    yield scene.edge("the customer asked", False, lifting=asked)
    yield scene.edge("another hold", False, lifting=Lifting("dispute"))


def lift_while(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    (kind,), (state,) = rule.params["kinds"], rule.params["states"]
    customer = CustomerState(**{state: True})
    yield scene.edge("still so", True, lifting=Lifting(kind), customer=customer)
    yield scene.edge("no longer", False, lifting=Lifting(kind))
    yield scene.edge("another hold", False, lifting=Lifting("dispute"), customer=customer)


def plan_in_force(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    yield scene.edge("kept", True, plan_in_force=True)
    yield scene.edge("ended", False)


def plan_longest(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    product, months = rule.params["product"], rule.params["months"]
    yield scene.edge("the longest", False, plan=ProposedPlan(months, product))
    yield scene.edge("one more", True, plan=ProposedPlan(months + 1, product))
    yield scene.edge("another product", False, plan=ProposedPlan(months + 1, "mortgage"))
    yield scene.edge("no plan", False)


def plan_shortest(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    months = rule.params["months"]
    yield scene.edge("the shortest", False, plan=ProposedPlan(months, "mortgage"))
    yield scene.edge("one less", True, plan=ProposedPlan(months - 1, "mortgage"))
    yield scene.edge("less than nothing", True, plan=ProposedPlan(-1, "mortgage"))
    yield scene.edge("no plan", False)


def plan_dearest(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    most = rule.params["rate_ppm"]
    for name, speaks, rate in (
        ("the dearest", False, most),
        ("a millionth more", True, most + 1),
        ("free", False, 0),
        ("nobody knows", False, None),
    ):
        yield scene.edge(name, speaks, plan=ProposedPlan(12, "mortgage", rate_ppm=rate))


def plan_unaffordable(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    for can in (None, True, False):
        plan = ProposedPlan(12, "mortgage", affordable=can)
        yield scene.edge(f"affordable: {can}", can is False, plan=plan)


def plan_unproven(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    for written, recorded, speaks in (
        (True, False, False),
        (False, True, False),
        (False, False, True),
        (False, None, True),
        (None, False, False),
    ):
        plan = ProposedPlan(12, "mortgage", written=written, recorded=recorded)
        yield scene.edge(f"written: {written}, recorded: {recorded}", speaks, plan=plan)


def reasons_to_keep(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    since = scene.at() - DAY
    for kind in ("complaint", "dispute", "litigation", "illness"):
        speaks = kind in rule.params["reasons"]
        yield scene.edge(f"a hold for {kind}", speaks, holds=(ActiveHold(kind),))
    waits, answered = Complaint(since), Complaint(since, since)
    yield scene.edge("a complaint is open", True, complaints=(waits,))
    yield scene.edge("it is answered", False, complaints=(answered,))
    yield scene.edge("a plan is kept", True, plan_in_force=True)
    yield scene.edge("nothing stands", False)


def sensitive_unconsented(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    yield scene.edge("kept without consent", True, sensitive=Sensitive(kept=True))
    consented = Sensitive(kept=True, separate_consent=True)
    yield scene.edge("kept with consent", False, sensitive=consented)
    yield scene.edge("nothing is kept", False)


EDGES = {
    edges.__name__: edges
    for edges in (
        agreed,
        workplace,
        workplace_forbidden,
        enough_officers,
        certified,
        deceased,
        vulnerable,
        customer_is,
        third_party,
        third_party_terms,
        door_absent,
        door_also,
        recording,
        recording_refused,
        identity_hidden,
        asked_to_leave,
        hold,
        lift_role,
        lift_reason,
        lift_answered,
        lift_rest,
        lift_asked,
        lift_while,
        plan_in_force,
        plan_longest,
        plan_shortest,
        plan_dearest,
        plan_unaffordable,
        plan_unproven,
        reasons_to_keep,
        sensitive_unconsented,
    )
}
