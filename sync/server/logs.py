"""The server's log: a JSON object a line, in UTC, to standard error; codes and numbers only.

Everything beyond ASCII is escaped: no character can steer the terminal of who reads the log.
"""

import logging
import sys

import structlog


def write_json_lines() -> None:
    """Let every logger of this process write JSON lines."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
