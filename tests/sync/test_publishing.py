"""Publishing rules at the server: checked, signed, numbered; a no changes nothing."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sync.cli.program import main as field_server
from sync.protocol.signed_form import fingerprint, key_text
from sync.server.policy_key import KEY_FILE, NEXT_FILE, first_key, next_key, signing_key, take_over
from tests.sync.office import ROOT, Office, administer, whereabouts
from tests.sync.rules import (
    STOP,
    at_the_server,
    in_force,
    key_file,
    pack,
    pinned_key,
    publish,
    rule,
)


def refused(office: Office, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run `field-server`, which must say no, and return why."""
    before = in_force(office.server)
    capsys.readouterr()
    assert field_server([*arguments, *whereabouts(office.server.data)]) == 1
    assert in_force(office.server) == before
    return capsys.readouterr().err


def written(office: Office, name: str, text: str) -> str:
    """Write a file beside the server's folder and return its path."""
    file = office.homes.parent / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_new_server_has_a_key_of_its_own_and_the_programs_rules(office: Office) -> None:
    data = office.server.data
    assert stat.S_IMODE(key_file(data).stat().st_mode) == 0o600
    key, bundle = key_file(data).read_bytes(), in_force(office.server)
    assert bundle.serial == 1
    administer(data, "init")
    assert key_file(data).read_bytes() == key
    assert in_force(office.server) == bundle
    shown = administer(data, "policy", "show")
    assert f"cn {bundle.version}, serial 1, since {bundle.published_at:%Y-%m-%d}" in shown
    assert f"key {fingerprint(pinned_key(office.server))}" in shown


def test_publishing_tells_what_changed(office: Office) -> None:
    told = publish(office.server, "2099.1", rule()).splitlines()
    assert told[0].startswith("cn 2099.1, serial 2, since ")
    assert told[1:] == [f"+ {STOP}"]
    told = publish(
        office.server, "2099.2", rule().replace("No visits", "Not one visit")
    ).splitlines()
    assert told[1:] == [f"~ {STOP}"]
    told = publish(office.server, "2099.3").splitlines()
    assert told[1:] == [f"- {STOP}"]
    entries = at_the_server(
        office.server, lambda s: s.rows("SELECT entry FROM audit_leaf ORDER BY n")
    )
    published = [str(e[0]) for e in entries if "rules.published" in str(e[0])]
    assert [f'"serial":{n}' in entry for n, entry in enumerate(published, start=1)] == [True] * 4
    assert "whole" in administer(office.server.data, "audit", "verify")


def test_the_same_rules_may_come_into_force_again(office: Office) -> None:
    publish(office.server, "2099.1", rule())
    publish(office.server, "2099.2")
    assert publish(office.server, "2099.1", rule()).startswith("cn 2099.1, serial 4")


def test_a_banks_tightening_is_not_lost_unseen(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = in_force(office.server).figures
    assert figures
    overlay = ("--overlay", str(ROOT / "resources" / "sample" / "cn.house.toml"))
    law = written(office, "law.toml", pack("2099.1"))
    told = administer(office.server.data, "policy", "publish", law, *overlay)
    assert told.startswith("cn 2099.1+")
    assert ", with overlay, with figures\n" in told
    assert "overlay is in force" in refused(office, capsys, "policy", "publish", law)
    empty = written(office, "empty.toml", "\n")
    assert "is empty" in refused(office, capsys, "policy", "publish", law, "--overlay", empty)
    loose = written(office, "loose.toml", '[overlay]\nid = "x"\n')
    assert refused(office, capsys, "policy", "publish", law, "--overlay", loose)
    stands = in_force(office.server)
    assert stands.figures == figures
    told = administer(office.server.data, "policy", "publish", law, "--without-overlay")
    assert told.startswith("cn 2099.1, serial 3")
    assert all(line.startswith(("- ", "~ ")) for line in told.splitlines()[1:])
    assert in_force(office.server).overlay == ""


def test_figures_are_published_with_the_rules(office: Office) -> None:
    before = in_force(office.server).figures
    other = before.replace("income_falls_percent = 20", "income_falls_percent = 25")
    assert other != before
    file = written(office, "figures.toml", other)
    law = written(office, "law.toml", pack("2099.1"))
    administer(office.server.data, "policy", "publish", law, "--figures", file)
    assert in_force(office.server).figures == other
    li = office.seat("li")
    assert li.desk.policy.reference.income_falls_percent == 20
    li.sync()
    assert li.desk.policy.reference.income_falls_percent == 25


def test_unclear_rules_are_refused(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("no pack at all", pack("2099.1", rule(kind="unheard_of")), "[pack]\nid = 1\n"):
        file = written(office, "odd.toml", text)
        assert refused(office, capsys, "policy", "publish", file).startswith("pack: ")
    gone = str(office.homes / "gone.toml")
    assert "gone.toml" in refused(office, capsys, "policy", "publish", gone)


def test_a_version_names_one_set_of_rules(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(office.server, "2099.1")
    other = written(office, "other.toml", pack("2099.1", rule()))
    assert "new version" in refused(office, capsys, "policy", "publish", other)


def test_a_serial_is_never_behind(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    publish(office.server, "2099.1")
    file = written(office, "next.toml", pack("2099.2"))
    why = refused(office, capsys, "policy", "publish", file, "--serial", "2")
    assert "serial 2 is not after 2" in why
    told = administer(office.server.data, "policy", "publish", file, "--serial", "9")
    assert told.startswith("cn 2099.2, serial 9")
    assert publish(office.server, "2099.3").startswith("cn 2099.3, serial 10")


def test_a_branch_that_is_none(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(office, "next.toml", pack("2099.2"))
    at = ("--branch", "nowhere")
    assert "no branch nowhere" in refused(office, capsys, "policy", "publish", file, *at)
    assert "nothing is published" in refused(office, capsys, "policy", "show", *at)


def test_only_the_key_that_laptops_believe_signs(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(office, "next.toml", pack("2099.2"))
    key = key_file(office.server.data)
    kept = key.read_bytes()
    key.chmod(0o640)
    assert "chmod 600" in refused(office, capsys, "policy", "publish", file)
    key.write_text("no key")
    key.chmod(0o600)
    assert "no private key" in refused(office, capsys, "policy", "publish", file)
    key.unlink()
    assert "does not hold" in refused(office, capsys, "policy", "publish", file)
    assert "does not hold" in refused(office, capsys, "policy", "rotate-key")
    first_key(office.server.data)
    assert "does not hold" in refused(office, capsys, "policy", "publish", file)
    administer(office.server.data, "init")
    key.write_bytes(kept)
    assert publish(office.server, "2099.2").startswith("cn 2099.2, serial 2")


def test_a_handover_of_the_key(office: Office) -> None:
    data = office.server.data
    old, before = key_file(data).read_bytes(), in_force(office.server)
    told = administer(data, "policy", "rotate-key")
    assert told == f"key {fingerprint(pinned_key(office.server))}\n"
    assert key_file(data).read_bytes() != old
    assert stat.S_IMODE(key_file(data).stat().st_mode) == 0o600
    again = in_force(office.server)
    assert (again.serial, again.pack, again.version) == (2, before.pack, before.version)
    assert again.sig != before.sig
    assert publish(office.server, "2099.1").startswith("cn 2099.1, serial 3")


def test_a_handover_that_was_cut_is_finished_or_forgotten(tmp_path: Path) -> None:
    old = first_key(tmp_path)
    new = next_key(tmp_path)
    was, will_be = (key_text(k.public_key()) for k in (old, new))
    # Cut before the commit: laptops still believe the old key, and a later one may follow.
    assert key_text(signing_key(tmp_path, was).public_key()) == was
    later = key_text(next_key(tmp_path).public_key())
    assert later != will_be
    # Cut after it: whoever signs next finishes it.
    assert key_text(signing_key(tmp_path, later).public_key()) == later
    assert sorted(p.name for p in tmp_path.iterdir()) == [KEY_FILE]
    next_key(tmp_path)
    take_over(tmp_path)
    assert not (tmp_path / NEXT_FILE).exists()
    assert key_text(first_key(tmp_path).public_key()) != later


def test_a_server_without_rules_does_not_serve(office: Office) -> None:
    office.server.stop()
    at_the_server(office.server, lambda s: s.run("DELETE FROM policy_bundle"))
    command = [sys.executable, "-m", "sync.cli", "serve", *whereabouts(office.server.data)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "run field-server init" in done.stderr
    administer(office.server.data, "init")
    assert in_force(office.server).serial == 1
    office.server.start()
