"""The officer's day on paper: order, windows, areas, ways. It tells nobody why they are visited."""

from datetime import date, datetime

import msgspec

from field_app.i18n.words import Words
from field_app.reports.paper import Block, Notice, Paper, Paragraph, Picture, Table
from sync.domain.vocabulary import Place


class SheetVisit(msgspec.Struct, frozen=True):
    """One visit as the sheet tells it; the name is masked, `zone` is the customer's."""

    start: datetime
    end: datetime
    zone: str
    name: str
    case_no: str
    area: str
    place: Place
    travel_s: int | None
    leave_by: datetime | None


class SheetMap(msgspec.Struct, frozen=True):
    """The day's map as a PNG and whose map it is; `straight` when a line follows no road."""

    png: bytes
    attribution: str
    straight: bool = False


class DayFacts(msgspec.Struct, frozen=True):
    """A day of one officer, the visits in driving order."""

    day: date
    officer: str
    visits: tuple[SheetVisit, ...]
    map: SheetMap | None = None


def day_sheet(words: Words, facts: DayFacts) -> Paper:
    """Return the sheet; whoever finds it learns of no debt, no door and no whole name."""
    title = words("Day sheet · {day}", day=words.long_day(facts.day))
    blocks: list[Block] = [Paragraph(facts.officer)]
    if facts.visits:
        blocks.append(_visits(words, facts.visits))
    else:
        blocks.append(Paragraph(words("No visit is agreed for this day.")))
    if facts.map is not None:
        blocks.append(_map(words, facts.map))
    blocks.append(Notice(words("Carry your identity card. Ring only within the agreed window.")))
    return Paper(title, words.language, words("For the officer only"), tuple(blocks))


def _map(words: Words, drawn: SheetMap) -> Picture:
    told = [words("The numbers are those of the visits above.")]
    if drawn.straight:
        told.append(words("Dotted: a straight line, no road is known there."))
    if drawn.attribution:
        told.append(words("Map: {whose}", whose=drawn.attribution))
    return Picture(tuple(drawn.png), words("Map of the day"), " ".join(told))


def _visits(words: Words, visits: tuple[SheetVisit, ...]) -> Table:
    head = (
        words("No."),
        words("Leave by"),
        words("Drive"),
        words("Agreed window"),
        words("Name"),
        words("Case"),
        words("Area"),
        words("Place"),
    )
    rows = tuple(
        (
            str(number),
            words.clock(one.leave_by, one.zone) if one.leave_by else "",
            words.minutes(one.travel_s) if one.travel_s is not None else "",
            words.span(one.start, one.end, one.zone),
            one.name,
            one.case_no,
            one.area,
            words.code(f"place.{one.place}"),
        )
        for number, one in enumerate(visits, start=1)
    )
    return Table(head, rows, "rlllllll")
