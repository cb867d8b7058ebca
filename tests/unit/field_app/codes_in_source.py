"""Reads the program's own source for the codes it can give and the values given with each."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sync.protocol.messages import Codes

ROOT = Path(__file__).parents[3]
SHAPE = re.compile(r"[a-z_]+\.[a-z_0-9]*[a-z0-9]")
START = re.compile(r"([a-z_]+)\.[a-z_]*")
GIVERS = {
    "refused",
    "Reason",
    "Problem",
    "Breach",
    "Trouble",
    "Refusal",
    "PackUnusable",
    "TermsTrouble",
}
# What the server's own command line prints is for its operator, in English.
OPERATORS = ("sync/server/imports", "sync/server/administration.py", "sync/policy/packs/pack.py")
FILES = {"visit.ics", "paper.typ", "vault.db", "vault.lock", "timeline.csv", "records.json"}
# Here a code is picked first and its values are added by the caller.
ADDED_LATER = {
    "field_app/planning/problem.py": {"clashes_with"},
    "field_app/viewmodels/enrol.py": {"shortest"},
    "field_app/viewmodels/answer.py": {"rule"},
}

type Given = tuple[str, frozenset[str]]


def codes_given(known_prefixes: set[str]) -> list[Given]:
    """Return every code in the source with the names of the values given at that place.

    A text counts when a call of `GIVERS` holds it, or when it begins like a known code.
    """
    found: list[Given] = []
    for name, tree in trees("sync", "field_app"):
        in_calls: set[int] = set()
        for call in _calls(tree, GIVERS):
            params = _values(call)
            for arg in call.args:
                for node in ast.walk(arg):
                    code = _code(node)
                    if code:
                        in_calls.add(id(node))
                        found.append((code, params))
        later = frozenset(ADDED_LATER.get(name, ()))
        for node in ast.walk(tree):
            code = _code(node)
            if code and id(node) not in in_calls and code.split(".")[0] in known_prefixes:
                found.append((code, later))
    return found


def prefixes_built() -> set[str]:
    """Return the prefixes of codes that are put together, as in f"stage.{row.stage}"."""
    found = set()
    for _name, tree in trees("field_app"):
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                begins = START.fullmatch(str(node.values[0].value))
                if begins:
                    found.add(begins.group(1))
    return found


def options_offered() -> set[tuple[str, str]]:
    """Return (enumeration, prefix) of every `options_of` in the windows."""
    return {
        (call.args[1].id, call.args[2].value)
        for _name, tree in trees("field_app/ui")
        for call in _calls(tree, {"options_of"})
        if isinstance(call.args[1], ast.Name) and isinstance(call.args[2], ast.Constant)
    }


def texts_passed(path: str, function: str, position: int = 0) -> set[str]:
    """Return the plain texts passed to a function in one file or folder."""
    return {
        str(call.args[position].value)
        for _name, tree in trees(path)
        for call in _calls(tree, {function})
        if len(call.args) > position and isinstance(call.args[position], ast.Constant)
    }


def trees(*places: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield each source file under the places with its name from the root."""
    for place in places:
        start = ROOT / place
        for path in sorted(start.rglob("*.py")) if start.is_dir() else [start]:
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(OPERATORS):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def _calls(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            called = function.attr if isinstance(function, ast.Attribute) else ""
            called = function.id if isinstance(function, ast.Name) else called
            if called in names:
                yield node


def _values(call: ast.Call) -> frozenset[str]:
    names = {k.arg for k in call.keywords if k.arg}
    for arg in call.args:
        if isinstance(arg, ast.Dict):
            names |= {k.value for k in arg.keys if isinstance(k, ast.Constant)}
    return frozenset(str(n) for n in names)


def _code(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        fits = SHAPE.fullmatch(node.value) and node.value not in FILES
        return node.value if fits else ""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return str(Codes[node.attr]) if node.value.id == "Codes" else ""
    return ""
