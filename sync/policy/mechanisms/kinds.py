"""Every kind of rule there is: the name a pack calls a mechanism by, and the mechanism."""

from sync.policy.mechanisms import (
    caps,
    contacts,
    door,
    holds,
    hours,
    keeping,
    people,
    plans,
    wishes,
)
from sync.policy.mechanisms.mechanism import Mechanism

KINDS: dict[str, Mechanism] = {
    mechanism.kind: mechanism
    for module in (hours, wishes, caps, contacts, people, door, holds, plans, keeping)
    for mechanism in module.MECHANISMS
}
