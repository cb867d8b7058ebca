"""What those who oversee are shown."""

import msgspec

from field_app.operations.review import FLAGGED
from sync.domain.commands import FACTS
from sync.domain.records import Reveal


def test_every_fact_that_can_be_flagged_is_shown_but_a_look() -> None:
    told = {field.type for command in FACTS for field in msgspec.structs.fields(command)}
    flagged = {fact for fact in told if "flags" in getattr(fact, "__struct_fields__", ())}
    assert Reveal in flagged
    assert flagged - {Reveal} == set(FLAGGED)
