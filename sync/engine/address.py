"""Which addresses of a server are taken: HTTPS, and plain HTTP only to this very computer."""

import ipaddress
from urllib.parse import urlsplit


class InsecureAddress(ValueError):
    """The address is not HTTPS and not this computer."""


def check_address(address: str) -> str:
    """Return the address without a trailing slash; raises InsecureAddress."""
    try:
        parts = urlsplit(address.strip())
    except ValueError as error:  # such as "https://[bank": no host can be read
        raise InsecureAddress(address) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InsecureAddress(address)
    if parts.scheme == "http" and not _is_this_computer(parts.hostname):
        raise InsecureAddress(address)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
