"""What is said with every answer, so that no browser makes anything of it."""

from litestar.types import Message, Scope

SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",  # heeded over TLS alone (RFC 6797, 8.1)
    "server": "-",  # instead of the web server's own name
    "x-content-type-options": "nosniff",
}

_ENCODED = tuple((name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items())


async def harden(message: Message, _scope: Scope) -> None:
    """Add the headers that an answer does not have yet."""
    if message["type"] != "http.response.start":
        return
    headers = list(message["headers"])
    said = {name.lower() for name, _ in headers}
    message["headers"] = [*headers, *(one for one in _ENCODED if one[0] not in said)]
