"""HTTPS: the bank's authority is believed, nobody else's is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from sync.engine.http_transport import HttpTransport
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from tests.sync.acts import call, unanswered
from tests.sync.office import Office, Seat


@pytest.fixture(scope="module")
def bank() -> trustme.CA:
    """Found the bank's own authority."""
    return trustme.CA()


@pytest.fixture
def li(office: Office) -> Seat:
    """Enrol an officer over the plain line of this very computer, with work that waits."""
    lead = office.seat("chen")
    case_id = office.give(lead, 1)[0]
    seat = office.seat("li")
    seat.sync()
    call(seat, case_id)
    return seat


def serve_with(office: Office, folder: Path, leaf: trustme.LeafCert) -> None:
    """Start the server anew with a certificate."""
    office.server.stop()
    certificate, key = folder / "server.pem", folder / "server.key"
    leaf.private_key_pem.write_to_path(str(key))
    certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    office.server.tls = (certificate, key)
    office.server.start()


@pytest.fixture
def authority(bank: trustme.CA, tmp_path: Path) -> Iterator[Path]:
    """Lay the bank's authority down as a file."""
    with bank.cert_pem.tempfile(dir=str(tmp_path)) as path:
        yield Path(path)


def secure(office: Office, li: Seat, authority: Path | None) -> HttpTransport:
    return HttpTransport(office.server.address, token=li.profile.token, authority=authority)


def test_the_banks_authority_is_believed(
    office: Office, li: Seat, bank: trustme.CA, authority: Path, tmp_path: Path
) -> None:
    serve_with(office, tmp_path, bank.issue_cert("127.0.0.1"))
    assert li.sync(line=secure(office, li, authority)).sent == 1
    assert unanswered(li) == 0


@pytest.mark.parametrize("whose", ["system", "another bank"])
def test_an_unknown_authority_is_not(
    office: Office, li: Seat, bank: trustme.CA, tmp_path: Path, whose: str
) -> None:
    serve_with(office, tmp_path, bank.issue_cert("127.0.0.1"))
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    refuses(office, li, None if whose == "system" else other)


def test_a_certificate_of_another_house(
    office: Office, li: Seat, bank: trustme.CA, authority: Path, tmp_path: Path
) -> None:
    serve_with(office, tmp_path, bank.issue_cert("elsewhere.example"))
    refuses(office, li, authority)


def test_a_certificate_that_has_ended(
    office: Office, li: Seat, bank: trustme.CA, authority: Path, tmp_path: Path
) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    serve_with(office, tmp_path, bank.issue_cert("127.0.0.1", not_after=yesterday))
    refuses(office, li, authority)


def test_no_tls_where_tls_is_promised(office: Office, li: Seat, authority: Path) -> None:
    address = office.server.address.replace("http:", "https:")
    line = HttpTransport(address, token=li.profile.token, authority=authority)
    with pytest.raises(Trouble) as caught:
        li.sync(line=line)
    assert caught.value.code is Codes.TLS
    assert unanswered(li) == 1


def refuses(office: Office, li: Seat, authority: Path | None) -> None:
    """Fail with the trouble of its own, and keep what waits."""
    with pytest.raises(Trouble) as caught:
        li.sync(line=secure(office, li, authority))
    assert caught.value.code is Codes.TLS
    assert unanswered(li) == 1
