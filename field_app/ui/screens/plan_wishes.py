"""What a lead sets for one day: who comes, hours, start places, lunch, the most visits."""

from PySide6.QtWidgets import QWidget

from field_app.ui.dialogs.form_dialog import Field, ask
from field_app.ui.look import Look
from field_app.viewmodels.plan import DayWishes, Lunch, OfficerWish, PlanViewModel
from field_app.viewmodels.time_entry import read_span
from sync.domain.ids import OfficerId
from sync.domain.records import Officer

LUNCHES = ("0", "30", "45", "60", "90")
MOST = 30
LONGEST_H = 24


async def ask_wishes(parent: QWidget, look: Look, view: PlanViewModel) -> DayWishes | str | None:
    """Ask, and return the wishes, what is wrong with them, or None when left alone."""
    known, words = view.ground, look.words
    if known is None:
        return None
    explain = words("For this day only. An empty time means that the colleague does not come.")
    fields = [*_common(look, view.wishes)]
    for one in known.officers:
        fields += _own(look, view, one)
    told = await ask(parent, look, words("Rules of the day"), fields, explain)
    return None if told is None else read_wishes(look, known.officers, told)


def _common(look: Look, wishes: DayWishes) -> tuple[Field, ...]:
    words, lunch = look.words, wishes.lunch
    lengths = tuple((n, words("{n} min", n=n) if n != "0" else words("none")) for n in LUNCHES)
    begins = f"{_clock(lunch.earliest_s)}-{_clock(lunch.latest_s)}" if lunch else "11:30-13:00"
    longest = str(wishes.longest_s // 3600) if wishes.longest_s else ""
    return (
        Field("lunch", words("Lunch"), lengths, str(lunch.minutes) if lunch else "0"),
        Field("lunch_begins", words("Lunch begins within"), chosen=begins),
        Field("most", words("Most visits of one colleague"), chosen=str(wishes.most_visits)),
        Field("longest", words("Longest day in hours, empty for no limit"), chosen=longest),
    )


def _own(look: Look, view: PlanViewModel, officer: Officer) -> tuple[Field, ...]:
    words, known = look.words, view.ground
    wish = next((w for w in view.wishes.officers if w.officer_id == officer.id), None)
    wish = wish or OfficerWish(officer.id)
    begin, end = wish.work_from or officer.work_from, wish.work_until or officer.work_until
    hours = f"{begin:%H:%M}-{end:%H:%M}" if wish.present else ""
    others = known.officers if known else ()
    places = (
        ("", words("own start place")),
        *(
            (o.id, words("start place of {name}", name=o.name))
            for o in others
            if o.id != officer.id
        ),
    )
    return (
        Field(f"{officer.id}:hours", words("{name}: hours", name=officer.name), chosen=hours),
        Field(
            f"{officer.id}:start",
            words("{name}: sets out from", name=officer.name),
            places,
            wish.starts_with or "",
        ),
    )


def read_wishes(look: Look, officers: tuple[Officer, ...], told: dict[str, str]) -> DayWishes | str:
    """Return the wishes as typed, or the sentence that says what is wrong."""
    words = look.words
    begins = read_span(told["lunch_begins"])
    if told["lunch"] != "0" and begins is None:
        return words("Type when lunch may begin, such as 11:30-13:00.")
    most, longest = told["most"], told["longest"]
    if not most.isascii() or not most.isdigit() or not 1 <= int(most) <= MOST:
        return words("The most visits of one colleague is a number from 1 to {most}.", most=MOST)
    if longest and not (longest.isascii() and longest.isdigit() and 1 <= int(longest) <= LONGEST_H):
        return words("The longest day is a number of hours from 1 to {most}.", most=LONGEST_H)
    wishes = []
    for officer in officers:
        wish = _read_own(look, officer, told)
        if isinstance(wish, str):
            return wish
        wishes.append(wish)
    lunch = None
    if told["lunch"] != "0" and begins is not None:
        first, last = (t.hour * 3600 + t.minute * 60 for t in begins)
        lunch = Lunch(first, last, int(told["lunch"]))
    return DayWishes(lunch, int(most), int(longest) * 3600 if longest else None, tuple(wishes))


def _read_own(look: Look, officer: Officer, told: dict[str, str]) -> OfficerWish | str:
    text = told[f"{officer.id}:hours"].strip()
    start = told[f"{officer.id}:start"]
    starts_with = OfficerId(start) if start else None
    if not text:
        return OfficerWish(officer.id, present=False, starts_with=starts_with)
    span = read_span(text)
    on_record = f"{officer.work_from:%H:%M}-{officer.work_until:%H:%M}"
    if span is None or span[0] < officer.work_from or span[1] > officer.work_until:
        return look.words(
            "{name}: type hours within those on record, {span}.", name=officer.name, span=on_record
        )
    return OfficerWish(officer.id, True, *span, starts_with)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
