"""The API document tried at the app itself: whatever is sent, no server error and no trace.

Schemathesis makes the requests out of the document, right ones and wrong ones. What it makes of a
batch is tried a second time as a laptop would send it, signed and in order.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sync.server.app import create_app
from tests.server.house import House
from tests.server.laptop import BY_ENROLMENT, SYNC
from tests.server.test_authorisation import TABLE

EXAMPLES = 25
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
TRACE = ("Traceback", "site-packages", ".py", "sqlite3", "asyncpg")


@pytest.fixture(scope="module")
def document(house: House) -> Any:
    """Return the app's own document as Schemathesis reads it."""
    raw = create_app(house.service).openapi_schema.to_schema()
    return schemathesis.openapi.from_dict(raw)


@pytest.mark.parametrize("route", TABLE, ids=lambda route: f"{route[0]} {route[1]}")
def test_whatever_is_sent(house: House, document: Any, route: tuple[str, str]) -> None:
    method, path = route
    li = house.crew["li"]
    assert li.renewed() is None

    @seed(len(path))
    @BOUNDED
    @given(case=document[path][method.upper()].as_strategy())
    def send(case: Case) -> None:
        said = case.as_transport_kwargs(base_url=str(house.client.base_url))
        said["headers"] = _without_token(said["headers"])
        request = house.client.build_request(**_for_httpx(said))
        by_enrolment = path.removeprefix(SYNC) in BY_ENROLMENT
        answer = house.client.send(li.signed(request, enrolled=by_enrolment))
        case.validate_response(answer, checks=CHECKS)
        assert not any(word in answer.text for word in TRACE)

    send()
    assert house.client.get("/ready").status_code == 200


def _without_token(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {n: v for n, v in headers.items() if n.lower() != "authorization"}
    return kept | {"Accept-Encoding": "identity"}


def _for_httpx(said: dict[str, Any]) -> dict[str, Any]:
    del said["cookies"]
    data = said.pop("data", None)
    return said if data is None else said | {"content": data}


def test_whatever_is_signed(house: House, document: Any) -> None:
    """Sign whatever Schemathesis makes as the body of an envelope: answered, and never taken."""
    li = house.crew["li"]

    @seed(1)
    @BOUNDED
    @given(case=document["/sync/v1/push"]["POST"].as_strategy())
    def send(case: Case) -> None:
        sent = case.body.get("envelopes") if isinstance(case.body, dict) else None
        bodies = [e.get("body") for e in sent or () if isinstance(e, dict)]
        for result in li.push(*(msgspec.json.encode(b) for b in bodies[:20])):
            assert result.status == "invalid"

    send()
