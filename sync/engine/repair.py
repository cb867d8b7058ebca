"""After a scope's last page: does the laptop hold what the scope holds? What differs is mended.

The digest comes with the page, so a sync in which all is well asks nothing more.
"""

from itertools import batched

from sync.engine.ports import Replica, Transport
from sync.engine.trouble import Trouble
from sync.protocol.digest import MOST_WANTED, Digest, WantedRecords
from sync.protocol.messages import Codes
from sync.protocol.pages import Op


def check_scope(replica: Replica, transport: Transport, scope: str, told: Digest) -> None:
    """Compare and mend; raises Trouble for the line, then nothing was changed."""
    if replica.suits(scope, told):
        return
    theirs, ours = transport.digest(scope).buckets, replica.bucket_sums(scope)
    bad = [n for n in sorted({*theirs, *ours}) if theirs.get(n) != ours.get(n)]
    if not bad:
        return  # they came to agree while we asked
    stand = {(row.kind, row.id): row for row in transport.held(scope, bad).rows}
    held = {(row.kind, row.id): row for row in replica.bucket_rows(scope, bad)}
    wanted = [key for key, row in stand.items() if held.get(key) != row]
    gone = [key for key in held if key not in stand]
    pages = []
    for keys in batched(wanted, MOST_WANTED):
        page = transport.records(WantedRecords(scope, keys))
        asked = set(keys)
        if page.scope != scope or any(
            op.op is not Op.PUT or (op.kind, op.id) not in asked for op in page.ops
        ):
            raise Trouble(Codes.GARBAGE)
        pages.append(page)
    if wanted or gone:
        replica.repair(scope, pages, gone)
