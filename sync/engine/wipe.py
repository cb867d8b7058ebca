"""Reads the order to destroy this laptop's keys out of the server's refusal, and believes no other.

Only what the pinned audit key signed for this very laptop counts: whoever else says so on the line
gets a sync that failed.
"""

import msgspec

from sync.engine.trouble import Trouble
from sync.protocol.lease import WipeOrder, is_ordered
from sync.protocol.messages import Codes

WIPE = "wipe"  # the name of the order among a refusal's values


def ordered_wipe(trouble: Trouble, device_id: str, audit_key: str) -> WipeOrder | None:
    """Return the order that came with a refusal, None when there is none to obey."""
    if trouble.code is not Codes.REVOKED or WIPE not in trouble.params:
        return None
    try:
        order = msgspec.convert(trouble.params[WIPE], WipeOrder)
    except msgspec.ValidationError:
        return None
    rightful = order.device_id == device_id and is_ordered(order, audit_key)
    return order if rightful else None
