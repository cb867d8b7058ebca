"""Mechanisms at the door: who is there, who may be spoken to, sound, and when to leave."""

from typing import Any

from sync.domain.situation import Act, Situation
from sync.policy.mechanisms.contacts import in_ward
from sync.policy.mechanisms.mechanism import NOTHING, Check, Mechanism, Stricter
from sync.policy.moment import Moment
from sync.policy.packs.parameters import Parameters

OTHERS = ("adult_family", "minor", "stranger", "co_borrower", "guardian")


def door_absent(params: Parameters) -> Check:
    """Speak when it is known who is at the door and none of them may be spoken to."""

    def check(moment: Moment) -> dict[str, Any] | None:
        present = moment.situation.present
        return NOTHING if present is not None and not _party(moment.situation, present) else None

    return check


def door_also(params: Parameters) -> Check:
    """Speak when, besides the customer, somebody named in `who` is present."""
    who = frozenset(params.words("who", OTHERS))

    def check(moment: Moment) -> dict[str, Any] | None:
        present = moment.situation.present or ()
        return NOTHING if _party(moment.situation, present) and who & set(present) else None

    return check


def _party(situation: Situation, present: tuple[str, ...]) -> bool:
    """Say whether the customer is there, or the co-borrower or guardian who agreed instead."""
    if "customer" in present:
        return True
    by = situation.agreement.by if situation.agreement is not None else ""
    if by == "co_borrower":
        return by in present
    return by == "guardian" and by in present and in_ward(situation)


def recording(params: Parameters) -> Check:
    """Speak when sound is recorded, the customer was not told and did not ask for it."""

    def check(moment: Moment) -> dict[str, Any] | None:
        known = moment.situation.recording.notice_given
        known = known or moment.situation.recording.asked_by_customer
        return NOTHING if _records(moment) and not known else None

    return check


def recording_refused(params: Parameters) -> Check:
    """Speak when sound is recorded though the customer said no."""

    def check(moment: Moment) -> dict[str, Any] | None:
        return NOTHING if _records(moment) and moment.situation.recording.refused else None

    return check


def _records(moment: Moment) -> bool:
    return moment.act is Act.RECORDING or moment.situation.recording.on


def identity_hidden(params: Parameters) -> Check:
    """Speak when it is known that the officers did not show who they are."""
    return lambda moment: NOTHING if moment.situation.identity_shown is False else None


def asked_to_leave(params: Parameters) -> Check:
    """Speak when the customer asked the officers to leave."""
    return lambda moment: NOTHING if moment.situation.asked_to_leave else None


MECHANISMS = (
    Mechanism(door_absent),
    Mechanism(door_also, {"who": Stricter.WIDER}),
    Mechanism(recording),
    Mechanism(recording_refused),
    Mechanism(identity_hidden),
    Mechanism(asked_to_leave),
)
