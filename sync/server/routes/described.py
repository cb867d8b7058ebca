"""What the OpenAPI document says of a route: its message, its answer, how it may refuse.

Bodies are read and written by hand, for they are compressed and pages are spliced; so the framework
cannot see their shapes, and they are told here from the messages themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, RequestBody

from sync.protocol.messages import Problem
from sync.server.problems import PROBLEM_JSON

JSON = "application/json"
BYTES = "application/octet-stream"
NAMED = (400, 401, 404, 408, 413, 426, 500, 503, 507)  # what any request of a laptop may come to


def described(
    takes: type | None = None,
    answers: type = bytes,
    *,
    refuses: tuple[int, ...] = (),
    in_parts: bool = False,
) -> type[Operation]:
    """Return the operation of a route that takes and answers these messages, `bytes` for a file.

    `refuses` are the HTTP statuses of its own besides `NAMED`; `in_parts` may answer with a part.
    """

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            if takes is not None:
                self.request_body = RequestBody(_content(takes), required=True)
            refusals = {str(s): _refusal(s) for s in sorted({*NAMED, *refuses})}
            self.responses = {"200": OpenAPIResponse("Answered", content=_content(answers))}
            if in_parts:
                self.responses["206"] = OpenAPIResponse("A part", content=_content(answers))
            self.responses |= refusals

    return Described


def _content(cls: type) -> dict[str, OpenAPIMediaType]:
    if cls is bytes:
        return {BYTES: OpenAPIMediaType()}
    return {JSON: OpenAPIMediaType(schema=schema_of(cls))}


def _refusal(status: int) -> OpenAPIResponse:
    problem = {PROBLEM_JSON: OpenAPIMediaType(schema=schema_of(Problem))}
    return OpenAPIResponse(HTTPStatus(status).phrase, content=problem)


def schema_of(cls: type) -> Any:
    """Return a message's JSON schema with everything it names written out in its place."""
    (schema,), parts = msgspec.json.schema_components([cls], ref_template="{name}")
    return _written_out(schema, parts)


def _written_out(schema: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_written_out(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _written_out(parts[schema["$ref"]], parts)
    return {key: _written_out(value, parts) for key, value in schema.items()}
