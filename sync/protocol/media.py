"""What kind of file some bytes are: told by the first of them, never by a name."""

MEDIA_TYPES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
}
LONGEST = max(len(magic) for magic in MEDIA_TYPES)


def media_type_of(head: bytes) -> str | None:
    """Return the type of a file that begins like this, None for every other kind."""
    for magic, media_type in MEDIA_TYPES.items():
        if head.startswith(magic):
            return media_type
    return None
