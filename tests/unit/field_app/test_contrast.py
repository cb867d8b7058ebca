"""Words can be read on every ground of both themes (WCAG 2.2, 1.4.3: 4.5 to 1)."""

import pytest

from field_app.settings.settings import resources_folder
from field_app.theme.tokens import contrast, load_tokens

LEAST = 4.5
GROUNDS = ("page", "card", "raised")
ANYWHERE = ("text", "muted", "accent")
OWN = ("accent", "warn", "block", "ok", "info")  # on their own soft ground too


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_their_ground(theme: str) -> None:
    colours = load_tokens(resources_folder() / "themes", theme)
    pairs = [(word, ground) for word in (*ANYWHERE, *OWN) for ground in GROUNDS]
    pairs += [(word, f"{tone}_soft") for tone in OWN for word in ("text", "muted", tone)]
    pairs += [("on_accent", "accent"), ("text", "selected"), ("map_text", "map_land")]
    faint = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < LEAST} == {}


def test_the_ratio_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
