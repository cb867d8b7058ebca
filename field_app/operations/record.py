"""What this laptop can testify of the server's record."""

import msgspec

from field_app.operations.desk import Desk


def checkpoints(desk: Desk) -> bytes:
    """Return every checkpoint this laptop was shown, one JSON object a line.

    `field-server audit verify` and `tools/verify_audit.py` read the file.
    """
    every = desk.store.witness.every()
    return b"".join(msgspec.json.encode({"checkpoint": one}) + b"\n" for one in every)
