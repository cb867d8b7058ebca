"""Who may ask what: every route of the API document, every role, whatever the thing belongs to.

A route that is not in the table fails; so does a status that is not the one written here.
"""

import base64
from typing import Any

import httpx
import pytest

from sync.protocol.messages import Codes
from sync.server.app import create_app
from tests.server.house import MAP, PICTURE, House, problem
from tests.server.laptop import SYNC, Bare, enrolment, fresh, sha256
from tests.sync.office import TEAM

ROLES = {
    "officer": "li",
    "lead": "chen",
    "compliance": "he",
    "admin": "gao",
    "nobody": "",
    "revoked laptop": "revoked",
    "ended account": "ma",
}
SHUT_OUT = {
    "nobody": Codes.UNAUTHORISED,
    "revoked laptop": Codes.REVOKED,
    "ended account": Codes.REVOKED,
}
WHOSE = ("own", "team", "other", "reassigned", "absent")

# For each route and role the status for a thing that is, seen from li: own, the team's (a
# colleague's), another team's, reassigned to a colleague, absent. One number stands for all five.
ANY_CALLER = dict.fromkeys(("officer", "lead", "compliance", "admin"), "200")
TABLE: dict[tuple[str, str], dict[str, str]] = {
    ("get", f"{SYNC}/hello"): ANY_CALLER,
    ("get", f"{SYNC}/policy"): ANY_CALLER,
    ("get", f"{SYNC}/audit/consistency"): ANY_CALLER,
    # A scope: of li, of the team, of the other team, of wang, of nobody; more in SCOPES.
    ("get", f"{SYNC}/pull"): {
        "officer": "200 404 404 404 404",
        "lead": "404 200 404 404 404",
        "compliance": "404 404 404 404 404",
        "admin": "404 404 404 404 404",
    },
    # The sums of a scope, what its buckets hold and its records go the way of its pages.
    **{
        (method, f"{SYNC}{path}"): {
            "officer": "200 404 404 404 404",
            "lead": "404 200 404 404 404",
            "compliance": "404 404 404 404 404",
            "admin": "404 404 404 404 404",
        }
        for method, path in (("get", "/digest"), ("get", "/digest/rows"), ("post", "/records"))
    },
    # Which commands a role may give is in test_authorised_commands.
    ("post", f"{SYNC}/push"): ANY_CALLER,
    # What li recorded goes up also when the case has left; it cannot be fetched back then.
    ("post", f"{SYNC}/attachments"): {
        "officer": "200 404 404 200 404",
        "lead": "200 200 404 200 404",
        "compliance": "200 200 200 200 404",
        "admin": "404 404 404 404 404",
    },
    ("patch", f"{SYNC}/attachments/{{attachment_id}}"): {
        "officer": "200 404 404 200 404",
        "lead": "200 200 404 200 404",
        "compliance": "200 200 200 200 404",
        "admin": "404 404 404 404 404",
    },
    ("get", f"{SYNC}/attachments/{{attachment_id}}"): {
        "officer": "200 404 404 404 404",
        "lead": "200 200 404 200 404",
        "compliance": "200 200 200 200 404",
        "admin": "404 404 404 404 404",
    },
    # The house has a map on offer: for every laptop of the branch, other files for none.
    ("get", f"{SYNC}/map"): ANY_CALLER,
    ("get", f"{SYNC}/map/{{sha256}}"): dict.fromkeys(ANY_CALLER, "206 404 404 404 404"),
    # A laptop's own keys; nobody was ordered to destroy them, so nobody may tell it.
    ("post", f"{SYNC}/token"): ANY_CALLER,
    ("get", f"{SYNC}/lease"): ANY_CALLER,
    ("post", f"{SYNC}/escrow"): ANY_CALLER,
    ("post", f"{SYNC}/wiped"): dict.fromkeys(set(ROLES) - {"nobody"}, "403"),
    # Whoever is locked out has no token; the answer tells nothing.
    ("post", f"{SYNC}/reset"): dict.fromkeys(ROLES, "200"),
    # Open to everybody: a wrong code for anybody, and the operator's two questions.
    ("post", f"{SYNC}/enrol"): dict.fromkeys(ROLES, "403"),
    ("get", "/health"): dict.fromkeys(ROLES, "200"),
    ("get", "/ready"): dict.fromkeys(ROLES, "200"),
}
SCOPES = {
    "officer": {"officer:li", f"roster:{TEAM}"},
    "lead": {f"team:{TEAM}", f"roster:{TEAM}"},
    "compliance": {f"review:{TEAM}", "review:south", f"roster:{TEAM}", "roster:south"},
    "admin": set[str](),
}
CALLERS = [role for role in ROLES if role not in SHUT_OUT]


def expected(route: tuple[str, str], role: str) -> list[int]:
    """Return the five statuses of a cell; who is shut out meets 401 wherever a token is asked."""
    text = TABLE[route].get(role, "401")
    statuses = [int(status) for status in text.split()]
    return statuses if len(statuses) == len(WHOSE) else statuses * len(WHOSE)


def caller(house: House, role: str) -> Bare:
    """Return the laptop of a role; nobody's has no token that the server knows."""
    if role != "nobody":
        return house.crew[ROLES[role]]
    stranger = house.crew["li"].again(house.client)
    stranger.told = {"Authorization": "Bearer nobody"}
    return stranger


def file_id(house: House, whose: str) -> str:
    return house.files[whose].id if whose != "absent" else fresh()


def scope(house: House, whose: str) -> str:
    li, wang = house.crew["li"].me, house.crew["wang"].me
    return {
        "own": f"officer:{li}",
        "team": f"team:{TEAM}",
        "other": "team:south",
        "reassigned": f"officer:{wang}",
        "absent": "team:nowhere",
    }[whose]


def ask(house: House, laptop: Bare, route: tuple[str, str], whose: str) -> httpx.Response:
    """Ask a route about a thing."""
    method, path = route
    short = path.removeprefix(SYNC)
    offered = {"id": file_id(house, whose), "size": len(PICTURE), "sha256": sha256(PICTURE)}
    batch = {"epoch": laptop.enrolled.epoch, "device_id": laptop.device_id, "envelopes": []}
    said: dict[str, Any] = {
        "/pull": {"params": {"scope": scope(house, whose)}},
        "/digest": {"params": {"scope": scope(house, whose)}},
        "/digest/rows": {"params": {"scope": scope(house, whose), "bucket": "7"}},
        "/records": {"json": {"scope": scope(house, whose), "keys": []}},
        "/map": {"params": {"after": "0"}},
        "/policy": {"params": {"after": "0"}},
        "/audit/consistency": {"params": {"from": "1", "to": "2"}},
        "/push": {"json": batch},
        "/attachments": {"json": offered},
        "/escrow": {"json": {"suite": "yf1", "mark": "ab", "sealed": "AAAA"}},
        "/reset": {
            "json": {"device_id": fresh(), "public_key": base64.b64encode(bytes(32)).decode()}
        },
        "/enrol": {"json": enrolment("li", "AAAA", laptop.key)},
    }.get(short, {})
    if "{attachment_id}" in short:
        short = short.replace("{attachment_id}", file_id(house, whose))
        if method == "patch":
            said = {"content": b"x", "headers": {"Upload-Offset": "0"}}
    if "{sha256}" in short:
        wanted = sha256(MAP.read_bytes() if whose == "own" else whose.encode())
        short = short.replace("{sha256}", wanted)
        said = {"headers": {"Range": "bytes=0-99"}}
    if not path.startswith(SYNC):
        return house.client.request(method, path, headers=laptop.headers)
    return laptop.ask(method, short, **said)


def test_every_route_of_the_document_is_in_the_table(house: House) -> None:
    document = create_app(house.service).openapi_schema.to_schema()
    found = {(method, path) for path, item in document["paths"].items() for method in item}
    assert found == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", TABLE, ids=lambda route: f"{route[0]} {route[1]}")
def test_status(house: House, route: tuple[str, str], role: str) -> None:
    laptop = caller(house, role)
    statuses = expected(route, role)
    alike = len(set(statuses)) == 1 and statuses[0] != 404  # the thing does not matter: ask once
    answers = [ask(house, laptop, route, whose) for whose in WHOSE[: 1 if alike else None]]
    assert [a.status_code for a in answers] == statuses[: len(answers)]
    for answer in answers:
        if answer.status_code == 401:
            assert problem(answer) == SHUT_OUT[role]
        elif answer.status_code not in (200, 206):
            problem(answer)


@pytest.mark.parametrize("role", SCOPES)
def test_each_role_pulls_its_scopes_alone(house: House, role: str) -> None:
    logins = {laptop.me: login for login, laptop in house.crew.items() if login != "revoked"}
    officers = {f"officer:{me}": f"officer:{login}" for me, login in logins.items()}
    teams = {f"{kind}:{team}" for kind in ("team", "roster", "review") for team in (TEAM, "south")}
    every = officers | {scope: scope for scope in teams}
    laptop = house.crew[ROLES[role]]
    asked = {s: laptop.ask("GET", "/pull", params={"scope": s}).status_code for s in every}
    assert {every[s] for s, status in asked.items() if status == 200} == SCOPES[role]
    assert {status for s, status in asked.items() if every[s] not in SCOPES[role]} == {404}
    assert {every[s] for s in laptop.hello().scopes} == SCOPES[role]


@pytest.mark.parametrize("role", CALLERS)
@pytest.mark.parametrize("route", TABLE, ids=lambda route: f"{route[0]} {route[1]}")
def test_foreign_answers_like_absent(house: House, route: tuple[str, str], role: str) -> None:
    """Compare whole answers: a foreign thing's 404 tells nothing that an absent one's does not."""
    laptop = caller(house, role)
    absent = ask(house, laptop, route, "absent")
    foreign = [w for w, s in zip(WHOSE, expected(route, role), strict=True) if s == 404]
    for whose in foreign:
        answer = ask(house, laptop, route, whose)
        assert answer.content == absent.content
        assert answer.headers == absent.headers
    assert foreign or absent.status_code != 404
