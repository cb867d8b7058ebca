"""What happens to a laptop's keys from its first lease to its end, with a real server and its line.

The laptop's clock is moved; the server's is the machine's.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.bootstrap.desk_setup import unlock
from field_app.bootstrap.enrolling_anew import _profile, enrol_here
from field_app.bootstrap.key_round import KeyRound
from field_app.bootstrap.laptop import Laptop
from field_app.bootstrap.resetting import KeyReset
from field_app.bootstrap.way_in import shut_lease
from field_app.operations import contacts, outbox
from field_app.storage.held_key import REKEY_WANTED, lease_name, read_lease
from field_app.storage.slot_file import read_slot, write_slot
from field_app.storage.trouble import (
    KeyringLost,
    LeaseOver,
    NoEscrow,
    PassphraseOfTheOther,
    WrongPassphrase,
)
from field_app.viewmodels.enrol import EnrolForm
from sync.domain.ids import DeviceId
from sync.domain.outcome import Refused
from sync.domain.records import Contact
from sync.domain.vocabulary import Channel, ContactResult
from sync.engine.http_transport import HttpTransport
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes, Enrolled, Push, Pushed
from tests.sync.acts import agree, call, notes, unanswered, visitable
from tests.sync.office import LEAD, PASSPHRASE, Office, Seat, administer, furnish, seated, sit_down
from tools.sample.keyrings import Secrets
from tools.sample.shifted_server import ShiftedClock

OTHER = "five grey herons fish here"


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Furnish a server on SQLite alone; both databases are asked in tests/server/test_keys.py."""
    data = tmp_path_factory.mktemp("keys") / "srv"
    data.mkdir()
    furnish(data, datetime.now(UTC))
    return data


class Here:
    def hop[T](self, act: Callable[[], T]) -> T:
        return act()


def hour(hours: float) -> timedelta:
    return timedelta(hours=hours)


@pytest.fixture
def clock(office: Office) -> ShiftedClock:
    """Give laptops a clock that can be set; it starts at the machine's time."""
    clock = ShiftedClock()
    office.clock = clock
    return clock


def pass_time(clock: ShiftedClock, hours: float) -> None:
    clock.jump_to(clock.now() + hour(hours))


def with_cases(office: Office, login: str = "li") -> Seat:
    """Enrol a lead who gives cases, and an officer who has them."""
    office.give(office.seat(LEAD), 8)
    seat = office.seat(login)
    seat.sync()
    return seat


def stand_up(office: Office, seat: Seat) -> Laptop:
    """Close a person's program; return the laptop."""
    office.seats.remove(seat)
    seat.close()
    return seat.laptop


def rounds(seat: Seat) -> tuple[KeyRound, list[str]]:
    gone: list[str] = []
    vault = seat.desk.store.vault
    return KeyRound(seat.laptop, vault, Here(), lambda: gone.append("gone")), gone


def device(office: Office, *arguments: str) -> dict[str, str]:
    """Do something with laptops and return the state of each."""
    rows = administer(office.server.data, "device", *(arguments or ("list",))).splitlines()
    return {cells[0]: cells[3] for cells in (row.split("\t") for row in rows)}


def whole(office: Office) -> None:
    assert "is whole" in administer(office.server.data, "audit", "verify")


def test_a_lease_comes_with_enrolment_and_is_renewed(office: Office, clock: ShiftedClock) -> None:
    seat = office.seat("li")
    slot, first = read_slot(seat.laptop.slot), read_lease(seat.laptop.vault)
    assert first is not None
    assert (slot.version, slot.lease_epoch, slot.login) == (2, 1, "li")
    assert hour(71) < first.not_after - clock.now() <= hour(72)
    assert administer(office.server.data, "offline-hours", "12") == "12 hours\n"
    key_round, _ = rounds(seat)
    key_round.after(seat.line)
    renewed = read_lease(seat.laptop.vault)
    assert renewed is not None
    assert hour(11) < renewed.not_after - clock.now() <= hour(12)


def test_after_the_lease_the_passphrase_opens_it_with_the_server_only(
    office: Office, clock: ShiftedClock
) -> None:
    seat = with_cases(office)
    call(seat, visitable(seat)[0], "离线时记下")
    laptop = stand_up(office, seat)
    office.server.stop()
    pass_time(clock, 71)
    unlock(laptop, PASSPHRASE).close()
    pass_time(clock, 2)
    for _ in range(2):
        with pytest.raises(LeaseOver):
            unlock(laptop, PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        unlock(laptop, OTHER)
    slot = read_slot(laptop.slot)
    assert laptop.secrets.load(lease_name(slot.device_id, slot.lease_epoch)) is None
    office.server.start()
    clock.shift_s = 0.0
    seat = office.keep(sit_down("li", laptop))
    assert unanswered(seat) == 1
    assert seat.sync().sent == 1


def test_a_clock_that_was_set_back_dates_no_work_back(office: Office, clock: ShiftedClock) -> None:
    seat = with_cases(office)
    case_id = visitable(seat)[0]
    laptop = stand_up(office, seat)
    pass_time(clock, 60)
    unlock(laptop, PASSPHRASE).close()
    pass_time(clock, -50)
    seat = office.keep(sit_down("li", laptop))
    no = contacts.record(seat.desk, case_id, Channel.PHONE, ContactResult.NO_ANSWER, "补记")
    assert isinstance(no, Refused)
    assert [reason.code for reason in no.reasons] == ["clock.set_back"]
    assert unanswered(seat) == 0
    told = seat.desk.store.vault.connection.execute("SELECT what FROM audit").fetchall()
    assert ("clock_back",) in told
    rounds(seat)[0].after(seat.line)  # the server says what time it is
    call(seat, case_id, "同步之后")
    assert seat.sync().sent == 1


def test_a_clock_that_was_set_back_lengthens_no_lease(office: Office, clock: ShiftedClock) -> None:
    seat = with_cases(office)
    case_id = visitable(seat)[0]
    pass_time(clock, 73)
    call(seat, case_id, "程序一直开着")
    laptop = stand_up(office, seat)
    office.server.stop()
    pass_time(clock, -10)
    with pytest.raises(LeaseOver):
        unlock(laptop, PASSPHRASE)
    pass_time(clock, -60)
    with pytest.raises(LeaseOver):
        unlock(laptop, PASSPHRASE)


def test_many_wrong_tries_ask_for_the_server(office: Office) -> None:
    laptop = stand_up(office, office.seat("li"))
    shut_lease(laptop)
    office.server.stop()
    with pytest.raises(LeaseOver):
        unlock(laptop, PASSPHRASE)
    office.server.start()
    unlock(laptop, PASSPHRASE).close()
    office.server.stop()
    unlock(laptop, PASSPHRASE).close()


def test_a_lost_laptop_gets_no_lease_and_may_be_found(office: Office, clock: ShiftedClock) -> None:
    seat = with_cases(office)
    call(seat, visitable(seat)[0], "丢失之前")
    me = seat.profile.device_id
    laptop = stand_up(office, seat)
    assert device(office, "lost", me)[me] == "lost"
    pass_time(clock, 73)
    with pytest.raises(Trouble) as told:
        unlock(laptop, PASSPHRASE)
    assert told.value.code is Codes.REVOKED
    office.server.stop()
    with pytest.raises(LeaseOver):
        unlock(laptop, PASSPHRASE)
    office.server.start()
    assert device(office, "found", me)[me] == "active"
    clock.shift_s = 0.0
    seat = office.keep(sit_down("li", laptop))
    assert seat.sync().sent == 1
    whole(office)


def ended(office: Office, seat: Seat) -> None:
    """Sync as the program does, and find that nothing is left here."""
    key_round, gone = rounds(seat)
    home, secrets = seat.laptop.home, seat.laptop.secrets
    slot = read_slot(seat.laptop.slot)
    with pytest.raises(Trouble) as told:
        seat.sync()
    key_round.refused(told.value, seat.line)
    office.seats.remove(seat)
    seat.line.close()
    assert gone == ["gone"]
    assert [p.name for p in home.rglob("*") if p.is_file()] == []
    assert secrets.load(slot.device_id) is None
    assert secrets.load(lease_name(slot.device_id, slot.lease_epoch)) is None
    assert device(office)[slot.device_id] == "wiped"
    whole(office)


def test_a_wiped_laptop_brings_its_work_first(office: Office) -> None:
    office.give(lead := office.seat(LEAD), 8)
    seat = office.seat("li")
    seat.sync()
    case_id = visitable(seat)[0]
    call(seat, case_id, "清除之前")
    agree(seat, case_id)
    assert device(office, "wipe", seat.profile.device_id)[seat.profile.device_id] == "leaving"
    ended(office, seat)
    lead.sync()
    assert "清除之前" in notes(lead)
    assert lead.count("appointment") == 0  # what others would have to keep was not done


def test_a_lost_laptop_is_wiped_without_believing_it(office: Office) -> None:
    office.give(lead := office.seat(LEAD), 8)
    seat = office.seat("li")
    seat.sync()
    call(seat, visitable(seat)[0], "谁记下的")
    me = seat.profile.device_id
    device(office, "lost", me)
    assert device(office, "wipe", me)[me] == "revoked"
    ended(office, seat)
    lead.sync()
    assert "谁记下的" not in notes(lead)


def test_nobody_else_orders_a_wipe(office: Office) -> None:
    seat = office.seat("li")
    key_round, gone = rounds(seat)
    order = {"suite": "yf1", "device_id": seat.profile.device_id, "at": "2026-01-01T00:00:00Z"}
    forged = {"rescue": False, "sig": "AAAA"}
    for wipe in (order | forged, order, "now", None):
        key_round.refused(Trouble(Codes.REVOKED, wipe=wipe), seat.line)
    assert gone == []
    assert seat.laptop.slot.exists()


def test_who_leaves_brings_work_and_ends_on_every_laptop(office: Office) -> None:
    office.give(lead := office.seat(LEAD), 8)
    seat, second = office.seat("li"), office.seat("li")
    seat.sync()
    call(seat, visitable(seat)[0], "最后一通电话")
    administer(office.server.data, "user", "leave", "li")
    ended(office, seat)
    ended(office, second)
    lead.sync()
    assert "最后一通电话" in notes(lead)
    assert "ended" in administer(office.server.data, "user", "list")


def seat_custodians(office: Office, folder: Path) -> Callable[[str, str, str], str]:
    """Seat two custodians; return how one of them agrees: seat, laptop, digits."""
    (folder / "words").write_text("a custodian's long passphrase\n")
    shut = ("--passphrase-file", str(folder / "words"))
    for seat, login in (("first", LEAD), ("second", "wang")):
        made = ("--seat", seat, "--out", str(folder / f"{seat}.pem"))
        administer(office.server.data, "custodian", "seat", login, *made, *shut)

    def agree_to(seat: str, laptop: str, digits: str) -> str:
        key = ("--key", str(folder / f"{seat}.pem"))
        return administer(office.server.data, "reset", "agree", laptop, digits, *key, *shut)

    return agree_to


def test_two_persons_give_a_forgotten_vault_back(office: Office, tmp_path: Path) -> None:
    agree_to = seat_custodians(office, tmp_path)
    seat = with_cases(office)
    call(seat, visitable(seat)[0], "忘记口令之前")
    me = seat.profile.device_id
    laptop = replace(stand_up(office, seat), secrets=Secrets())
    with pytest.raises(KeyringLost):
        unlock(laptop, PASSPHRASE)
    asked = KeyReset(laptop)
    assert asked.ask() == b""
    [row] = administer(office.server.data, "reset", "list").splitlines()
    assert [row.split("\t")[n] for n in (0, 2, 4, 5)] == [me, "li", asked.digits, "asked"]
    assert agree_to("first", me, asked.digits) == f"{me}\thalf agreed\n"
    assert asked.ask() == b""
    assert agree_to("second", me, asked.digits) == f"{me}\tagreed\n"
    with pytest.raises(Trouble):
        KeyReset(laptop).open(asked.ask(), OTHER)  # sealed for another request
    vault = asked.open(asked.ask(), OTHER)
    seat = office.keep(seated("li", laptop, vault))
    assert seat.sync().sent == 1
    laptop = stand_up(office, seat)
    with pytest.raises(WrongPassphrase):
        unlock(laptop, PASSPHRASE)
    unlock(laptop, OTHER).close()
    assert read_slot(laptop.slot).lease_epoch == 1
    whole(office)


def test_without_an_escrow_nobody_gives_it_back(office: Office) -> None:
    laptop = stand_up(office, office.seat("li"))
    assert KeyReset(laptop).ask() == b""
    assert administer(office.server.data, "reset", "list") == ""
    slot = msgspec.structs.replace(read_slot(laptop.slot), address="")
    write_slot(laptop.slot, slot)
    with pytest.raises(NoEscrow):
        KeyReset(laptop)


def test_two_officers_have_a_vault_each_on_one_laptop(office: Office) -> None:
    first = stand_up(office, with_cases(office))
    form = filled_in(office, "wang", OTHER)
    vault = enrol_here(first, form, lambda _step: None)
    second = replace(first, folder=vault.folder.name)
    seat = office.keep(seated("wang", second, vault))
    seat.sync()
    assert seat.profile.officer.name == "王强"
    stand_up(office, seat)
    assert [one.folder for one in first.every_officers()] == ["vault", "vault-2"]
    for own, passphrase, other in ((first, PASSPHRASE, OTHER), (second, OTHER, PASSPHRASE)):
        unlock(own, passphrase).close()
        with pytest.raises(WrongPassphrase):
            unlock(own, other)


def filled_in(office: Office, login: str, passphrase: str) -> EnrolForm:
    """Return the form as this person fills it in, with a new code."""
    form = office.form(login, office.code(login))
    return msgspec.structs.replace(form, passphrase=passphrase, repeated=passphrase)


def test_enrolling_anew_keeps_unsent_work_and_sends_it_once(office: Office) -> None:
    office.give(lead := office.seat(LEAD), 8)
    seat = office.seat("li")
    seat.sync()
    first, second, third = visitable(seat)[:3]
    call(seat, first, "早已发送")
    seat.sync()
    call(seat, second, "回执丢失")

    class Deaf(HttpTransport):
        """Sends, and loses what is answered."""

        def push(self, push: Push) -> Pushed:
            super().push(push)
            raise Trouble(Codes.STALLED)

    with pytest.raises(Trouble):
        seat.sync(line=Deaf(seat.profile.address, token=seat.profile.token))
    call(seat, third, "从未发送")
    agree(seat, third)
    former = seat.profile.device_id
    laptop = stand_up(office, seat)
    code = office.code("li")
    form = msgspec.structs.replace(office.form("li", code), passphrase=OTHER, repeated=OTHER)
    with pytest.raises(PassphraseOfTheOther):
        enrol_here(laptop, form, lambda _step: None)
    vault = enrol_here(laptop, office.form("li", code), lambda _step: None)
    device(office, "revoke", former)
    seat = office.keep(seated("li", laptop, vault))
    assert seat.profile.device_id != former
    assert unanswered(seat) == 3
    seat.sync()
    assert unanswered(seat) == 0
    assert outbox.state(seat.desk).attention == ()
    call(seat, first, "重新登记之后")
    assert seat.sync().sent == 1
    lead.sync()
    made = [v.record.note for v in lead.desk.store.projection.every(Contact)]
    assert sorted(n for n in made if n) == sorted(
        ["早已发送", "回执丢失", "从未发送", "重新登记之后"]
    )
    assert lead.count("appointment") == 1
    whole(office)
    seat = office.reopened(seat)
    assert read_slot(laptop.slot).device_id == seat.profile.device_id
    assert [one.folder for one in laptop.every_officers()] == ["vault"]


def test_enrolling_anew_sends_what_lies_behind_work_that_is_lost(office: Office) -> None:
    """Vault and journal were harmed at the same piece of work: the server waits for it for ever."""
    office.give(lead := office.seat(LEAD), 8)
    seat = office.seat("li")
    seat.sync()
    first, second, third = visitable(seat)[:3]
    call(seat, first, "两处都坏了")
    lost = seat.desk.store.outbox.last_seq()
    call(seat, second, "在它之后")
    vault = seat.desk.store.vault
    with vault.transaction() as connection:
        for table in ("overlay", "outbox"):
            connection.execute(f"DELETE FROM {table} WHERE seq = ?", (lost,))
    left = {n: data for n, data in vault.journal.read().entries if n != lost}
    vault.journal.write(left)
    with pytest.raises(Trouble) as told:
        seat.sync()
    assert told.value.code is Codes.SEQ_GAP
    call(seat, third, "也在它之后")
    laptop = stand_up(office, seat)
    vault = enrol_here(laptop, office.form("li", office.code("li")), lambda _step: None)
    seat = office.keep(seated("li", laptop, vault))
    assert seat.sync().sent == 2
    lead.sync()
    made = [v.record.note for v in lead.desk.store.projection.every(Contact)]
    assert sorted(n for n in made if n) == sorted(["在它之后", "也在它之后"])
    whole(office)


def test_who_enrols_anew_believes_the_approver_of_today(office: Office) -> None:
    seat = office.seat("li")
    former = msgspec.structs.replace(seat.profile, approver_key="former")
    pen, device_id = Ed25519PrivateKey.generate(), DeviceId("anew")
    known = {f: getattr(former, f) for f in ("token", "branch_id", "branch_name", "officer")}
    answer = Enrolled(
        **known,
        server_id=former.server_id,
        epoch="e",
        server_time=datetime(2026, 3, 9, tzinfo=UTC),
        approver_key="today",
    )
    made = _profile(former, former.address, device_id, pen, answer)
    assert (made.approver_key, made.device_id, made.account) == ("today", "anew", "li")
    silent = msgspec.structs.replace(answer, approver_key="")
    made = _profile(former, former.address, device_id, pen, silent)
    assert made.approver_key == "former", "a server that tells of none makes nobody forget"


def test_a_new_key_is_put_in_escrow_anew(office: Office, tmp_path: Path) -> None:
    agree_to = seat_custodians(office, tmp_path)
    seat = with_cases(office)
    call(seat, visitable(seat)[0], "换密钥之前")
    seat.desk.store.vault.set_meta(REKEY_WANTED, "yes")
    before = seat.desk.store.vault.key
    laptop = stand_up(office, seat)
    seat = office.keep(sit_down("li", laptop))
    assert seat.desk.store.vault.key != before
    rounds(seat)[0].after(seat.line)
    assert seat.sync().sent == 1
    me = seat.profile.device_id
    stand_up(office, seat)
    asked = KeyReset(laptop)
    asked.ask()
    agree_to("first", me, asked.digits)
    agree_to("second", me, asked.digits)
    office.keep(seated("li", laptop, asked.open(asked.ask(), OTHER)))
