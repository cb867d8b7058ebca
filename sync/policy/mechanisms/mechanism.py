"""What a mechanism is: how a rule becomes a check, what it says, and which way is stricter.

A bank may tighten a pack but never loosen it. So every parameter declares its stricter side
here, once, beside the check that reads it.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from sync.policy.moment import Moment
from sync.policy.packs.parameters import Parameters

type Check = Callable[[Moment], dict[str, Any] | None]
"""Returns the values for the rule's sentence when the rule speaks, else None."""

NOTHING: dict[str, Any] = {}
ANY = "any"
MINUTES_A_DAY = 24 * 60


class Stricter(Enum):
    """Which side of a parameter is the stricter one."""

    LESS = "less"  # a lower number
    MORE = "more"  # a higher number
    WIDER = "wider"  # a list with more in it
    NARROWER = "narrower"  # a list with less in it
    HOURS = "hours"  # `from` and `until` together: hours that hold the former ones
    NEITHER = "neither"  # another value is another rule


class Mechanism(NamedTuple):
    """One kind of rule.

    `stricter` names every parameter; `spoken` the values given to the sentence. `case_wide`: no
    other hour, window or agreement can satisfy it, the case itself must change.
    """

    make: Callable[[Parameters], Check]
    stricter: Mapping[str, Stricter] = {}
    spoken: frozenset[str] = frozenset()
    case_wide: bool = False

    @property
    def kind(self) -> str:
        """Return the name a rule calls it by."""
        return self.make.__name__

    def looser(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
        """Return the first parameter that is looser in `new` than in `old`, or ""."""
        for name, side in self.stricter.items():
            if not _as_strict(side, name, old, new):
                return name
        return ""


def _as_strict(side: Stricter, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    before, after = old[name], new[name]
    match side:
        case Stricter.LESS:
            return bool(after <= before)
        case Stricter.MORE:
            return bool(after >= before)
        case Stricter.WIDER:
            return ANY in after or (ANY not in before and set(before) <= set(after))
        case Stricter.NARROWER:
            return ANY in before or (ANY not in after and set(after) <= set(before))
        case Stricter.HOURS:
            return minutes_of(old) <= minutes_of(new)
        case Stricter.NEITHER:
            return bool(before == after)


def minutes_of(params: Mapping[str, Any]) -> frozenset[int]:
    """Return the minutes of the day that hours cover, from `from` up to `until`."""
    begins, ends = (t.hour * 60 + t.minute for t in Parameters("", params).hours())
    if ends < begins:
        ends += MINUTES_A_DAY
    return frozenset(m % MINUTES_A_DAY for m in range(begins, ends))
