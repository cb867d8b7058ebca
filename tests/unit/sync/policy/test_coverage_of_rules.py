"""Every rule is reached by a test that hears it and one that does not, and the document says so."""

import subprocess
import sys

from tools.coverage_of_rules import ROOT, Heard, document, unreached


def test_document_is_as_the_tests_are_and_every_rule_is_reached() -> None:
    command = [sys.executable, "-m", "tools.coverage_of_rules", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_rule_that_only_ever_speaks_is_not_reached() -> None:
    heard: Heard = {("cn", "CN-NIGHT"): {"hours: one": {True}}}
    assert "cn CN-NIGHT" in unreached(heard)
    heard["cn", "CN-NIGHT"]["hours: two"] = {False}
    assert "cn CN-NIGHT" not in unreached(heard)
    assert "cn CN-EVENING" in unreached(heard)


def test_document_names_the_tests_of_each_side() -> None:
    heard: Heard = {("cn", "CN-NIGHT"): {"hours: one": {True, False}}}
    (row,) = (line for line in document(heard).splitlines() if line.startswith("| CN-NIGHT"))
    assert row.endswith("| hours: one | hours: one |")
