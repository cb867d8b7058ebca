"""Papers from a real vault: what they hold, and the trace an export leaves before its file."""

from dataclasses import replace

from field_app.i18n.words import load_words
from field_app.operations import papers, referrals, relief
from field_app.reports.typesetting import pdf_of
from field_app.settings.settings import resources_folder
from sync.domain.ids import RecordId
from sync.domain.outcome import Actor
from sync.domain.records import Plan
from sync.domain.vocabulary import Role
from tests.storage.furnished_vault import KNOWN, LI, WANG, Furnished
from tests.unit.field_app.operations.test_relief import TERMS, kept, month, saved
from tests.unit.field_app.reports.papers_read import squeezed, words_of

WORDS = load_words(resources_folder() / "i18n", "zh_CN")


def proposed(furnished: Furnished) -> Plan:
    saved(relief.propose(furnished.desk, month(), TERMS, ""))
    return kept(furnished.desk).plan.record


def test_the_paper_tells_the_whole_name_and_no_whole_number(furnished: Furnished) -> None:
    saved(referrals.refer(furnished.desk, KNOWN.id, "调解中心", "counselling", ""))
    paper = papers.agreement_paper(furnished.desk, proposed(furnished).id, WORDS)
    assert paper is not None
    seen = squeezed(words_of(pdf_of(paper)))
    for told in ("单小明", "****9981", "云川分行", LI.name, "调解中心", "12378", "12348"):
        assert told in seen, told
    assert KNOWN.loan.account_no not in seen
    assert not any(phone in seen for phone in KNOWN.customer.phones)
    assert squeezed(KNOWN.address.text) not in seen


def test_there_is_no_paper_of_a_plan_that_is_not_here(furnished: Furnished) -> None:
    assert papers.agreement_paper(furnished.desk, RecordId("none"), WORDS) is None


def test_the_grace_on_paper_is_the_banks(furnished: Furnished) -> None:
    policy = furnished.desk.policy
    paper = papers.agreement_paper(furnished.desk, proposed(furnished).id, WORDS)
    assert paper is not None
    assert f"{policy.reference.grace_days}天" in squeezed(words_of(pdf_of(paper)))


def test_the_day_sheet_is_the_officers_own(furnished: Furnished) -> None:
    seen = words_of(pdf_of(papers.day_paper(furnished.desk, WORDS)))
    assert LI.name in seen
    assert WORDS("No visit is agreed for this day.") in seen
    other = replace(furnished.desk, me=Actor(KNOWN.second_id or "", Role.OFFICER, KNOWN.team_id))
    assert WANG.name in words_of(pdf_of(papers.day_paper(other, WORDS)))
