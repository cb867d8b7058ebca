"""HTTPS: the bank's authority is believed, nobody else's is."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import trustme
from urllib3.util import create_urllib3_context

from sync.engine.http_transport import HttpTransport
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from sync.server.hardening import SECURITY_HEADERS
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
    return line_to(office.server.address, li, authority)


def line_to(address: str, li: Seat, authority: Path | None) -> HttpTransport:
    return li.line_to(address, authority=authority)


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


def test_an_authority_whose_file_is_gone_believes_nobody(
    office: Office, li: Seat, bank: trustme.CA, tmp_path: Path
) -> None:
    serve_with(office, tmp_path, bank.issue_cert("127.0.0.1"))
    refuses(office, li, tmp_path / "gone.pem")


def test_a_certificate_of_another_house(
    office: Office, li: Seat, bank: trustme.CA, authority: Path, tmp_path: Path
) -> None:
    serve_with(office, tmp_path, bank.issue_cert("elsewhere.example"))
    refuses(office, li, authority, Codes.TLS_NAME)


def test_a_certificate_that_has_ended(
    office: Office, li: Seat, bank: trustme.CA, authority: Path, tmp_path: Path
) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    serve_with(office, tmp_path, bank.issue_cert("127.0.0.1", not_after=yesterday))
    refuses(office, li, authority, Codes.TLS_ENDED)


def test_no_tls_where_tls_is_promised(office: Office, li: Seat, authority: Path) -> None:
    address = office.server.address.replace("http:", "https:")
    line = line_to(address, li, authority)
    with pytest.raises(Trouble) as caught:
        li.sync(line=line)
    assert caught.value.code is Codes.TLS
    assert unanswered(li) == 1


def test_no_proxy_of_the_environment_is_used(
    office: Office, li: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "/no/such/file")
    assert li.sync(line=line_to(office.server.address, li, None)).sent == 1


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_an_old_tls_is_not_spoken(
    office: Office, bank: trustme.CA, authority: Path, tmp_path: Path
) -> None:
    """The server refuses a client that knows nothing newer; a laptop begins at 1.2."""
    serve_with(office, tmp_path, bank.issue_cert("127.0.0.1"))
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(authority)
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", office.server.port), 10) as line,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        old.wrap_socket(line, server_hostname="127.0.0.1")
    assert create_urllib3_context().minimum_version >= ssl.TLSVersion.TLSv1_2


def test_answers_say_no_more_than_they_must(
    office: Office, bank: trustme.CA, authority: Path, tmp_path: Path
) -> None:
    """No banner; what a browser must not do with an answer is said with each, refusals too."""
    serve_with(office, tmp_path, bank.issue_cert("127.0.0.1"))
    for path in ("/health", "/ready", "/sync/v1/hello", "/nothing"):
        answer = requests.get(f"{office.server.address}{path}", verify=str(authority), timeout=30)
        assert answer.headers.keys().isdisjoint({"x-powered-by", "via"}), path
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value, path


def refuses(office: Office, li: Seat, authority: Path | None, code: Codes = Codes.TLS) -> None:
    """Fail with the trouble of its own, and keep what waits."""
    with pytest.raises(Trouble) as caught:
        li.sync(line=secure(office, li, authority))
    assert caught.value.code is code
    assert unanswered(li) == 1
