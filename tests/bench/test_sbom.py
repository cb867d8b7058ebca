"""The bill of materials: everything of the lock and nothing else, the same bytes each time."""

import json
import re
from importlib import metadata

import pytest

from tools.sbom import LOCK, LockUnreadable, sbom

DIGEST = "0" * 64
PINNED = f"Some_Thing==1.2 ; sys_platform == 'darwin' \\\n    --hash=sha256:{DIGEST}\n"


def test_a_package_with_its_marker() -> None:
    [one] = json.loads(sbom(PINNED))["components"]
    assert one["purl"] == "pkg:pypi/some-thing@1.2"
    assert one["hashes"] == [{"alg": "SHA-256", "content": DIGEST}]
    assert one["properties"][0]["value"] == "sys_platform == 'darwin'"


def test_the_lock_is_told_whole() -> None:
    """Count the lock's lines by another way, and find what this program runs on in it."""
    lock = LOCK.read_text(encoding="utf-8")
    document = json.loads(sbom(lock))
    assert len(document["components"]) == len(re.findall(r"(?m)^[A-Za-z0-9]", lock))
    assert sum(len(one["hashes"]) for one in document["components"]) == lock.count("--hash=")
    told = {one["name"]: one["version"] for one in document["components"]}
    for name in ("cryptography", "msgspec", "litestar", "requests"):
        assert told[name] == metadata.version(name)


def test_the_same_lock_gives_the_same_bytes() -> None:
    lock = LOCK.read_text(encoding="utf-8")
    assert sbom(lock) == sbom(lock)
    assert json.loads(sbom(lock))["serialNumber"] != json.loads(sbom(PINNED))["serialNumber"]


@pytest.mark.parametrize(
    "text",
    ["x==1\n", "x>=1\n", "--index-url https://example.org\n", f"    --hash=sha256:{DIGEST}\n"],
)
def test_a_lock_that_is_none(text: str) -> None:
    with pytest.raises(LockUnreadable):
        sbom(text)
