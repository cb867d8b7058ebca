"""Every bench runs to its end on tiny counts and says what it promises to say."""

import math
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

import dev
from bench import audit, peak, plan, policy, server, sync, ui, ui_bare, vault
from bench import map as map_
from bench.figures import Metric
from bench.sync_peers import Task, pouchdb_rounds
from field_app.storage.case_entries import KEPT


class Written(msgspec.Struct):
    metrics: dict[str, Metric]


def written(folder: Path, name: str, none: tuple[str, ...] = ()) -> dict[str, Metric]:
    """Return what the bench wrote; every figure is a figure, and none but these is nothing."""
    metrics = msgspec.json.decode((folder / f"{name}.json").read_bytes(), type=Written).metrics
    for key, metric in metrics.items():
        figures = (metric.value, metric.limit, metric.ratio)
        assert all(math.isfinite(n) and (n > 0 or key in none) for n in figures)
    return metrics


def test_the_door_names_only_benches_that_are_there() -> None:
    for name in dev.BENCHES:
        assert callable(import_module(f"bench.{name}").main)


def test_the_lead_is_asked_for_where_there_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tour takes the place of the demo there, and has the lead's laptop in any case."""
    given: list[tuple[object, ...]] = []
    monkeypatch.setattr(dev, "run", lambda *words, env: given.append(words[1:]) or 0)
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert dev.demo(["--lead"]) == 0
    monkeypatch.setenv("DISPLAY", ":0")
    assert dev.demo(["--lead"]) == 0
    assert given == [("-m", "tools.tour"), ("-m", "tools.demo", "--lead")]


def test_vault(tmp_path: Path) -> None:
    assert vault.main(["--cases", "300", "--rounds", "2", "--searches", "4"], tmp_path) == 0
    metrics = written(tmp_path, "vault")
    assert set(vault.GOALS) <= set(metrics)
    assert {"search_name_p50", "search_initials_p99", "search_address_p99"} <= set(metrics)


def test_policy(tmp_path: Path) -> None:
    assert policy.main(["--questions", "300", "--rounds", "2"], tmp_path) == 0
    metrics = written(tmp_path, "policy")
    assert set(policy.GOALS) <= set(metrics)
    assert metrics["decisions_against_20000"].limit == 20_000


def test_audit(tmp_path: Path) -> None:
    asked = ["--entries", "600", "--rounds", "1", "--pushes", "2"]
    assert audit.main(asked, tmp_path) == 0
    metrics = written(tmp_path, "audit")
    assert set(metrics) == {"push_of_1", "push_of_20", "verify_600", "verify_export_of_600"}


def test_sync(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    small = ["--cases", "40", "--changes", "5", "--rounds", "1", "--records", "120"]
    assert sync.main(small, tmp_path) == 0
    metrics = written(tmp_path, "sync")
    assert {"first_sync_40_cases", "round_trip_5_changes", "nothing_to_do"} < set(metrics)
    assert set(sync.GOALS) <= set(metrics)
    assert metrics["nothing_to_do_requests"].value == 1
    told = capfd.readouterr().out
    assert "121 rows" in told  # 40 cases with two contacts, and one colleague
    [every] = re.findall(r"all of it: .*, (\d+) rows", told)
    # Each record is a member of a scope; each case has its row, its address and words to be found.
    assert int(every) > 121 + 121 + 3 * 40


def test_server(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    size = ["--branches", "1", "--officers", "2", "--cases", "15", "--page", "40"]
    assert server.main([*size, "--batch", "5", "--rounds", "1", "--seconds", "1"], tmp_path) == 0
    metrics = written(tmp_path, "server", none=("cursor_rows_lost", "cursor_rows_twice"))
    assert set(server.GOALS) <= set(metrics)
    assert {"sqlite_pull_pages", "sqlite_push_batches"} <= set(metrics)
    assert "by 2 writers" in capfd.readouterr().out


def test_peak(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asked = ["--laptops", "5", "--cases", "1", "--acts", "3"]
    assert peak.main(asked, tmp_path) == 0
    metrics = written(tmp_path, "peak", none=tuple(peak.GOALS))
    assert {f"{n}_sync_p{p}" for n in ("morning", "evening") for p in (50, 95, 99)} <= set(metrics)
    out = capfd.readouterr().out
    assert "lost 0, stored and never acknowledged 0, told twice 0" in out
    # Everybody's hello, rules and two pages, and the call of those who had one to send.
    asked_for = re.findall(r"(\d+) × 200", out)
    assert len(asked_for) == 2
    assert all(int(count) >= 5 * 4 for count in asked_for)


def test_map(tmp_path: Path) -> None:
    """In a process of its own: the web engine ends with the application."""
    asked = ["--stops", "30", "--rounds", "1", "--frames", "5"]
    code = f"from bench import map; raise SystemExit(map.main({asked!r}, Path({str(tmp_path)!r})))"
    done = subprocess.run(
        [sys.executable, "-c", f"from pathlib import Path; {code}"],
        cwd=dev.ROOT,
        env=dev.headless(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    metrics = written(tmp_path, "map")
    assert set(map_.GOALS) <= set(metrics)
    assert metrics["pan_web"].limit == 30


def test_pouchdb_is_left_out_where_npm_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pouchdb_rounds(Task(tmp_path / "none", 1, 1), tmp_path) is None
    assert capsys.readouterr().out.startswith("PouchDB is left out: it needs npm and node")


def test_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--rounds", "1", "--plans", "5", "--seconds", "0.5", "--long", "0.5"]
    asked += ["--places", "30"]
    folder = tmp_path / "instances"
    folder.mkdir()
    (folder / "SMALL.vrp").write_text(SMALL_INSTANCE)
    (folder / "SMALL.sol").write_text("Route #1: 1 2\nCost: 6000\n")
    assert plan.main([*asked, "--instances", str(folder)], tmp_path) == 0
    metrics = written(tmp_path, "plan")
    assert set(plan.GOALS) - {"solomon_gap", "solomon_gap_ortools"} <= set(metrics)
    assert metrics["plans_unbroken"].value == metrics["replan_promises_kept"].value == 1
    out = capsys.readouterr().out
    assert "5 random plans checked, 0 broken" in out
    assert "matrix of 30 × 30" in out


def test_a_part_of_plan_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan.main(["--parts", "random", "--plans", "3"], tmp_path) == 0
    assert set(written(tmp_path, "plan")) == {"plans_unbroken"}
    with pytest.raises(SystemExit):
        plan.main(["--parts", "depots-long"], tmp_path)
    assert "need --instances" in capsys.readouterr().err


# One depot and two customers in a row: there and back are 6.000 long.
SMALL_INSTANCE = """NAME: SMALL
TYPE: MDVRPTW
EDGE_WEIGHT_TYPE: EUC_2D
DIMENSION: 3
VEHICLES: 2
CAPACITY: 5
VEHICLES_MAX_DURATION: 50
NODE_COORD_SECTION
1 0 0
2 1 0
3 3 0
DEMAND_SECTION
1 0
2 1
3 1
SERVICE_TIME_SECTION
1 0
2 1
3 1
TIME_WINDOW_SECTION
1 0 100
2 0 90
3 0 90
VEHICLES_DEPOT_SECTION
1 1
2 1
DEPOT_SECTION
1
EOF
"""


FEW = ["--rows", "150", "--cases", "30", "--rounds", "1"]
SOME = ["--frames", "20", "--searches", "2", "--megabytes", "1"]


def test_ui(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert ui.main([*FEW, *SOME, "--acts", "use"], tmp_path) == 0
    metrics = written(tmp_path, "ui")
    assert set(metrics) == {name for name in ui.GOALS if name.startswith(("scroll", "key"))}
    assert "scrolled to row 150" in capfd.readouterr().out


def test_the_least_program_asks_for_what_a_vault_keeps() -> None:
    assert set(ui_bare.COLUMNS.split(", ")) <= set(KEPT)


@pytest.mark.long
def test_ui_with_every_act(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert ui.main([*FEW, *SOME], tmp_path) == 0
    assert set(ui.GOALS) <= set(written(tmp_path, "ui"))
    told = capfd.readouterr().out
    assert "upload: " in told
    assert "its own work" in told
