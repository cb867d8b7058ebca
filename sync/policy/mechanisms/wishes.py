"""The mechanism about the customer's wishes: channels, hours, weekdays, places and language."""

from datetime import datetime, time
from typing import Any

from sync.domain.situation import Act, Wishes
from sync.policy.mechanisms.mechanism import Check, Mechanism
from sync.policy.moment import Moment
from sync.policy.packs.parameters import Parameters

CHANNEL_OF = {
    Act.CALL: "phone",
    Act.SMS: "sms",
    Act.APP: "app",
    Act.LETTER: "letter",
    Act.VISIT_PLAN: "visit",
    Act.VISIT_START: "visit",
}
VISITS = frozenset({Act.VISIT_PLAN, Act.VISIT_START})


def wish(params: Parameters) -> Check:
    """Speak when the act goes against what the customer asked for."""

    def check(moment: Moment) -> dict[str, Any] | None:
        wishes = moment.situation.wishes
        broken = _broken_way(moment, wishes)
        if not broken and moment.act is not Act.LETTER:  # a letter comes when the post comes
            broken = _broken_time(moment, wishes)
        return {"wish": broken} if broken else None

    return check


def _broken_way(moment: Moment, wishes: Wishes) -> str:
    channel = CHANNEL_OF.get(moment.act)
    if channel in wishes.channels_refused:
        return f"no {channel}"
    agreement = moment.situation.agreement
    if agreement is not None and moment.act in VISITS and agreement.place in wishes.places_refused:
        return f"not at {agreement.place}"
    spoken = moment.situation.language
    if wishes.language and spoken and spoken != wishes.language:
        return f"only in {wishes.language}"
    return ""


def _broken_time(moment: Moment, wishes: Wishes) -> str:
    if moment.start.weekday() in wishes.no_weekdays:
        return f"not on weekday {moment.start.isoweekday()}"
    if wishes.not_before is not None and moment.start.time() < wishes.not_before:
        return f"not before {wishes.not_before:%H:%M}"
    if wishes.not_after is not None and _runs_past(moment, wishes.not_after):
        return f"not after {wishes.not_after:%H:%M}"
    return ""


def _runs_past(moment: Moment, limit: time) -> bool:
    latest = datetime.combine(moment.day, limit)
    return moment.start >= latest or moment.end > latest


MECHANISMS = (Mechanism(wish, spoken=frozenset({"wish"})),)
