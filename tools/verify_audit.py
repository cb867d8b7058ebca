#!/usr/bin/env python3
"""Verifies an exported audit log, or a record with its proof, without the server and its program.

    python verify_audit.py FILE [--key KEY] [--approver KEY] [--checkpoints FILE ...]

FILE is what `field-server audit export` or `field-server audit prove` wrote. KEY is the bank's
public audit key (base64), asked of the bank in another way than FILE came; without it the key in
FILE is used, and only what changed after the export can be found. The approver's key is that of the
person who must approve when the server is put back from a backup; with it, each such entry of a
log needs a later one with both signatures. A file of checkpoints is what a laptop saved. One file,
Python 3.10 or newer, and the package `cryptography` for the signatures.

The log is a Merkle tree as RFC 6962 describes it: a leaf is SHA-256 of a zero byte and the entry, a
node SHA-256 of a one byte and two hashes. Exit code 0: everything holds; 1: the first bad entry was
named; 2: the file is none of these.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from datetime import datetime
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.exit("the package cryptography is needed: python -m pip install cryptography")

LOG, PROOF = "yuefang/audit-log/v1", "yuefang/audit-proof/v1"
SUITE = "yf1"
ENVELOPE_FIELDS = (
    "suite",
    "mid",
    "branch_id",
    "officer_id",
    "device_id",
    "seq",
    "prev_hash",
    "body",
    "wall_at",
    "boot_id",
    "mono_ms",
    "checkpoint",
)


class Unreadable(Exception):
    """The file is not one of ours."""


class Bad(Exception):
    """An entry that does not hold: its number, the last it may be, and why."""

    def __init__(self, first: int, why: str, last: int | None = None) -> None:
        super().__init__(first, why, last)
        self.first, self.why, self.last = first, why, first if last is None else last


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(data).digest()


def leaf(entry: str) -> bytes:
    """Return the hash of an entry."""
    return sha256(b"\x00" + entry.encode())


class Tree:
    """Roots of a growing list: the complete trees in it, with their sizes, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.trees: list[tuple[int, bytes]] = []

    def add(self, hashed: bytes) -> None:
        """Append the hash of an entry."""
        self.size += 1
        count = 1
        while self.trees and self.trees[-1][0] == count:
            hashed = sha256(b"\x01" + self.trees.pop()[1] + hashed)
            count *= 2
        self.trees.append((count, hashed))

    def root(self) -> bytes:
        """Return the root over all that were added."""
        if not self.trees:
            return sha256(b"")
        found = self.trees[-1][1]
        for _, left in self.trees[-2::-1]:
            found = sha256(b"\x01" + left + found)
        return found


def climb(hashed: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Return the root a proof leads to; raises ValueError for one too long or short."""
    if size == 1:
        if path:
            raise ValueError("the proof is too long")
        return hashed
    if not path:
        raise ValueError("the proof is too short")
    left = 1
    while left * 2 < size:
        left *= 2
    if index < left:
        return sha256(b"\x01" + climb(hashed, index, left, path[:-1]) + path[-1])
    return sha256(b"\x01" + path[-1] + climb(hashed, index - left, size - left, path[:-1]))


def framed(parts: list[str]) -> bytes:
    """Return each part behind its length in four bytes."""
    raw = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in raw)


def is_signed(form: bytes, sig: str, key: str) -> bool:
    """Say whether the key signed exactly these bytes."""
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        public.verify(base64.b64decode(sig, validate=True), form)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def check_checkpoint(told: dict[str, Any], key: str) -> None:
    """Raise Unreadable unless the key signed this checkpoint."""
    try:
        at = datetime.fromisoformat(str(told["at"]).replace("Z", "+00:00")).isoformat()
        size = told["size"]
        parts = [told["suite"], told["branch_id"], str(size), told["root"], at]
        good = told["suite"] == SUITE and type(size) is int and size >= 0
        good = good and is_signed(framed(["yuefang/checkpoint/v1", *parts]), told["sig"], key)
    except (KeyError, ValueError, AttributeError) as error:
        raise Unreadable("a checkpoint cannot be read") from error
    if not good:
        raise Unreadable("a checkpoint is not signed by the audit key")


def once(pairs: list[tuple[str, object]]) -> dict[str, Any]:
    """Return the pairs of a JSON object; raises ValueError for a name told twice."""
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a name stands twice")
    return told


DECODER = json.JSONDecoder(object_pairs_hook=once)


def object_of(line: str) -> dict[str, Any]:
    """Return a line's JSON object; raises ValueError for anything else or a name told twice."""
    told = DECODER.decode(line)
    if not isinstance(told, dict):
        raise ValueError("no object")
    return told


def read_entry(number: int, line: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a line of the log and its entry; raises Bad."""
    try:
        told = object_of(line)
        entry = object_of(told["entry"])
    except (ValueError, KeyError, TypeError) as error:
        raise Bad(number, "the line cannot be read") from error
    if type(told.get("n")) is not int or told["n"] != number:
        raise Bad(number, "another entry stands in its place")
    if leaf(told["entry"]).hex() != told.get("hash"):
        raise Bad(number, "the entry does not have its hash")
    if type(entry.get("n")) is not int or entry["n"] != number:
        raise Bad(number, "the entry has another number")
    allowed = {"n", "entry", "hash"} | ({"envelope"} if "mid" in entry else set())
    if set(told) != allowed:
        raise Bad(number, "the line does not say what it should")
    return told, entry


class Restores:
    """The times the server was put back, and who approved; keys are public ones, base64."""

    def __init__(self, branch: str, key: str, approver: str) -> None:
        self.branch, self.key, self.approver = branch, key, approver
        self.waiting: dict[str, int] = {}  # epochs that began, by the number of their entry
        self.approved = 0
        self.count = 0

    def read(self, number: int, entry: dict[str, Any]) -> None:
        """Take an entry; raises Bad for an approval that is none."""
        if entry.get("what") == "server.put_back":
            self.waiting[str(entry.get("epoch"))] = number
            self.count += 1
        elif entry.get("what") == "server.put_back_approved":
            self.take(number, entry)

    def take(self, number: int, entry: dict[str, Any]) -> None:
        """Match an approval with what it approves: the log was as long as it says, back then."""
        told = [str(entry.get(name)) for name in ("ended", "epoch", "commit", "leaves")]
        if self.waiting.pop(told[1], None) != entry.get("leaves"):
            raise Bad(number, "the approval is of no restore in this log")
        signed = [("yuefang/epoch/v1", "sig", self.key)]
        if self.approver:
            signed.append(("yuefang/epoch-approval/v1", "approval", self.approver))
        for label, name, key in signed:
            if not is_signed(framed([label, self.branch, *told]), str(entry.get(name)), key):
                raise Bad(number, "the approval is not signed by those who must")
        self.approved += 1

    def end(self) -> str:
        """Return what was found; raises Bad for a restore without approval."""
        if self.approver and self.waiting:
            raise Bad(min(self.waiting.values()), "the server was put back and nobody approved it")
        return f"; put back {self.count} times, approved {self.approved}" if self.count else ""


class Log:
    """A whole log while its lines are read; `claims` are (size, root) of signed checkpoints."""

    def __init__(self, size: int, claims: list[tuple[int, str]], restores: Restores) -> None:
        self.size = size
        self.restores = restores
        self.tree = Tree()
        self.bare: dict[str, int] = {}  # envelopes without a body whose erasure was not told yet
        self.waiting = claims
        self.right = 0  # the largest checkpoint that agreed
        self.differs: Bad | None = None
        self.compare()

    def compare(self) -> None:
        """Compare the tree with the checkpoints of its present size."""
        agreed = self.right
        while self.waiting and self.waiting[0][0] == self.tree.size:
            size, root = self.waiting.pop(0)
            if self.tree.root().hex() == root:
                agreed = size
            elif self.differs is None:
                self.differs = Bad(self.right, f"the checkpoint of {size} differs", size - 1)
        self.right = agreed

    def read(self, number: int, line: str) -> None:
        """Take the next line; raises Bad."""
        if number >= self.size:
            raise self.differs or Bad(number, "it stands behind the end of the log")
        told, entry = read_entry(number, line)
        if "mid" in entry and told["envelope"] == {"erased": True}:
            self.bare[entry["mid"]] = number
        elif "mid" in entry and told["envelope"] != {"hash": entry["envelope"]}:
            raise Bad(number, "the envelope is not the one that was answered")
        for mid in entry.get("mids", ()):
            self.bare.pop(mid, None)
        self.restores.read(number, entry)
        self.tree.add(bytes.fromhex(told["hash"]))
        self.compare()

    def end(self) -> None:
        """Judge what can be judged at the end only; raises Bad."""
        read = self.tree.size
        if self.differs is not None:
            raise self.differs
        if read < self.size:
            raise Bad(read, "the log is cut off here")
        if self.waiting:
            raise Bad(read, f"a checkpoint tells of {self.waiting[-1][0]} entries")
        if self.bare:
            raise Bad(min(self.bare.values()), "its content is gone, and no erasure was told")


def verify_log(
    lines: list[str], head: dict[str, Any], others: list[dict[str, Any]], restores: Restores
) -> str:
    """Verify a whole log; returns what was found, raises Bad for the first bad entry."""
    claims = sorted({(one["size"], one["root"]) for one in [*others, head]})
    log = Log(head["size"], list(claims), restores)
    for number, line in enumerate(lines):
        log.read(number, line)
    log.end()
    found = restores.end()
    return f"{len(lines)} entries, {len(claims)} checkpoints: the log is whole{found}"


def proven(part: dict[str, Any], head: dict[str, Any]) -> dict[str, Any]:
    """Return an entry that is shown to be in the log; raises Bad."""
    try:
        number, path = part["n"], [bytes.fromhex(one) for one in part["proof"]]
        if not 0 <= number < head["size"]:
            raise ValueError("outside the log")
        found = climb(leaf(part["entry"]), number, head["size"], path)
        entry = object_of(part["entry"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("a proof cannot be read") from error
    if found.hex() != head["root"] or entry.get("n") != number:
        raise Bad(number, "the proof does not lead to the log's root")
    return entry


def verify_record(told: dict[str, Any], head: dict[str, Any]) -> str:
    """Verify one record; returns one line about it, raises Bad."""
    entry = proven(told["entry"], head)
    number = entry["n"]
    said = f"entry {number}, {entry['at']}: {entry['what']}, {entry['status']}"
    if "envelope" not in told:
        return f"{said}; its content was erased"
    envelope, device = told["envelope"], proven(told["device"], head)
    if device.get("what") != "device.enrolled" or device["device"] != entry["device"]:
        raise Bad(number, "the laptop was not enrolled")
    form = framed([str(envelope[name]) for name in ENVELOPE_FIELDS])
    if hashlib.sha256(form + envelope["sig"].encode()).hexdigest() != entry["envelope"]:
        raise Bad(number, "the record is not the one that was answered")
    if envelope["suite"] != SUITE or not is_signed(form, envelope["sig"], device["public_key"]):
        raise Bad(number, "the record is not signed by the laptop")
    return f"{said}; made {envelope['wall_at']} on laptop {entry['device']}\n  {envelope['body']}"


def read_checkpoints(path: str, key: str) -> list[dict[str, Any]]:
    """Return the signed checkpoints of a file."""
    found = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            told = json.loads(line)
            if "checkpoint" in told:
                check_checkpoint(told["checkpoint"], key)
                found.append(told["checkpoint"])
    return found


def verify(
    path: str, key: str = "", checkpoints: list[str] | None = None, approver: str = ""
) -> list[str]:
    """Return what holds, line by line; raises Bad, Unreadable."""
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = file.read().split("\n")
    try:
        heading = object_of(lines[0])
        form, head = heading["format"], heading["checkpoint"]
        key = key or heading["key"]
        check_checkpoint(head, key)
        others = [one for name in checkpoints or [] for one in read_checkpoints(name, key)]
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable("this is no exported log and no proof") from error
    rest = lines[1:-1] if lines[-1] == "" else lines[1:]
    if form == LOG:
        return [verify_log(rest, head, others, Restores(head["branch_id"], key, approver))]
    if form != PROOF:
        raise Unreadable(f"the form {form} is not known")
    try:
        return [verify_record(object_of(line), head) for line in rest]
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable("a record cannot be read") from error


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    parser = argparse.ArgumentParser(description="Verify an exported audit log or a proof.")
    parser.add_argument("file")
    parser.add_argument("--key", default="", help="the bank's public audit key, base64")
    parser.add_argument("--approver", default="", help="the approver's public key, base64")
    parser.add_argument("--checkpoints", action="append", default=[], help="saved on a laptop")
    asked = parser.parse_args(arguments)
    try:
        found = verify(asked.file, asked.key, asked.checkpoints, asked.approver)
    except Bad as bad:
        where = f"{bad.first}" if bad.first == bad.last else f"one of {bad.first} to {bad.last}"
        print(f"first bad entry: {where} ({bad.why})")
        return 1
    except (Unreadable, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(found))
    if not asked.key:
        print("checked with the key in the file; ask the bank for its audit key and give it --key")
    return 0


if __name__ == "__main__":
    sys.exit(main())
