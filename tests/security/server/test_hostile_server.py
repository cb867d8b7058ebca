"""Hostile texts at the server: its commands' output, its log, its copies for customers."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sync.domain.commands import RecordAttachment, RecordFeedback
from sync.domain.hidden_text import HIDDEN as HIDING
from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Attachment, Feedback
from sync.domain.vocabulary import FeedbackKind
from sync.protocol.messages import Status
from sync.server.subject_access import RISKY
from sync.server.terminal import PlainLines, in_every_script
from tests.security.hostile import HIDDEN, SHOWN, VERY_LONG
from tests.server.house import House
from tests.server.laptop import Bare, fresh, now, sha256, state_of
from tests.server.sheets import csv_file, line
from tests.server.shop import Shop
from tests.server.terminal import tell
from tests.server.test_keeping import case_of, run

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", HIDDEN)
def test_no_argument_steers_the_terminal(tmp_path: Path, name: str) -> None:
    """A file's name, a date, an id: what is refused is printed, but never as it came."""
    text = HIDDEN[name].replace("\x00", "")
    for arguments in (
        ("policy", "check", str(tmp_path / text)),
        ("user", "add", text, "--name", text, "--team", text),
        ("import", text, "--team", text, "--data", str(tmp_path)),
        (text,),
    ):
        told = tell(None, *arguments)
        assert told.code != 0
        assert HIDING.search(told.out + told.err) is None, arguments


def test_an_import_refuses_hidden_characters_and_says_where(shop: Shop, tmp_path: Path) -> None:
    texts = {n: t for n, t in HIDDEN.items() if n not in ("nul", "return", "order-mark")}
    rows = [line(n, **{"客户姓名": t}) for n, t in enumerate(texts.values(), 1)]
    told = shop.take(csv_file(tmp_path / "a.csv", [*rows, line(99)]), "--language", "en")
    assert told.code == 0
    for number in range(2, len(texts) + 2):
        assert f"line {number}, 客户姓名: control characters" in told.out
    assert HIDING.search(told.out + told.err) is None
    assert "1 new" in told.out


def test_an_import_takes_all_else_as_text(shop: Shop, tmp_path: Path) -> None:
    texts = {n: t for n, t in SHOWN.items() if len(t) <= 60 and n not in ("emoji", "mongolian")}
    rows = [line(n, **{"客户姓名": t, "地址": t}) for n, t in enumerate(texts.values(), 1)]
    assert shop.take(csv_file(tmp_path / "a.csv", rows)).code == 0
    kept = {c.customer.name for c in shop.cases().values()}
    assert {t.strip() for t in texts.values()} <= kept
    long = line(77, **{"客户姓名": VERY_LONG})
    told = shop.take(csv_file(tmp_path / "b.csv", [long, line(98)]), "--language", "en")
    assert "too long" in told.out
    assert len(told.out) < 500


def test_people_and_teams_have_names_that_can_be_seen(shop: Shop) -> None:
    for text in HIDDEN.values():
        for command in (
            ("team", "add", "t9", text),
            ("user", "add", "u9", "--name", text, "--team", "north"),
        ):
            told = tell(shop.data, *command)
            assert told.code != 0, command
            assert HIDING.search(told.err) is None


def test_the_stream_marks_and_is_a_stream() -> None:
    under = io.StringIO()
    stream = PlainLines(under)
    assert stream.write("a\x1b[2J\tb\n") == 8
    assert under.getvalue() == "a‹U+001B›[2J\tb\n"
    assert not stream.closed


def test_a_pipe_of_one_region_takes_every_script() -> None:
    """As a pipe is on Windows: what was printed there would end the command."""
    under = io.BytesIO()
    pipe = io.TextIOWrapper(under, encoding="cp1252")
    in_every_script(pipe)
    print("约访", file=pipe, flush=True)
    assert under.getvalue().decode() == "约访\n"


LOGGING = """
import json, sys, structlog
from sync.server.logs import write_json_lines
write_json_lines()
for text in json.load(sys.stdin):
    structlog.get_logger("x").info(text, reason=text, **{"k": {"k": text}})
"""


def test_a_line_of_the_log_is_one_line_of_seen_letters() -> None:
    """Whatever comes to be logged: no second line, no sign that a terminal obeys."""
    texts = [text + "\n{}" for text in (SHOWN | HIDDEN).values()]
    done = subprocess.run(
        [sys.executable, "-c", LOGGING],
        input=json.dumps(texts).encode(),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    lines = done.stderr.splitlines()
    assert [json.loads(told)["event"] for told in lines] == texts
    for told in lines:
        assert told.isascii()
        # Delete is one of ASCII; a terminal passes it over.
        assert HIDING.search(told.decode().replace("\x7f", "")) is None


def sent(li: Bare, case_id: CaseId, title: str, data: bytes) -> None:
    """Record a file under a title and send its bytes."""
    fact = Attachment(
        RecordId(fresh()), case_id, now(), li.me, title, "image/png", len(data), sha256(data)
    )
    [result] = li.push(RecordAttachment(fact))
    assert result.status is Status.APPLIED
    assert state_of(li.offer(fact)).offset == 0
    assert state_of(li.upload(fact, data)).complete


def test_a_customers_copy_names_files_by_what_they_are(own_house: House, tmp_path: Path) -> None:
    """A title is a laptop's word: x.png.exe, ../../x and CON name no file for the customer."""
    case_id, li = own_house.cases["own"], own_house.crew["li"]
    picture = b"\x89PNG\r\n\x1a\n" + os.urandom(64)
    titles = ("照片.png.exe", "../../x.lnk", "CON", "a.b\\c:d", "x.html ")
    for title in titles:
        sent(li, case_id, title, picture + title.encode())
    for text in ("=1+1", "＝1", "\t=1", "@x"):
        words = Feedback(
            RecordId(fresh()), case_id, None, now(), li.me, FeedbackKind.PRAISE, "manner", text
        )
        told = RecordFeedback(words, RecordId(fresh()), RecordId(fresh()))
        assert li.push(told)[0].status is Status.APPLIED
    out = tmp_path / "copy.zip"
    number = case_of(own_house, case_id).case_no
    assert run(own_house, "subject-access", number, "--out", str(out)) == 0
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        lines = list(csv.reader(io.StringIO(archive.read("timeline.csv").decode("utf-8-sig"))))
    files = [n for n in names if n.startswith("files/")]
    assert len(files) >= len(titles)
    bare = [n.removeprefix("files/").replace("-", "") for n in files]
    assert all(name.removesuffix(".png").isalnum() for name in bare), bare
    assert [cell for row in lines for cell in row if cell.startswith(RISKY)] == []
