"""How many faults a crash suite tries, and the line each prints at the end of the run.

`--crash-scale N` multiplies every count; N = 1 is the plain run.
"""

from dataclasses import dataclass

import pytest

OPTION = "--crash-scale"
TOLD = "crash"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the scale."""
    parser.addoption(
        OPTION, type=int, default=1, metavar="N", help="try N times as many faults (tests/crash)"
    )
    parser.addoption(
        "--failovers", type=int, default=1, metavar="N", help="kill the primary N times"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say for each suite how much was tried; it comes from the workers with their reports."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
    ]
    told = [text for r in reports for name, text in r.user_properties if name == TOLD]
    if told:
        terminalreporter.section("faults")
        for text in told:
            terminalreporter.write_line(text)


@dataclass
class Tally:
    """What one test tried; it tells when all of it was well."""

    what: str
    scale: int
    node: pytest.Item
    tried: int = 0

    def count(self, plain: int) -> int:
        """Return how many to try, `plain` of them in the plain run."""
        return plain * self.scale

    def tell(self, more: str = "") -> None:
        """Say that everything tried was kept."""
        assert self.tried
        line = f"{self.what}: tried {self.tried:,}, lost 0" + (f" ({more})" if more else "")
        self.node.user_properties.append((TOLD, line))


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Count for one test, under the first line of its docstring."""
    what = (request.function.__doc__ or request.node.name).strip().splitlines()[0].rstrip(".")
    return Tally(what, request.config.getoption(OPTION, 1), request.node)
