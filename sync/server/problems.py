"""How a request fails as a whole: an HTTP status and a `Problem`, never a stack trace."""

import errno
import random
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from sync.protocol.messages import Codes, Problem

ROOM_AGAIN_S, AWAY_AGAIN_S = (60, 300), (5, 30)
PROBLEM_JSON = "application/problem+json"  # RFC 9457

log = structlog.get_logger("yuefang.server")


class Refusal(Exception):
    """A request that cannot be answered, with the status and code that say why.

    `retry_after_s` tells the laptop when to ask again.
    """

    def __init__(
        self, status: int, code: Codes, *, retry_after_s: int | None = None, **params: Any
    ) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s
        self.params = params


class RulesUnusable(Exception):
    """A branch has no rules that can be believed and read; nothing must be decided by others."""

    def __init__(self, branch: str, why: str) -> None:
        super().__init__(branch, why)
        self.branch = branch
        self.why = why


_BY_STATUS = {
    401: Codes.UNAUTHORISED,
    403: Codes.FORBIDDEN,
    404: Codes.NOT_FOUND,
    413: Codes.TOO_LARGE,
}


def answer_refusal(request: Request[Any, Any, Any], error: Refusal) -> Response[bytes]:
    """Answer a refusal with its problem."""
    answer = _problem(request, error.status, error.code, error.params)
    if error.retry_after_s is not None:
        answer.headers["retry-after"] = str(error.retry_after_s)
    return answer


def answer_no_rules(request: Request[Any, Any, Any], error: RulesUnusable) -> Response[bytes]:
    """Let the laptop keep its work and ask again; the operator reads why in the log."""
    log.error("rules unusable", branch=error.branch, why=error.why)
    return _problem(request, 503, Codes.BUSY, {})


def answer_no_room(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Let the laptop keep its work until somebody made room; the operator reads of it."""
    log.error("no room", request_id=request_id(request), where=where(error))
    return _later(request, 507, Codes.NO_ROOM, ROOM_AGAIN_S)


def answer_away(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Let the laptop ask again: the database went away, and what it did last is not known."""
    cause = type(error.__cause__).__name__
    log.error("database away", request_id=request_id(request), error=cause)
    return _later(request, 503, Codes.BUSY, AWAY_AGAIN_S)


def answer_disk(request: Request[Any, Any, Any], error: OSError) -> Response[bytes]:
    """Answer what the disk refused."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return answer_no_room(request, error)
    return answer_bug(request, error)


def _later(
    request: Request[Any, Any, Any], status: int, code: Codes, again_s: tuple[int, int]
) -> Response[bytes]:
    answer = _problem(request, status, code, {})
    answer.headers["retry-after"] = str(random.randint(*again_s))  # noqa: S311  # only spreads
    return answer


def answer_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what the framework refuses: unknown paths, wrong methods, bodies too large."""
    code = _BY_STATUS.get(error.status_code, Codes.MALFORMED)
    if error.status_code >= 500:
        return answer_bug(request, error)
    return _problem(request, error.status_code, code, {})


def answer_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Log a bug with its trace, without the values in it, and answer that it was ours."""
    log.error(
        "bug",
        request_id=request_id(request),
        error=type(error).__name__,
        where=where(error),
    )
    return _problem(request, 500, Codes.SERVER_ERROR, {})


def request_id(request: Request[Any, Any, Any]) -> str:
    """Return the id the laptop gave the request, for both logs."""
    return request.headers.get("sync-request", "")[:64]


def _problem(
    request: Request[Any, Any, Any], status: int, code: Codes, params: dict[str, Any]
) -> Response[bytes]:
    body = msgspec.json.encode(Problem(code, params, request_id(request)))
    return Response(body, status_code=status, media_type=PROBLEM_JSON)


def where(error: Exception) -> list[str]:
    """Return file and line of each frame: enough to find the bug, nothing of the data in it."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 3)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-12:]
