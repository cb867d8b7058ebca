"""The agreement: what art. 70 asks for, in plain words, whatever a name contains."""

from datetime import date

import msgspec
import pytest
import typst

from field_app.i18n.words import LANGUAGES, Words, load_words
from field_app.reports.paper import Paper, Paragraph
from field_app.reports.plan_agreement import AgreementFacts, plan_agreement
from field_app.reports.typesetting import NoTypeface, pdf_of
from field_app.settings.settings import resources_folder
from sync.domain.plan_terms import PlanTerms
from sync.domain.vocabulary import PlanState, Product
from sync.policy.relief.repayment import schedule
from tests.unit.field_app.reports.papers_read import pages_of, squeezed, words_of

TERMS = PlanTerms(1_800_000, 92_000, 12_000, 24, 154_000, date(2026, 11, 24), date(2026, 12, 24))
ODD = (
    '#panic("x")',
    "*bold* _it_ `raw` $x^2$",
    "<img src=x> @ref ${1} \\ // /* ] } #eval",
    "= heading\n#set text(red)",
)


def words(language: str) -> Words:
    return load_words(resources_folder() / "i18n", language)


def facts(**other: object) -> AgreementFacts:
    terms = other.get("terms", TERMS)
    assert isinstance(terms, PlanTerms)
    plain = AgreementFacts(
        bank="云川银行城北支行",
        customer="王小明",
        account="****9981",
        case_no="YC20260001",
        plan_no="01a2b3c4",
        product=Product.CREDIT_CARD,
        state=PlanState.APPROVED,
        terms=terms,
        schedule=schedule(terms),
        officer="李静",
        decided_on=date(2026, 11, 25),
        agreed_on=None,
        grace_days=10,
        rules="cn 2026.1",
        help="12378",
    )
    return msgspec.structs.replace(plain, **other)


def printed(language: str, **other: object) -> str:
    return squeezed(words_of(pdf_of(plan_agreement(words(language), facts(**other)))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_art_70_asks_for_is_there(language: str) -> None:
    said, seen = words(language), printed(language)
    asked = (
        # balance, structure, currency
        *("¥18,000.00", "¥920.00", "¥120.00", "¥19,040.00"),
        "CNY" if language == "en" else "人民币",
        # period, method, number
        said.code("method.equal_instalment"),
        said("{n} months", n=24),
        "15.4%",
        # whether interest and fees go on
        said("While the plan is kept, nothing is added to what the table says."),
        # rights, breach, the end of collecting
        said("While the plan is kept, the bank does not collect: no calls, no visits."),
        said("The bank asks first what happened and whether the plan still fits."),
        said("An agreement by word is recorded, and the recording is kept until the debt "
             "is settled."),
        # help, signatures
        "12378",
        said("For the bank"),
        said("Date:"),
        said.code("product.credit_card"),
    )  # fmt: skip
    for text in asked:
        assert squeezed(text) in seen, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_instalment_is_in_the_table(language: str) -> None:
    seen = printed(language)
    for one in schedule(TERMS):
        line = f"{one.number}{one.due.isoformat()}{words(language).money(one.total_fen)}"
        assert line in seen, line


def test_the_account_is_masked_and_the_name_is_whole() -> None:
    seen = printed("zh_CN")
    assert "****9981" in seen
    assert "王小明" in seen


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_typed_stays_text(language: str, name: str) -> None:
    seen = printed(language, customer=name, referred_to=(name,))
    assert seen.count(squeezed(name)) == 2


@pytest.mark.parametrize(
    ("state", "agreed", "key"),
    [
        (PlanState.AWAITING_APPROVAL, None, "This is a proposal. The bank has not approved it yet, "
                                            "and it binds nobody."),
        (PlanState.AGREED, date(2026, 11, 26), "The customer agreed on {day}."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_first_whether_it_holds(
    language: str, state: PlanState, agreed: date | None, key: str
) -> None:
    said = words(language)
    seen = printed(language, state=state, agreed_on=agreed)
    day = {"day": said.long_day(agreed)} if agreed else {}
    assert squeezed(said(key, **day)) in seen
    title = "Repayment plan proposal" if agreed is None else "Repayment plan agreement"
    assert seen.startswith(squeezed(said(title)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_rest_relief_and_small_steps_are_told(language: str) -> None:
    terms = msgspec.structs.replace(
        TERMS,
        first_due=date(2027, 3, 24),
        deferred_months=3,
        deferral_free=True,
        waived_interest_fen=92_000,
        waived_fees_fen=12_000,
        step_months=6,
        step_fen=30_000,
    )
    said, seen = words(language), printed(language, terms=terms)
    for text in (
        said("Nothing is due for {n} months", n=3),
        said("The months before the first instalment bear no interest."),
        said("Left to repay") + "¥18,000.00",
        said("{n} × {amount}", n=6, amount="¥300.00"),
    ):
        assert squeezed(text) in seen, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_interest_it_says_so(language: str) -> None:
    terms = msgspec.structs.replace(TERMS, rate_ppm=0)
    said = words(language)
    assert squeezed(said("No further interest is charged.")) in printed(language, terms=terms)


def test_sixty_instalments_turn_the_page_with_the_head_again() -> None:
    terms = msgspec.structs.replace(TERMS, months=60)
    said = words("en")
    pages = pages_of(pdf_of(plan_agreement(said, facts(terms=terms))))
    assert len(pages) == 3
    assert all(f"{n} / 3" in page for n, page in enumerate(pages, 1))
    assert sum("Principal left" in page for page in pages) == 2


def test_without_a_chinese_typeface_nothing_is_made() -> None:
    poor = typst.Fonts(include_system_fonts=False)
    with pytest.raises(NoTypeface):
        pdf_of(plan_agreement(words("zh_CN"), facts()), poor)
    latin = Paper("Plain", "en", "", (Paragraph("Only Latin letters"),))
    assert "Only Latin letters" in words_of(pdf_of(latin, poor))
