"""The staffed house is there for every test of this folder; nobody's data may be in its log."""

from collections.abc import Iterator
from datetime import date

import pytest

from tests.server.house import house, own_house, staffed
from tests.server.laptop import PRIVATE_WORDS
from tests.server.sheets import line
from tests.server.shop import shop
from tests.server.turned import clock, door
from tests.storage.stretched import stretched_once
from tests.sync.cluster import cluster
from tests.sync.office import CASES, furnished, office, server_data
from tools.sample.export import TITLES, Export, rows

__all__ = [
    "clock",
    "cluster",
    "door",
    "furnished",
    "house",
    "nobody_in_the_log",
    "office",
    "own_house",
    "server_data",
    "shop",
    "staffed",
    "stretched_once",
]
PERSONAL = ("客户姓名", "手机号", "备用电话", "地址", "账号")


@pytest.fixture(scope="session")
def private() -> frozenset[str]:
    """Return what is known of every customer of these tests, and what is written about them."""
    lines = [*rows(Export(date(2026, 1, 1), count=CASES)), line()]
    at = [TITLES.index(title) for title in PERSONAL]
    return frozenset({cells[n] for cells in lines for n in at if cells[n]} | {PRIVATE_WORDS})


@pytest.fixture(autouse=True)
def nobody_in_the_log(capfd: pytest.CaptureFixture[str], private: frozenset[str]) -> Iterator[None]:
    """Read what the server wrote to its log during a test: no name, number or note of anybody."""
    yield
    out, err = capfd.readouterr()
    assert [word for word in private if word in out + err] == []
