"""What the operator sees: alive, ready, figures, and a log that tells of bugs but of nobody."""

from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from litestar.testing import TestClient

from sync.protocol.messages import Codes
from sync.server.app import create_app
from sync.server.repositories.session import Database, Session
from tests.server.acts import call
from tests.server.house import House, at_database, problem, service_of
from tests.server.laptop import PRIVATE_WORDS, enrol
from tests.server.terminal import contents
from tests.sync.office import Server, administer


def test_alive_ready_and_figures(house: House) -> None:
    for path, status in (("/health", "ok"), ("/ready", "ready")):
        answer = house.client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": status})
    figures = house.client.get("/metrics")
    assert figures.headers["content-type"].startswith("text/plain")
    assert "process_cpu_seconds_total" in figures.text or "python_info" in figures.text
    assert "/metrics" not in house.client.get("/schema/openapi.json").json()["paths"]


def test_figures_tell_of_nobody(house: House, private: frozenset[str]) -> None:
    li = house.crew["li"]
    li.push(call(li, house.cases["own"]))
    text = house.client.get("/metrics").text
    assert [word for word in (*private, li.me, "li") if f'"{word}"' in text] == []


def test_a_server_without_its_data_is_not_ready(server_data: Path) -> None:
    """Take the server's identity away: alive, but nobody may be sent to it."""

    async def forget(session: Session) -> None:
        await session.run("DELETE FROM server_meta")

    async def act(database: Database) -> None:
        await database.write(forget)

    at_database(server_data, act)
    with TestClient(create_app(service_of(server_data))) as client:
        assert client.get("/health").status_code == 200
        answer = client.get("/ready")
        assert (answer.status_code, problem(answer)) == (503, Codes.BUSY)


def test_the_document_is_json_and_loads_nothing_from_elsewhere(house: House) -> None:
    """Show the API's document as JSON only: a page of it would run scripts of other hosts."""
    document = house.client.get("/schema/openapi.json")
    assert document.headers["content-type"].startswith("application/")
    assert document.json()["info"]["title"] == "Yuefang"
    for page in ("swagger", "redoc", "elements", "rapidoc", "scalar"):
        assert house.client.get(f"/schema/{page}").status_code == 404


def renamed(data: Path, before: str, after: str) -> None:
    """Rename a table under the running server."""

    async def work(session: Session) -> None:
        await session.run(f"ALTER TABLE {before} RENAME TO {after}")

    async def act(database: Database) -> None:
        await database.write(work)

    at_database(data, act)


def test_a_bug_is_told_without_the_data(
    own_house: House, capfd: pytest.CaptureFixture[str], private: frozenset[str]
) -> None:
    """Break a table: the laptop hears 500, the log where, nobody what; then all goes on."""
    li = own_house.crew["li"]
    before = contents(own_house.data)
    renamed(own_house.data, "audit_leaf", "audit_gone")
    envelopes = li.sealed(call(li, own_house.cases["own"]))
    answer = li.send(envelopes)
    assert answer.status_code == 500
    assert problem(answer) == Codes.SERVER_ERROR
    assert answer.json()["params"] == {}
    assert not [word for word in ("audit", "sqlite", "asyncpg", ".py") if word in answer.text]
    check_log(capfd, private, li.enrolled.token)

    renamed(own_house.data, "audit_gone", "audit_leaf")
    assert contents(own_house.data) == before
    assert li.send(envelopes).status_code == 200


def check_log(capfd: pytest.CaptureFixture[str], private: frozenset[str], *secrets: str) -> None:
    """See the bug told with its place, and nothing of the data."""
    said = "".join(capfd.readouterr())
    assert "bug" in said
    assert "push.py" in said
    assert [word for word in (*private, *secrets) if word in said] == []


def test_the_words_that_are_watched_for_are_there(house: House, private: frozenset[str]) -> None:
    """Make sure of the watch over the log: what it looks for is what the database holds."""
    held = str(contents(house.data)["record"])
    numbers = {word for word in private if word.isdigit()}
    assert len(numbers) > 60
    assert len({n for n in numbers if n in held}) > 60


def test_the_process_says_nothing_about_anybody(
    server_data: Path, capfd: pytest.CaptureFixture[str], private: frozenset[str]
) -> None:
    """Run the real process, let strangers and broken requests at it, and read all it wrote."""
    server = Server(server_data)
    code = administer(server_data, "enrol-code", "li").strip()
    server.start()
    try:
        with httpx.Client(base_url=server.address) as client:
            li = enrol(client, "li", code)
            li.ask("POST", "/push", content=b"{" + PRIVATE_WORDS.encode())
            li.ask("GET", "/pull", params={"scope": PRIVATE_WORDS})
            li.ask("GET", f"/attachments/{PRIVATE_WORDS}")
            assert client.get("/ready").status_code == 200
            renamed(server_data, "audit_leaf", "audit_gone")
            assert li.send(li.sealed(b"{}")).status_code == 500
    finally:
        server.stop()
    secrets = (code, li.enrolled.token, li.device_id, quote(PRIVATE_WORDS))
    check_log(capfd, private, *secrets)
