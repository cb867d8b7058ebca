"""The main job through the real windows, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 300
SCREENS = 59


def test_the_main_job_runs_end_to_end(tmp_path: Path) -> None:
    env = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    with (tmp_path / "said").open("w+", encoding="utf-8") as said:
        # A file and not a pipe: a server left behind must not keep the test waiting.
        done = subprocess.run(
            [sys.executable, "-m", "tools.tour", "--out", str(tmp_path / "tour")],
            cwd=ROOT,
            env=env,
            stdout=said,
            stderr=said,
            timeout=LIMIT_S,
            check=False,
            start_new_session=True,
        )
        said.seek(0)
        text = said.read()
    assert done.returncode == 0, text[-3000:]
    assert "Traceback" not in text, text[-3000:]
    pictures = sorted((tmp_path / "tour").glob("*.png"))
    assert len(pictures) >= SCREENS
    assert all(p.stat().st_size > 5000 for p in pictures)
    papers = {p.name: p.read_bytes()[:5] for p in (tmp_path / "tour").glob("*.pdf")}
    assert papers == dict.fromkeys(("plan-zh_CN.pdf", "plan-en.pdf", "day-sheet.pdf"), b"%PDF-")
    assert "at the server, each once" in text
