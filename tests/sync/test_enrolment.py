"""Enrolling a laptop: only the right code, once; a no leaves nothing on the disk."""

import pytest

from field_app.bootstrap.desk_setup import unlock
from field_app.bootstrap.enrolment import enrol
from field_app.bootstrap.laptop import Laptop
from field_app.storage.trouble import WrongPassphrase
from field_app.viewmodels.enrol import EnrolForm
from sync.engine.address import InsecureAddress
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from tests.sync.office import PASSPHRASE, Office, sit_down

STEPS = ["key", "server", "keep"]


def refused(laptop: Laptop, form: EnrolForm) -> Codes:
    """Try to enrol and return the server's no; nothing may be left behind."""
    with pytest.raises(Trouble) as caught:
        enrol(laptop, form, lambda _step: None)
    assert not laptop.enrolled
    assert not laptop.vault.exists()
    return caught.value.code


def test_the_right_code_enrols_once(office: Office) -> None:
    laptop = office.laptop("first")
    code = office.code("li")
    steps: list[str] = []
    enrol(laptop, office.form("li", code), steps.append).close()
    assert steps == STEPS
    assert laptop.enrolled
    seat = office.keep(sit_down("li", laptop))
    assert seat.profile.officer.name == "李静"
    assert seat.profile.branch_name == "云川分行"
    assert seat.line.hello().officer_id == seat.me
    with pytest.raises(WrongPassphrase):
        unlock(laptop, PASSPHRASE + "!")

    assert refused(office.laptop("second"), office.form("li", code)) is Codes.CODE_USED
    assert seat.sync().received > 0


def test_a_code_as_people_type_it(office: Office) -> None:
    laptop = office.laptop("first")
    typed = f" {office.code('li').lower().replace('-', ' ')} "
    enrol(laptop, office.form("li", typed), lambda _step: None).close()
    assert laptop.enrolled


def test_a_wrong_code_and_then_the_right_one(office: Office) -> None:
    laptop = office.laptop("first")
    code = office.code("li")
    assert refused(laptop, office.form("li", "AAAA-AAAA-AAAA-AAAA")) is Codes.WRONG_CODE
    assert refused(laptop, office.form("wang", code)) is Codes.WRONG_CODE
    assert refused(laptop, office.form("nobody", code)) is Codes.WRONG_CODE
    enrol(laptop, office.form("li", code), lambda _step: None).close()
    assert laptop.enrolled


def test_guessing_ends_the_code_and_a_new_one_helps(office: Office) -> None:
    laptop = office.laptop("first")
    code = office.code("li")
    for _ in range(5):
        assert refused(laptop, office.form("li", "BBBB-BBBB-BBBB-BBBB")) is Codes.WRONG_CODE
    assert refused(laptop, office.form("li", code)) is Codes.TOO_MANY_TRIES
    enrol(laptop, office.form("li", office.code("li")), lambda _step: None).close()
    assert laptop.enrolled


def test_an_older_code_ends_with_the_new_one(office: Office) -> None:
    older, newer = office.code("li"), office.code("li")
    assert refused(office.laptop("first"), office.form("li", older)) is Codes.WRONG_CODE
    laptop = office.laptop("second")
    enrol(laptop, office.form("li", newer), lambda _step: None).close()
    assert laptop.enrolled


def test_no_server_uses_no_code(office: Office) -> None:
    laptop = office.laptop("first")
    form = office.form("li", office.code("li"))
    office.server.stop()
    assert refused(laptop, form) is Codes.UNREACHABLE
    office.server.start()
    enrol(laptop, form, lambda _step: None).close()
    assert laptop.enrolled


def test_an_open_address_is_refused_before_anything_is_sent(office: Office) -> None:
    laptop = office.laptop("first")
    form = EnrolForm("http://bank.example", "li", office.code("li"), PASSPHRASE, PASSPHRASE)
    with pytest.raises(InsecureAddress):
        enrol(laptop, form, lambda _step: None)
    assert not laptop.vault.exists()
