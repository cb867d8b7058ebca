"""What an administrator's terminal is given: words, line breaks and tabs; nothing that steers it.

A name of a file, a device or a person may hold escape sequences that move the cursor, set a title
or answer in the administrator's place. Their characters are printed by number instead.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from io import TextIOWrapper
from typing import Any, TextIO

from sync.domain.hidden_text import marked


class PlainLines:
    """Stands before a stream and marks hidden characters; all else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text as it can be seen."""
        self._stream.write(marked(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def in_every_script(out: TextIO) -> None:
    """Let a pipe or file take every script: on Windows it has the letters of its region only."""
    if isinstance(out, TextIOWrapper) and not out.isatty():
        out.reconfigure(encoding="utf-8", errors=out.errors)


@contextmanager
def plain_lines() -> Iterator[None]:
    """Let everything that is printed within go through `PlainLines`."""
    in_every_script(sys.stdout)
    in_every_script(sys.stderr)
    with ExitStack() as back:
        back.enter_context(redirect_stdout(PlainLines(sys.stdout)))
        back.enter_context(redirect_stderr(PlainLines(sys.stderr)))
        yield
