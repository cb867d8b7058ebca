"""The one way from published texts to rules that decide; both ends and the publisher use it."""

from pathlib import Path

import msgspec

from sync.domain.curriculum import Curriculum
from sync.policy.engine import PolicyEngine
from sync.policy.packs.pack import read_pack, text_of
from sync.policy.relief.reference import NO_FIGURES, figures_beside, read_reference
from sync.policy.vetting.overlay import HOUSE, tighten


class RuleTexts(msgspec.Struct, frozen=True):
    """What decides, as TOML: the pack, the bank's overlay and its figures; these may be empty."""

    pack: str
    overlay: str = ""
    figures: str = ""


def rules_of(
    texts: RuleTexts,
    curriculum: Curriculum = Curriculum(),  # noqa: B008  # immutable
) -> PolicyEngine:
    """Return the rules made ready; raises PackRefused for whichever text is unclear."""
    pack = read_pack(texts.pack)
    if texts.overlay:
        pack = tighten(pack, texts.overlay)
    figures = read_reference(texts.figures) if texts.figures else NO_FIGURES
    return PolicyEngine(pack, figures, curriculum)


def texts_beside(pack_file: Path) -> RuleTexts:
    """Return a pack's text with the overlay and figures that lie beside it; raises PackRefused."""
    house = pack_file.with_suffix(HOUSE)
    figures = figures_beside(pack_file)
    return RuleTexts(
        text_of(pack_file),
        text_of(house) if house.exists() else "",
        text_of(figures) if figures.exists() else "",
    )
