"""Writes what the program is made of: the locked packages as a CycloneDX 1.5 document.

From the lock alone, so the same lock gives the same bytes; no clock, no network, no environment.
"""

import json
import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements" / "dev.lock"
PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(\S+?)(?: ; (.+?))?(?: \\)?")
HASH = re.compile(r"    --hash=sha256:([0-9a-f]{64})(?: \\)?")


class LockUnreadable(ValueError):
    """A line of the lock that is neither a pinned package nor a hash of one."""


def packages(lock: str) -> Iterator[dict[str, Any]]:
    """Return each package of a lock as a component; raises LockUnreadable, also for none hashed."""
    found: dict[str, Any] | None = None
    for number, line in enumerate(lock.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        hashed = HASH.fullmatch(line)
        if hashed and found is not None:
            found["hashes"].append({"alg": "SHA-256", "content": hashed[1]})
            continue
        pinned = PINNED.fullmatch(line)
        if pinned is None:
            raise LockUnreadable(f"line {number}")
        if found is not None:
            yield _whole(found)
        found = _component(pinned[1], pinned[2], pinned[3])
    if found is not None:
        yield _whole(found)


def _component(name: str, version: str, marker: str | None) -> dict[str, Any]:
    plain = re.sub(r"[-_.]+", "-", name).lower()
    purl = f"pkg:pypi/{plain}@{version}"
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": plain,
        "version": version,
        "hashes": [],
        "purl": purl,
    }
    if marker:
        made["properties"] = [{"name": "yuefang:marker", "value": marker}]
    return made


def _whole(component: dict[str, Any]) -> dict[str, Any]:
    if not component["hashes"]:
        raise LockUnreadable(f"{component['name']} has no hash")
    return component


def sbom(lock: str) -> str:
    """Return the document of a lock."""
    components = sorted(packages(lock), key=lambda one: one["bom-ref"])
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components, sort_keys=True))
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "yuefang"}},
        "components": components,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(sbom(LOCK.read_text(encoding="utf-8")))
