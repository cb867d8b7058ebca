"""Where the laptop's own errors go: a line of JSON each, with kind and place, never a value.

A message of an exception, an argument of a log call and a local variable may all be a customer's
name. What is written is only what `FIELDS` names. `crash.log` takes the bare frames of a crash in
machine code (faulthandler: files, lines and functions).
"""

import faulthandler
import logging
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import msgspec
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from sync.domain.time import Clock

ERRORS, CRASHES = "errors.log", "crash.log"
LARGEST = 256 * 1024
MOST_FRAMES = 24


class ErrorLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that may be written of an error: `kind` is a type's name, `where` are file:line names."""

    at: str
    source: str
    kind: str
    where: tuple[str, ...] = ()


FIELDS = ErrorLine.__struct_fields__


class ErrorLog(logging.Handler):
    """Takes the place of everything that would print an error with its values."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(logging.WARNING)
        self._path = folder / ERRORS
        self._clock = clock
        self._crashes: IO[str] | None = None

    def listen(self) -> None:
        """Take every error of this process from now on."""
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread
        sys.unraisablehook = self._on_unraisable
        root = logging.getLogger()
        root.handlers[:] = [self]
        root.setLevel(logging.WARNING)
        logging.captureWarnings(True)
        qInstallMessageHandler(self._on_qt)
        with suppress(OSError):  # a full disk must not keep the program from starting
            self._crashes = (self._path.parent / CRASHES).open("w", encoding="utf-8")
            faulthandler.enable(self._crashes)

    def emit(self, record: logging.LogRecord) -> None:
        """Write where a log call stands and what error it had, not what it said."""
        error = record.exc_info[1] if record.exc_info else None
        place = (f"{Path(record.pathname).name}:{record.lineno} {record.funcName}",)
        kind = type(error).__name__ if error else record.levelname
        self.write(f"log {record.name}", kind, (*places(error), *place) if error else place)

    def _on_error(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self.write("program", kind.__name__, places(error, trace))

    def _on_thread(self, args: threading.ExceptHookArgs) -> None:
        self.write("thread", args.exc_type.__name__, places(args.exc_value, args.exc_traceback))

    def _on_unraisable(self, args: Any) -> None:
        self.write("unraisable", args.exc_type.__name__, places(args.exc_value, args.exc_traceback))

    def _on_qt(self, kind: QtMsgType, context: QMessageLogContext, _text: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg):
            self.write("qt", kind.name, (context.category or "",))

    def write(self, source: str, kind: str, where: tuple[str, ...]) -> None:
        """Write a line to the file, and to standard error where there is one."""
        at = self._clock.now().isoformat()
        line = msgspec.json.encode(ErrorLine(at, source, kind, where)) + b"\n"
        with suppress(OSError):  # there is nowhere else to tell it
            if self._path.exists() and self._path.stat().st_size > LARGEST:
                self._path.replace(self._path.with_suffix(".old"))
            with self._path.open("ab") as file:
                file.write(line)
        if sys.stderr is not None:
            sys.stderr.write(line.decode())


def places(error: BaseException | None, trace: TracebackType | None = None) -> tuple[str, ...]:
    """Return file, line and function of each frame, and the kinds of the errors behind it."""
    found: list[str] = []
    step = trace or (error.__traceback__ if error else None)
    while step is not None:
        code = step.tb_frame.f_code
        found.append(f"{Path(code.co_filename).name}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    cause = (error.__cause__ or error.__context__) if error else None
    while cause is not None and len(found) < 2 * MOST_FRAMES:
        found.append(f"after {type(cause).__name__}")
        cause = cause.__cause__ or cause.__context__
    return tuple(found[-MOST_FRAMES:])
