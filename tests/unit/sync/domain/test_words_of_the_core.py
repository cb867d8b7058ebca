"""Ids, time, encoding, scopes and needs."""

from datetime import UTC, date, datetime, time
from uuid import UUID

import msgspec
import pytest

from sync.domain import commands
from sync.domain.commands import (
    AssignCase,
    PublishRoutes,
    decode_command,
    encode_command,
    name_of,
    subject_of,
)
from sync.domain.day_routes import DayRoute, route_id_of
from sync.domain.ids import uuid7
from sync.domain.outcome import Actor
from sync.domain.records import (
    KINDS,
    Address,
    Attachment,
    Case,
    Customer,
    Feedback,
    PlanAgreement,
    Reveal,
    Route,
    Stop,
    case_of,
    decode_record,
    encode_record,
    kind_of,
)
from sync.domain.redaction import seen_in
from sync.domain.scopes import granted_scopes, scopes_of
from sync.domain.snapshot import Needs, Snapshot, needs
from sync.domain.time import at_local, days_between, local_date
from sync.domain.vocabulary import (
    ExportFile,
    ExportReason,
    FeedbackKind,
    HoldKind,
    PlanState,
    ReferralOutcome,
    Revealable,
    Role,
)
from tests.unit.sync.domain.test_appointing import close, confirm, propose
from tests.unit.sync.domain.test_leading import PLACE, assign, lift, publish, stop
from tests.unit.sync.domain.test_listening import referral, wish
from tests.unit.sync.domain.test_recording import hardship, record
from tests.unit.sync.domain.test_relief import budget, propose_plan
from tests.unit.sync.domain.town import (
    COMPLIANCE,
    LEAD,
    LI,
    NOW,
    TEN,
    WANG,
    appointment,
    case,
    contact,
    ident,
    person,
    snapshot,
)


def test_uuid7_carries_time_version_and_variant() -> None:
    made = UUID(uuid7(1_790_000_000_123, bytes(range(10))))
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == 1_790_000_000_123
    assert ident(1) < ident(2)


@pytest.mark.parametrize(("ms", "noise"), [(-1, bytes(10)), (1 << 48, bytes(10)), (1, bytes(9))])
def test_uuid7_refuses_what_does_not_fit(ms: int, noise: bytes) -> None:
    with pytest.raises(ValueError, match="uuid7"):
        uuid7(ms, noise)


def test_local_time_is_the_customers() -> None:
    late = datetime(2026, 9, 15, 17, 0, tzinfo=UTC)
    assert local_date(late, "Asia/Shanghai") == date(2026, 9, 16)
    assert local_date(late, "Europe/London") == date(2026, 9, 15)
    assert at_local(date(2026, 9, 15), time(10), "Asia/Shanghai") == TEN
    assert days_between(date(2026, 9, 1), date(2026, 9, 15)) == 14
    assert days_between(date(2026, 9, 15), date(2026, 9, 1)) == 0


def test_addresses_without_a_pin_have_no_point() -> None:
    assert Address("城北").point is None
    assert Address("城北", lat_e7=350000000, lon_e7=1183000000).point == (35.0, 118.3)
    assert case().loan.total_fen == 1_020_500


PRAISE = Feedback("b", "c1", None, NOW, "li", FeedbackKind.PRAISE, "clear")
EVERY_COMMAND = [
    commands.RecordAttachment(Attachment("f", "c1", NOW, "li", "照片", "image/png", 9, "0")),
    propose(),
    confirm(),
    close(),
    record(),
    commands.RecordHardship(hardship()),
    commands.RecordContact(contact("sms", "delivered")),
    commands.RecordFeedback(PRAISE, "h", "k"),
    commands.RevealField(Reveal("r", "c1", NOW, "li", Revealable.NAME)),
    PLACE,
    lift(),
    assign(),
    publish(stop()),
    commands.RecordBudget(budget()),
    commands.RecordWish(wish()),
    propose_plan(),
    commands.DecidePlan("p1", "c1", 1, True, "", NOW),
    commands.AgreePlan("p1", "c1", 2, PlanAgreement(NOW, written=True, recorded=False)),
    commands.EndPlan("p1", "c1", 3, PlanState.KEPT, "付清", NOW),
    commands.AnswerComplaint("k1", "c1", 1, "已改正", NOW),
    commands.CloseComplaint("k1", "c1", 2, True, "满意", NOW),
    commands.EscalateComplaint("k1", "c1", 1, "请合规处理", NOW),
    commands.ReferCustomer(referral()),
    commands.TakeOut("x1", "li", ExportFile.DAY_SHEET, ExportReason.VISIT, "", 3, True, NOW),
    commands.TakeQuiz("t1", "li", "conduct", "1", (0, 2), NOW),
    commands.CloseReferral("f1", "c1", 1, ReferralOutcome.HELPED, "已得到帮助", NOW),
]


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=name_of)
def test_commands_survive_the_wire(command: commands.Command) -> None:
    assert decode_command(encode_command(command)) == command
    wanted = needs(command)
    assert (wanted.cases or wanted.officers)[0] in ("c1", "li")


def test_commands_of_the_wrong_shape_are_malformed() -> None:
    for body in (b"", b"{}", b'{"do":"burn"}', b'{"do":"assign_case","case_id":7}'):
        with pytest.raises(msgspec.DecodeError):
            decode_command(body)


def test_needs_name_everything_a_decision_looks_at() -> None:
    assert needs(confirm()).officers == ("li", "wang")
    assert needs(AssignCase("c1", 1, "li", None)) == Needs(("c1",), ("li",))
    day = TEN.date()
    both = tuple(DayRoute(o, 0, (stop(),), starts_with_id="chen") for o in ("li", "wang"))
    ids = (route_id_of("li", day), route_id_of("wang", day))
    wanted = Needs(("c1",), ("li", "chen", "wang"), ids)
    assert needs(PublishRoutes(day, both, "stored")) == wanted


@pytest.mark.parametrize("one", [case(), appointment(), person(LI), record().visit, hardship()])
def test_records_have_one_form(one: object) -> None:
    body = encode_record(one)
    assert decode_record(kind_of(one), body) == one
    assert encode_record(decode_record(kind_of(one), body)) == body
    assert KINDS[kind_of(one)] is type(one)


def test_records_know_their_case() -> None:
    assert case_of(case()) == "c1"
    assert case_of(appointment()) == "c1"
    assert case_of(person(LI)) is None


def test_scopes_tell_only_who_must_know() -> None:
    own = case()
    assert scopes_of(own, own) == {
        "team:north",
        "review:north",
        "officer:li",
        "officer:wang",
    }
    assert scopes_of(
        case(officer_id=None, second_id=None), case(officer_id=None, second_id=None)
    ) == {"team:north", "review:north"}
    assert scopes_of(appointment(), None) == frozenset()
    assert scopes_of(Reveal("r", "c1", NOW, "li", Revealable.NAME), own) == {
        "team:north",
        "review:north",
    }
    assert scopes_of(person(LI), None) == {"roster:north"}
    route = Route("r", "li", "north", TEN.date(), (), "stored", "chen", NOW)
    assert scopes_of(route, None) == {"team:north", "review:north", "officer:li"}


def test_grants_follow_the_role() -> None:
    assert granted_scopes(LI, ["north"]) == ("officer:li", "roster:north")
    assert granted_scopes(LEAD, ["north"]) == ("team:north", "roster:north")
    every = granted_scopes(COMPLIANCE, ["south", "north"])
    assert every == ("review:north", "review:south", "roster:north", "roster:south")
    assert granted_scopes(Actor("adm", Role.ADMIN, "north"), ["north"]) == ()


def test_a_snapshot_holds_what_it_was_given() -> None:
    empty = Snapshot()
    assert empty.case("c1") is None
    assert empty.officer("li") is None
    assert snapshot().officer("wang") == person(WANG)
    assert isinstance(Stop("a", "c", NOW, NOW, 1), Stop)
    assert HoldKind.COMPLAINT.value == "complaint"


def test_commands_upon_a_revision_name_their_subject() -> None:
    for command in EVERY_COMMAND:
        named = subject_of(command)
        assert (named is not None) == hasattr(command, "base_rev"), name_of(command)
    assert subject_of(assign()) == ("case", "c1")
    assert subject_of(PLACE) is None


def test_compliance_sees_conduct_and_not_how_to_reach_the_customer() -> None:
    own = case(customer=Customer("单小明", ("19900001234",), "1234"))
    seen = seen_in("review:north", own)
    assert isinstance(seen, Case)
    assert (seen.customer.phones, seen.customer.id_tail, seen.customer.name) == ((), "", "单小明")
    assert (seen.address.text, seen.address.point, seen.address.area) == ("", None, "城北")
    assert seen.loan.account_no == "6222"
    assert seen.loan.total_fen == own.loan.total_fen
    assert seen_in("team:north", own) is own
    assert seen_in("officer:li", own) is own
    agreed = appointment()
    assert seen_in("review:north", agreed) is agreed
