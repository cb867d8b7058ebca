"""Conduct figures as a paper: a table a team, a measure a row, a month a column."""

from collections.abc import Mapping

from field_app.i18n.words import Words
from field_app.reports.conduct_sheet import measured
from field_app.reports.paper import Block, Heading, Paper, Paragraph, Table
from sync.domain.ids import TeamId
from sync.policy.conduct import MEASURES, Figure


def conduct_paper(
    words: Words,
    figures: tuple[Figure, ...],
    months: tuple[str, ...],
    teams: Mapping[TeamId, str],
    note: str,
) -> Paper:
    """Return the paper; `teams` are the figures' by their names, `note` says who took it out."""
    known = {(f.team_id, f.measure, f.month): f for f in figures}
    blocks: list[Block] = [Paragraph(words.code(f"measured.{how}")) for how in HOW]
    for team, called in teams.items():
        blocks.append(Heading(called))
        rows = tuple(
            (
                words.code(f"measure.{measure}"),
                *(_told(words, known.get((team, measure, month))) for month in months),
            )
            for measure in MEASURES
        )
        blocks.append(Table((words("Measure"), *months), rows, "l" + "r" * len(months)))
    if not figures:
        blocks.append(Paragraph(words("Nothing to measure in these months.")))
    return Paper(words("Conduct"), words.language, note, tuple(blocks))


HOW = tuple(dict.fromkeys(MEASURES.values()))


def _told(words: Words, figure: Figure | None) -> str:
    return measured(figure) if figure else "—"
