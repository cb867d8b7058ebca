"""The text sent to a customer to ask for, or confirm, a window. It never names the debt."""

from datetime import datetime

import msgspec

from field_app.i18n.words import Words


class Invitation(msgspec.Struct, frozen=True):
    """What an invitation says; `zone` is the customer's."""

    bank: str
    officers: tuple[str, ...]
    start: datetime
    end: datetime
    zone: str
    place: str
    agreed: bool


def invitation_text(words: Words, what: Invitation) -> str:
    """Return the text; anybody who reads it over a shoulder learns of no debt."""
    when = f"{words.moment(what.start, what.zone)}–{words.clock(what.end, what.zone)}"
    names = "、".join(what.officers) if words.is_chinese else " and ".join(what.officers)
    if what.agreed:
        return words(
            "This is {bank}. As agreed, our colleagues {names} will meet you on {when} ({place}). "
            "They will show their identity cards. To change or cancel, reply at any time.",
            bank=what.bank,
            names=names,
            when=when,
            place=what.place,
        )
    return words(
        "This is {bank}. Our colleagues {names} would like to meet you on {when} ({place}). "
        "Does that suit you? You may name another time or place, or decline.",
        bank=what.bank,
        names=names,
        when=when,
        place=what.place,
    )
