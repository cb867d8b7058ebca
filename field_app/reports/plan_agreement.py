"""The paper of a repayment plan in plain words: what is owed, how it is repaid, what holds.

Its contents are those that the Measures for the credit-card business of commercial banks ask for
in art. 70; the bank keeps to them for every product.
"""

from datetime import date

import msgspec

from field_app.i18n.words import Words
from field_app.reports.paper import (
    Block,
    Facts,
    Heading,
    Notice,
    Paper,
    Points,
    Signatures,
    Table,
)
from sync.domain.plan_terms import Instalment, PlanTerms
from sync.domain.vocabulary import PlanState, Product

PER_CENT = 10_000  # millionths


class AgreementFacts(msgspec.Struct, frozen=True):
    """Everything the paper tells; the account is masked, money is fen, `help` names helplines."""

    bank: str
    customer: str
    account: str
    case_no: str
    plan_no: str
    product: Product
    state: PlanState
    terms: PlanTerms
    schedule: tuple[Instalment, ...]
    officer: str
    decided_on: date | None
    agreed_on: date | None
    grace_days: int
    rules: str
    referred_to: tuple[str, ...] = ()
    help: str = ""


def plan_agreement(words: Words, facts: AgreementFacts) -> Paper:
    """Return the agreement, or the proposal while the bank has not approved it."""
    title = words("Repayment plan agreement")
    if facts.state is PlanState.AWAITING_APPROVAL:
        title = words("Repayment plan proposal")
    footer = words(
        "Case {case_no} · plan {plan_no} · rules {rules}",
        case_no=facts.case_no,
        plan_no=facts.plan_no,
        rules=facts.rules,
    )
    blocks: list[Block] = [Notice(_standing(words, facts)), _parties(words, facts)]
    blocks += [Heading(words("1. What is owed")), _balance(words, facts.terms)]
    blocks += [Heading(words("2. How it is repaid")), _structure(words, facts)]
    blocks += [Heading(words("3. Every instalment")), _schedule(words, facts.schedule)]
    blocks += [Heading(words("4. Interest and fees from now on")), _interest(words, facts.terms)]
    blocks += [Heading(words("5. What both sides keep to")), _duties(words)]
    blocks += [Heading(words("6. If an instalment is missed")), _breach(words, facts)]
    blocks += [Heading(words("7. Who else helps")), _help(words, facts)]
    names = (words("Customer"), words("Officer"), words("For the bank"))
    blocks += [Heading(words("Signatures")), Signatures(names, words("Date:"))]
    return Paper(title, words.language, footer, tuple(blocks))


def _standing(words: Words, facts: AgreementFacts) -> str:
    if facts.state is PlanState.AWAITING_APPROVAL:
        return words("This is a proposal. The bank has not approved it yet, and it binds nobody.")
    if facts.agreed_on is not None:
        return words("The customer agreed on {day}.", day=words.long_day(facts.agreed_on))
    if facts.decided_on is not None:
        day = words.long_day(facts.decided_on)
        return words("The bank approved this on {day}. It holds once the customer agrees.", day=day)
    return words("The bank approved this. It holds once the customer agrees.")


def _parties(words: Words, facts: AgreementFacts) -> Facts:
    return Facts(
        (
            (words("Bank"), facts.bank),
            (words("Customer"), facts.customer),
            (words("Account"), facts.account),
            (words("Product"), words.code(f"product.{facts.product}")),
            (words("Officer"), facts.officer),
        )
    )


def _balance(words: Words, terms: PlanTerms) -> Facts:
    waived = terms.waived_interest_fen + terms.waived_fees_fen
    owed = terms.principal_fen + terms.interest_fen + terms.fees_fen
    rows = [
        (words("Principal"), words.money(terms.principal_fen)),
        (words("Interest"), words.money(terms.interest_fen)),
        (words("Fees"), words.money(terms.fees_fen)),
        (words("Total owed"), words.money(owed)),
    ]
    if terms.waived_interest_fen:
        rows.append((words("Interest waived"), words.money(terms.waived_interest_fen)))
    if terms.waived_fees_fen:
        rows.append((words("Fees waived"), words.money(terms.waived_fees_fen)))
    if waived:
        rows.append((words("Left to repay"), words.money(owed - waived)))
    currency = words("Renminbi (CNY); every amount on this paper is in yuan.")
    return Facts((*rows, (words("Currency"), currency)))


def _structure(words: Words, facts: AgreementFacts) -> Facts:
    terms, schedule = facts.terms, facts.schedule
    days = f"{words.long_day(schedule[0].due)} – {words.long_day(schedule[-1].due)}"
    rows = [
        (words("Kind of plan"), words.code(f"plan_kind.{terms.kind}")),
        (words("Method"), words.code(f"method.{terms.method}")),
        (words("Instalments"), words("{n} months", n=len(schedule))),
        (words("From–to"), days),
        (words("Yearly rate"), f"{terms.rate_ppm / PER_CENT:g} %"),
    ]
    if terms.deferred_months:
        rest = words("Nothing is due for {n} months", n=terms.deferred_months)
        rows.append((words("Deferral"), rest))
    if terms.step_months:
        text = words("{n} × {amount}", n=terms.step_months, amount=words.money(terms.step_fen))
        rows.append((words("Smaller instalments at first"), text))
    largest, total = max(i.total_fen for i in schedule), sum(i.total_fen for i in schedule)
    rows += [
        (words("Largest instalment"), words.money(largest)),
        (words("Total to repay"), words.money(total)),
    ]
    return Facts(tuple(rows))


def _schedule(words: Words, schedule: tuple[Instalment, ...]) -> Table:
    head = (
        words("No."),
        words("Due"),
        words("To pay"),
        words("Principal"),
        words("Interest"),
        words("Fees"),
        words("Principal left"),
    )
    rows = tuple(
        (
            str(one.number),
            one.due.isoformat(),
            *map(words.money, (one.total_fen, one.principal_fen, one.interest_fen)),
            *map(words.money, (one.fees_fen, one.left_fen)),
        )
        for one in schedule
    )
    return Table(head, rows, "rlrrrrr")


def _interest(words: Words, terms: PlanTerms) -> Points:
    texts = []
    if terms.rate_ppm:
        rate = f"{terms.rate_ppm / PER_CENT:g}"
        counted = words.code(f"day_count.{terms.day_count}")
        texts.append(
            words(
                "Interest continues at {rate} % a year on the principal still owed "
                "({counted}); the table includes it.",
                rate=rate,
                counted=counted,
            )
        )
    else:
        texts.append(words("No further interest is charged."))
    if terms.deferred_months and terms.rate_ppm:
        free = words("The months before the first instalment bear no interest.")
        added = words(
            "Interest for the months before it is added to the principal; the table includes it."
        )
        texts.append(free if terms.deferral_free else added)
    texts.append(words("While the plan is kept, nothing is added to what the table says."))
    return Points(tuple(texts))


def _duties(words: Words) -> Points:
    return Points(
        (
            words("While the plan is kept, the bank does not collect: no calls, no visits."),
            words("The customer pays every instalment by its day, in the usual way, into the "
                  "account above. Officers never take money."),
            words("If a payment becomes hard, tell the bank before its day: the plan can be "
                  "looked at again."),
            words("An agreement by word is recorded, and the recording is kept until the debt "
                  "is settled."),
            words("Each side keeps a copy of this paper."),
        )
    )  # fmt: skip


def _breach(words: Words, facts: AgreementFacts) -> Points:
    return Points(
        (
            words("The bank asks first what happened and whether the plan still fits."),
            words(
                "When an instalment stays unpaid for more than {n} days after its day, the bank "
                "may end the plan. It tells the customer so, with the reason.",
                n=facts.grace_days,
            ),
            words("What was paid counts. What is left is then due as the contract says, and the "
                  "bank may collect again within the law."),
        )
    )  # fmt: skip


def _help(words: Words, facts: AgreementFacts) -> Points:
    texts = [words("A complaint may be made to any officer or branch of {bank}; collecting rests "
                   "until it is answered.", bank=facts.bank)]  # fmt: skip
    if facts.help:
        texts.append(facts.help)
    texts += [
        words("Counselling and help offered: {name}", name=name) for name in facts.referred_to
    ]
    return Points(tuple(texts))
