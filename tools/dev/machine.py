"""Gets a machine ready: a Python of the right version, system packages, the virtual environment."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements" / "dev.lock"
STAMP = VENV / "lock.sha256"
WANTED = (3, 12)

QT = """libnss3 libnspr4 libasound2 libdbus-1-3 libdrm2 libgbm1 libegl1 libgl1 libglx0
libfontconfig1 libfreetype6 libglib2.0-0 libexpat1 libxkbcommon0 libxkbcommon-x11-0
libxkbfile1 libx11-6 libx11-xcb1 libxcomposite1 libxdamage1 libxext6 libxfixes3 libxrandr2
libxrender1 libxtst6 libxcb1 libxcb-cursor0 libxcb-dri3-0 libxcb-glx0 libxcb-icccm4
libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render0 libxcb-render-util0
libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1
libgssapi-krb5-2 libudev1 zlib1g libbrotli1 fonts-noto-cjk""".split()
POSTGRES = ["postgresql", "postgresql-client"]


def say(text: str) -> None:
    """Tell what is being done."""
    print(f"[dev] {text}", flush=True)


def run(
    *command: str | Path, env: dict[str, str] | None = None, most_s: float | None = None
) -> int:
    """Run a command in the project's folder; returns its exit code, 124 when it took too long."""
    words = [str(c) for c in command]
    try:
        return subprocess.call(words, cwd=ROOT, env=env, timeout=most_s)
    except subprocess.TimeoutExpired:
        say(f"given up after {most_s:.0f} s: {' '.join(words)}")
        return 124


def heard(*command: str | Path) -> tuple[int, str]:
    """Run a command in the project's folder; returns its exit code and what it said."""
    words = [str(c) for c in command]
    said = subprocess.run(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return said.returncode, said.stdout


def python_in_venv() -> Path:
    """Return the environment's interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def find_python() -> str:
    """Return an interpreter of the wanted version, or end with the one line that helps."""
    if sys.version_info[:2] == WANTED:
        return sys.executable
    name = "python{}.{}".format(*WANTED)
    places: list[str | Path | None] = [shutil.which(name)]
    for root in (os.environ.get("PYENV_ROOT", ""), Path.home() / ".pyenv"):
        if root:
            pattern = "versions/{}.{}*/bin/python".format(*WANTED)
            places += sorted(Path(root).glob(pattern), reverse=True)
    for place in places:
        if place and _is_wanted(place):
            return str(place)
    if sys.version_info[:2] > WANTED:
        return sys.executable
    sys.exit(f"[dev] Python {WANTED[0]}.{WANTED[1]} or newer is needed: install {name}.")


def _is_wanted(place: str | Path) -> bool:
    code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    done = subprocess.run([str(place), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.split() == [str(n) for n in WANTED]


def ensure_system(packages: list[str]) -> None:
    """Install missing system packages on Debian and its like; elsewhere change nothing."""
    if not shutil.which("dpkg-query"):
        return
    missing = [p for p in packages if not _installed(p)]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if sys.platform != "win32" and os.geteuid() != 0:
        if not shutil.which("sudo") or subprocess.call(["sudo", "-n", "true"]) != 0:
            say("some system packages are missing; please run: sudo " + " ".join(command))
            return
        command = ["sudo", "-n", *command]
    say("installing system packages: " + " ".join(missing))
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    update = command[: command.index("apt-get") + 1] + ["update", "-qq"]
    subprocess.call(update, env=quiet, stdout=subprocess.DEVNULL)
    if subprocess.call(command, env=quiet, stdout=subprocess.DEVNULL) != 0:
        say("that did not work; please run it by hand: " + " ".join(command))


def _installed(package: str) -> bool:
    done = subprocess.run(
        ["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True, check=False
    )
    return "install ok installed" in done.stdout


def postgres_packages() -> list[str]:
    """Return what is missing for the tests on PostgreSQL: nothing when its programs are there."""
    found = shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return [] if found else POSTGRES


def ensure_venv() -> None:
    """Make the environment from the hash-pinned lock; a second call finds it as it is."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted and python_in_venv().exists():
        return
    base = find_python()
    if not python_in_venv().exists():
        say(f"making .venv with {base}")
        if base == sys.executable:
            venv.create(VENV, with_pip=True)
        elif subprocess.call([base, "-m", "venv", str(VENV)]) != 0:
            sys.exit("[dev] the virtual environment could not be made")
    say("installing the locked packages (once, about a minute)")
    pip = [python_in_venv(), "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
    done = subprocess.run(
        [str(p) for p in [*pip, "--require-hashes", "-r", LOCK]],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit("[dev] pip could not install the lock:\n" + done.stderr[-4000:])
    STAMP.write_text(wanted)
