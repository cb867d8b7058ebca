"""Papers to print: gathered here, set elsewhere."""

from field_app.i18n.words import Words
from field_app.operations.cases import officer_names
from field_app.operations.desk import Desk
from field_app.operations.masking import mask_account
from field_app.operations.today import day as read_day
from field_app.reports.day_sheet import DayFacts, SheetMap, SheetVisit, day_sheet
from field_app.reports.paper import Paper
from field_app.reports.plan_agreement import AgreementFacts, plan_agreement
from field_app.storage.profile import profile_of
from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Case, Plan, Referral
from sync.domain.time import local_date


def agreement_paper(desk: Desk, plan_id: RecordId, words: Words) -> Paper | None:
    """Return the paper of a plan, or None when plan or case is not here."""
    found = desk.store.projection.get(Plan, plan_id)
    if found is None:
        return None
    plan = found.record
    stands = desk.store.projection.get(Case, plan.case_id)
    if stands is None:
        return None
    case, profile = stands.record, profile_of(desk.store.vault)
    zone = case.address.zone
    pack = desk.policy.pack
    helplines = f"helplines.{pack.id.replace('-', '_')}"
    facts = AgreementFacts(
        bank=profile.branch_name if profile else "",
        customer=case.customer.name,
        account=mask_account(case.loan.account_no),
        case_no=case.case_no,
        plan_no=plan.id[-8:],
        product=case.loan.product,
        state=plan.state,
        terms=plan.terms,
        schedule=plan.schedule,
        officer=officer_names(desk).get(plan.proposed_by, ""),
        decided_on=local_date(plan.decided_at, zone) if plan.decided_at else None,
        agreed_on=local_date(plan.agreement.agreed_at, zone) if plan.agreement else None,
        grace_days=desk.policy.reference.grace_days,
        rules=f"{pack.id} {pack.version}",
        referred_to=_referred_to(desk, case.id),
        help=words.code(helplines) if words.knows(helplines) else "",
    )
    return plan_agreement(words, facts)


def day_paper(desk: Desk, words: Words, drawn: SheetMap | None = None) -> Paper:
    """Return the sheet of this officer's day, with a map if drawn."""
    today = read_day(desk)
    visits = tuple(
        SheetVisit(
            start=one.start,
            end=one.end,
            zone=one.zone,
            name=one.name,
            case_no=one.case_no,
            area=one.area,
            place=one.place,
            travel_s=one.travel_s,
            leave_by=one.leave_by,
        )
        for one in today.visits
    )
    officer = officer_names(desk).get(desk.me.officer_id, "")
    return day_sheet(words, DayFacts(today.day, officer, visits, drawn))


def visits_today(desk: Desk) -> int:
    """Return how many customers are on today's sheet."""
    return len(read_day(desk).visits)


def _referred_to(desk: Desk, case_id: CaseId) -> tuple[str, ...]:
    records = (v.record for v in desk.store.projection.of_case(case_id))
    named = (r.organisation for r in records if isinstance(r, Referral))
    return tuple(dict.fromkeys(named))
