"""The policy phase: newer rules are fetched when the server names them, believed when proven.

The server's hello names serial and hash of the rules in force, so a sync without news asks nothing
more. Whatever is wrong with the news, the laptop keeps the rules it has and the sync goes on.
"""

from collections.abc import Callable

from sync.engine.ports import Replica, Transport
from sync.protocol.messages import Hello
from sync.protocol.policy_bundle import Distrust, Trusted, trust


def pull_policy(
    replica: Replica,
    transport: Transport,
    hello: Hello,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Bring the rules in force to this laptop; raises Trouble only for the line itself.

    `meanwhile` is called when they have come, before they are read: that takes a while.
    """
    standing = replica.policy_standing()
    if (hello.policy_serial, hello.policy_hash) == (standing.serial, standing.hash):
        replica.note_policy(None)
    elif not standing.key:
        replica.note_policy(Distrust.NO_KEY)
    elif hello.policy_serial <= standing.serial:
        replica.note_policy(Distrust.OLDER)
    else:
        news = transport.policy(standing.serial)
        meanwhile()
        answer = trust(news, standing)
        if isinstance(answer, Trusted):
            replica.keep_policy(answer)
        else:
            replica.note_policy(answer)
