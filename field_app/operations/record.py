"""What this laptop can testify of the server's record."""

from pathlib import Path

import msgspec

from field_app.operations.desk import Desk


def save_checkpoints(desk: Desk, path: Path) -> int:
    """Write every checkpoint this laptop was shown, one JSON object a line; return how many.

    `field-server audit verify` and `tools/verify_audit.py` read the file. Raises OSError.
    """
    every = desk.store.witness.every()
    path.write_bytes(b"".join(msgspec.json.encode({"checkpoint": one}) + b"\n" for one in every))
    return len(every)
