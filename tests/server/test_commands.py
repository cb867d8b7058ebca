"""What an administrator types wrong: an exit code and clear words, and nothing changed by it."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server.repositories.session import Database, Session
from tests.server.house import at_database
from tests.server.terminal import WRONG_ARGUMENTS, contents, tell
from tests.sync.office import ROOT, TEAM, copied
from tools.postgres import Cluster

CODE = re.compile(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}\n")


@pytest.fixture(scope="module")
def data(
    request: pytest.FixtureRequest, furnished: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Keep one server for every command that is refused; at the end nothing may have changed."""
    with copied(request, furnished, tmp_path_factory.mktemp("commands") / "srv") as found:
        before = contents(found)
        yield found
        assert contents(found) == before


@pytest.fixture
def own(request: pytest.FixtureRequest, furnished: Path, tmp_path: Path) -> Iterator[Path]:
    """Give one test a server to change."""
    with copied(request, furnished, tmp_path / "srv") as found:
        yield found


NEW = ("user", "add", "new", "--team", TEAM)
REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "a team twice": (("team", "add", TEAM, "城北组"), f"there is a team {TEAM} already"),
    "a team without a name": (
        ("team", "add", "east"),
        "a name is needed, at most 60 characters on one line",
    ),
    "a team without an id": (
        ("team", "add"),
        "'' is no team id: letters, digits and dashes, at most 64",
    ),
    "a team that climbs": (
        ("team", "add", "../x", "x"),
        "'../x' is no team id: letters, digits and dashes, at most 64",
    ),
    "a team of no branch": (("team", "add", "e", "x", "--branch", "z"), "there is no branch z"),
    "teams of no branch": (("team", "list", "--branch", "z"), "there is no branch z"),
    "a login that is taken": (
        ("user", "add", "li", "--name", "李", "--team", TEAM),
        "the login li is taken",
    ),
    "a login with a space": (
        ("user", "add", "li jing", "--name", "李", "--team", TEAM),
        "a login has no spaces",
    ),
    "nobody": (
        ("user", "add", "--name", "李", "--team", TEAM),
        "a login is needed, at most 60 characters on one line",
    ),
    "a person without a name": (NEW, "a name is needed, at most 60 characters on one line"),
    "a name on two lines": (
        (*NEW, "--name", "李\n静"),
        "a name is needed, at most 60 characters on one line",
    ),
    "a person without a team": (
        ("user", "add", "new", "--name", "李", "--role", "admin"),
        "--team is needed: everybody has one",
    ),
    "a person of no team": (
        ("user", "add", "new", "--name", "李", "--team", "z"),
        "there is no team z in main",
    ),
    "a date that is none": (
        (*NEW, "--name", "李", "--certified-until", "2026-02-30"),
        "2026-02-30 is no date, YYYY-MM-DD",
    ),
    "half a place": (
        (*NEW, "--name", "李", "--start", "35.05"),
        "35.05 is no place, LAT,LON in degrees",
    ),
    "a place in words": (
        (*NEW, "--name", "李", "--start", "here,there"),
        "here,there is no place, LAT,LON in degrees",
    ),
    "a place that is nowhere": (
        (*NEW, "--name", "李", "--start", "118,35"),
        "118,35 is nowhere on earth",
    ),
    "no number for a place": (
        (*NEW, "--name", "李", "--start", "nan,35"),
        "nan,35 is nowhere on earth",
    ),
    "a stranger ended": (("user", "deactivate", "x"), "there is nobody with the login x"),
    "a stranger certified": (
        ("user", "certify", "x", "--certified-until", "2027-01-01"),
        "there is nobody with the login x",
    ),
    "certified for how long": (("user", "certify", "li"), "--certified-until is needed"),
    "a code for a stranger": (("enrol-code", "x"), "there is nobody with the login x"),
    "a laptop that is not": (("device", "revoke", "x"), "there is no laptop x"),
    "a laptop without an id": (("device", "lost"), "there is no laptop "),
    "the audit of no branch": (("audit", "verify", "--branch", "z"), "there is no branch z"),
}
WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "no command": ((), "the following arguments are required: command"),
    "a command that is none": (("dance",), "invalid choice: 'dance'"),
    "an act that is none": (("user", "dance"), "invalid choice: 'dance'"),
    "a role that is none": (("user", "add", "x", "--role", "king"), "invalid choice: 'king'"),
    "a code for whom": (("enrol-code",), "the following arguments are required: login"),
    "an import of what": (("import", "--team", TEAM), "the following arguments are required: file"),
    "an import for whom": (("import", "x"), "the following arguments are required: --team"),
    "a language that is none": (
        ("import", "x", "--team", TEAM, "--language", "fr"),
        "invalid choice: 'fr'",
    ),
    "a port that is none": (("serve", "--port", "0"), "0 is not between 1 and 65535"),
    "a port in words": (("serve", "--port", "x"), "x is not between 1 and 65535"),
    "processes without end": (("serve", "--processes", "9999"), "9999 is not between 1 and 64"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(data: Path, name: str) -> None:
    arguments, words = REFUSED[name]
    told = tell(data, *arguments)
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith(words)
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments(name: str) -> None:
    arguments, words = WRONG[name]
    told = tell(None, *arguments)
    assert (told.code, told.out) == (WRONG_ARGUMENTS, "")
    assert words in told.err


def test_init_again_changes_nothing(data: Path) -> None:
    before = contents(data)
    told = tell(data, "init", "--branch-name", "别的名字")
    assert told.code == 0
    assert told.out.startswith("ready: ")
    assert contents(data) == before


def test_init_adds_another_branch(own: Path) -> None:
    assert tell(own, "init", "--branch", "west", "--branch-name", "城西支行").code == 0
    assert tell(own, "team", "add", "w1", "一组", "--branch", "west").out == "w1\t一组\n"
    assert tell(own, "team", "list").out == f"{TEAM}\t城北组\n"
    assert "whole" in tell(own, "audit", "verify", "--branch", "west").out
    told = tell(own, "init", "--branch", "../west")
    assert told.code == 1
    assert told.err.startswith("'../west' is no branch id")


def test_init_brings_an_older_database_up(own: Path) -> None:
    """Take a database back to its first step and let `init` go on from there."""
    people = contents(own)["account"]

    async def back(session: Session) -> None:
        await session.run("DROP TABLE enrol_try")
        await session.run("ALTER TABLE enrol_code ADD COLUMN tries INTEGER NOT NULL DEFAULT 0")
        await session.run("UPDATE alembic_version SET version_num = '0001'")

    async def act(database: Database) -> None:
        await database.write(back)

    at_database(own, act)
    told = tell(own, "user", "list")
    assert (told.code, told.out) == (1, "")
    assert told.err == "there is no database, or one of an older program: run init first\n"
    assert tell(own, "init").code == 0
    assert contents(own)["account"] == people
    assert CODE.fullmatch(tell(own, "enrol-code", "li").out)


def test_people_come_and_go(own: Path) -> None:
    person = ("--name", "周敏", "--team", TEAM, "--certified-until", "2027-06-30")
    assert tell(own, "user", "add", "zhou", *person, "--start", "35.05,118.35").code == 0
    listed = {row.split("\t")[0]: row.split("\t") for row in rows(own, "user", "list")}
    assert listed["zhou"][1:4] == ["officer", TEAM, "active"]
    assert CODE.fullmatch(tell(own, "enrol-code", "zhou").out)
    assert tell(own, "user", "certify", "zhou", "--certified-until", "2028-06-30").code == 0
    assert tell(own, "user", "deactivate", "zhou").code == 0
    listed = {row.split("\t")[0]: row.split("\t") for row in rows(own, "user", "list")}
    assert listed["zhou"][3] == "ended"
    told = tell(own, "enrol-code", "zhou")
    assert (told.code, told.out, told.err) == (1, "", "zhou has ended and gets no code\n")
    assert "is whole" in tell(own, "audit", "verify").out


def rows(data: Path, *arguments: str) -> list[str]:
    told = tell(data, *arguments)
    assert told.code == 0, told.err
    return told.out.splitlines()


def test_without_a_database(tmp_path: Path) -> None:
    for command in (("user", "list"), ("audit", "verify"), ("enrol-code", "li")):
        told = tell(None, *command, "--data", str(tmp_path / "nothing"))
        assert (told.code, told.out) == (1, "")
        assert told.err == "there is no database, or one of an older program: run init first\n"
    assert not (tmp_path / "nothing").exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "server.db").write_bytes(b"SQLite format 4 " + bytes(5000))
    for command in (("user", "list"), ("init",)):
        told = tell(None, *command, "--data", str(tmp_path))
        assert (told.code, told.out) == (1, "")
        assert told.err.startswith("the database cannot be used: ")
        assert len(told.err.splitlines()) == 1


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = tell(None, "init", "--data", str(tmp_path / "file" / "data"))
    assert (told.code, told.err) == (1, f"{tmp_path}/file/data: Not a directory\n")


UNREACHABLE = {
    "another kind": ("mysql://x/y", "--database-url begins with postgresql://"),
    "nobody listens": ("postgresql://u:geheim@127.0.0.1:1/x", "[Errno 111] Connect call failed"),
    "no such host": ("postgresql://u:geheim@nowhere.invalid/x", "[Errno "),
    "no such port": (
        "postgresql://u:geheim@127.0.0.1:port/x",
        "the port in --database-url is no number",
    ),
}


@pytest.mark.parametrize("name", UNREACHABLE)
def test_a_database_that_cannot_be_reached(tmp_path: Path, name: str) -> None:
    """Name what is wrong with the address and keep its password to ourselves."""
    url, words = UNREACHABLE[name]
    for command in (("init",), ("user", "list")):
        told = tell(None, *command, "--data", str(tmp_path), "--database-url", url)
        assert (told.code, told.out) == (1, "")
        assert words in told.err
        assert "geheim" not in told.err


def test_no_such_database_on_the_cluster(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.url("nowhere").replace("yuefang@", "yuefang:geheim@")
    told = tell(None, "init", "--data", str(tmp_path), "--database-url", url)
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("the database cannot be used: ")
    assert told.err.endswith('database "nowhere" does not exist\n')


def test_init_does_not_print_the_password(cluster: Cluster, tmp_path: Path) -> None:
    name = cluster.database()
    url = cluster.url(name).replace("yuefang@", "yuefang:geheim@")
    told = tell(None, "init", "--data", str(tmp_path), "--database-url", url)
    assert (told.code, told.err) == (0, "")
    assert told.out == f"ready: postgresql://127.0.0.1:{cluster.port}/{name}\n"
    cluster.drop(name)


SERVE = {
    "many processes on one file": (("--processes", "2"), "one SQLite file takes one process"),
    "an open line to everybody": (
        ("--host", "198.51.100.7"),
        "outside loopback --tls-cert and --tls-key are needed, or --behind-proxy",
    ),
    "a certificate alone": (("--tls-cert", __file__), "--tls-cert and --tls-key go together"),
    "a key alone": (("--tls-key", __file__), "--tls-cert and --tls-key go together"),
    "no such certificate": (("--tls-cert", "/no", "--tls-key", "/no"), "/no, /no: No such file"),
    "no certificate at all": (("--tls-cert", __file__, "--tls-key", __file__), f"{__file__}, "),
}


@pytest.mark.parametrize("name", SERVE)
def test_serving_that_may_not_be(tmp_path: Path, name: str) -> None:
    options, words = SERVE[name]
    told = tell(None, "serve", *options, "--data", str(tmp_path / "srv"))
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith(words)
    assert not (tmp_path / "srv").exists()


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    assert tell(None, "init", "--data", str(tmp_path)).code == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "sync.cli", "serve", "--data", str(tmp_path)]
        done = subprocess.run(
            [*command, "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"127.0.0.1:{port}: ")
    assert len(done.stderr.splitlines()) == 1
