"""The disk under a PostgreSQL is full: laptops are told so, and nothing answered is lost.

The branch's database lies on a small disk in memory. Where none can be mounted, as by other
users than root, this is skipped.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp

import msgspec
import pytest

from sync.protocol.messages import Pushed
from tests.server.acts import call
from tests.server.house import Staffed, problem
from tests.server.terminal import tell
from tests.server.test_leaving import ON_POSTGRESQL, Up
from tests.sync.office import DATABASE_URL, copied
from tools.postgres import SYSTEM_USER, Cluster

SIZE = "64m"
LEFT = 128 * 1024  # bytes
BATCH, MOST_BATCHES = 10, 100


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Mount a small disk that PostgreSQL may write to."""
    folder = Path(mkdtemp(prefix="yuefang-small-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("no small disk can be mounted here")
    (folder / "space").mkdir()
    shutil.chown(folder / "space", SYSTEM_USER)
    folder.chmod(0o755)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()


@pytest.fixture
def data(
    request: pytest.FixtureRequest, staffed: Staffed, small_disk: Path, tmp_path: Path
) -> Iterator[Path]:
    """Bring the staffed branch onto the small disk."""
    cluster: Cluster = request.getfixturevalue("cluster")
    cluster.sql(f"CREATE TABLESPACE small LOCATION '{small_disk / 'space'}'")
    with copied(request, staffed.data, tmp_path / "srv") as found:
        name = (found / DATABASE_URL).read_text().rsplit("/", 1)[1]
        cluster.sql(f'ALTER DATABASE "{name}" SET TABLESPACE small')
        yield found
    cluster.sql("DROP TABLESPACE small")


def fill(disk: Path) -> Path:
    """Write a file that leaves little room; return it."""
    ballast = disk / "ballast"
    left = os.statvfs(disk)
    ballast.write_bytes(bytes(left.f_bavail * left.f_frsize - LEFT))
    return ballast


@ON_POSTGRESQL
def test_no_room_under_the_database(data: Path, staffed: Staffed, small_disk: Path) -> None:
    with closing(Up(data, staffed)) as up:
        li, acked = up.house.crew["li"], []
        ballast = fill(small_disk)
        for _ in range(MOST_BATCHES):
            batch = li.sealed(*(call(li, up.house.cases["own"]) for _ in range(BATCH)))
            answer = li.send(batch)
            if answer.status_code != 200:
                break
            acked += [r.mid for r in msgspec.json.decode(answer.content, type=Pushed).results]
        assert (answer.status_code, problem(answer)) == (507, "sync.no_room")
        assert int(answer.headers["retry-after"]) >= 60
        assert up.client.get("/health").status_code == 200
        assert li.hello().last_seq == batch[0].seq - 1  # what is there is read as ever

        ballast.unlink()
        answer = li.send(batch)
        results = msgspec.json.decode(answer.content, type=Pushed).results
        assert {r.status for r in results} == {"applied"}
        acked += [r.mid for r in results]
        asked = "SELECT mid FROM mutation WHERE device_id = ? ORDER BY seq"
        rows = up.house.at_database(lambda d: d.read(lambda s: s.rows(asked, li.device_id)))
        assert [row[0] for row in rows][-len(acked) :] == acked
    assert "is whole" in tell(data, "audit", "verify").out
