"""The acts on a plan, on wishes and referrals, each a short question over the screen."""

from field_app.ui.components.choices import options_of
from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.page import Page
from field_app.ui.dialogs.export_dialog import ask_export
from field_app.ui.dialogs.form_dialog import Field, ask
from field_app.ui.navigation import Navigator
from field_app.viewmodels.care import CareViewModel
from field_app.viewmodels.exports import ExportReason
from field_app.viewmodels.papers import file_name
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.wish_entry import WishEntry, read_wishes, wish_entry
from sync.domain.records import Plan, Referral, Versioned
from sync.domain.vocabulary import Channel, Place, PlanState, ReferralOutcome

REFERRAL_TOPICS = ("counselling", "legal_aid", "social_help", "job_help", "health_help", "other")
VISIT = "visit"
LANGUAGES = ("", "zh", "en")
WEEKDAYS = tuple(range(7))


class CareActs:
    """Approve, decline, agree, end, print; refer; wish."""

    def __init__(self, page: Page, care: CareViewModel, go: Navigator) -> None:
        self._page = page
        self._care = care
        self._go = go

    @property
    def _case_id(self) -> str:
        return self._care.file.case.id if self._care.file else ""

    def approve(self, plan: Versioned[Plan]) -> None:
        """Approve a plan; one beyond the means needs a reason."""
        self._page.once(self._approve, plan)

    async def _approve(self, plan: Versioned[Plan]) -> None:
        words = self._page.words
        beyond = not plan.record.affordable
        fields = (Field("reason", words("Reason"), lines=3, required=beyond),)
        explain = words("The customer may now be asked to agree.")
        if beyond:
            explain = words("This plan is beyond the customer's means: say why it is right.")
        title, look = words("Approve the plan"), self._page.look
        draft = self._page.draft("approve", plan.record.case_id, plan.record.id)
        told = await ask(self._page, look, title, fields, explain, words("Approve"), draft=draft)
        if told is not None:
            await self._care.decide(plan, approve=True, reason=told["reason"])

    def decline(self, plan: Versioned[Plan]) -> None:
        """Decline a plan with a reason."""
        self._page.once(self._decline, plan)

    async def _decline(self, plan: Versioned[Plan]) -> None:
        words = self._page.words
        explain = words("The officer reads the reason and can propose another plan.")
        title, ok = words("Decline the plan"), words("Decline")
        reason = await self._reason("decline", plan, title, explain, ok)
        if reason is not None:
            await self._care.decide(plan, approve=False, reason=reason)

    def agree(self, plan: Versioned[Plan]) -> None:
        """Keep the customer's yes, in writing or recorded."""
        self._page.once(self._agree, plan)

    async def _agree(self, plan: Versioned[Plan]) -> None:
        page, words = self._page, self._page.words
        ways = (
            ("written", words("In writing: the customer signed")),
            ("recorded", words("By word, recorded; the recording is kept")),
        )
        fields = (
            Field("way", words("How the customer agreed"), ways),
            Field("words", words("In the customer's words"), lines=3),
        )
        explain = words("From now on collecting stops while the plan is kept.")
        told = await ask(
            page,
            page.look,
            words("The customer agrees"),
            fields,
            explain,
            draft=page.draft("agree", plan.record.case_id, plan.record.id),
        )
        if told is not None:
            written = told["way"] == "written"
            await self._care.agree(plan, written=written, recorded=not written, words=told["words"])

    def take_back(self, plan: Versioned[Plan]) -> None:
        """Take a plan back that is not agreed."""
        words = self._page.words
        explain = words("The plan ends; another one can be proposed.")
        self._page.once(self._end, plan, PlanState.ENDED, words("Take the plan back"), explain)

    def keep(self, plan: Versioned[Plan]) -> None:
        """Close a plan that was paid to its end."""
        words = self._page.words
        explain = words("The payments say that everything is paid.")
        self._page.once(self._end, plan, PlanState.KEPT, words("The plan was kept"), explain)

    def mark_broken(self, plan: Versioned[Plan]) -> None:
        """End a plan that the payments say is broken."""
        words = self._page.words
        explain = words(
            "Ask the customer first what happened. Then contact may resume within the rules."
        )
        self._page.once(self._end, plan, PlanState.BROKEN, words("The plan is broken"), explain)

    def end(self, plan: Versioned[Plan]) -> None:
        """End an agreed plan otherwise."""
        words = self._page.words
        explain = words("The plan ends before its time; collecting may go on within the rules.")
        self._page.once(self._end, plan, PlanState.ENDED, words("End the plan"), explain)

    async def _end(self, plan: Versioned[Plan], state: PlanState, title: str, explain: str) -> None:
        reason = await self._reason(str(state), plan, title, explain, title)
        if reason is not None:
            await self._care.end(plan, state, reason)

    async def _reason(
        self, what: str, plan: Versioned[Plan], title: str, explain: str, ok: str
    ) -> str | None:
        page, words = self._page, self._page.words
        fields = (Field("reason", words("Reason"), lines=3, required=True),)
        draft = page.draft(what, plan.record.case_id, plan.record.id)
        told = await ask(page, page.look, title, fields, explain, ok, draft=draft)
        return told["reason"] if told is not None else None

    def refer(self) -> None:
        """Tell the customer who else can help."""
        self._page.once(self._refer)

    async def _refer(self) -> None:
        page, words = self._page, self._page.words
        topics = tuple((t, words.code(f"topic.{t}")) for t in REFERRAL_TOPICS)
        fields = (
            Field("organisation", words("To whom"), required=True),
            Field("topic", words("About"), topics),
            Field("words", words("What was told"), lines=3),
        )
        explain = words("The customer decides whether to go. Tell later what became of it.")
        title = words("Refer the customer")
        draft = page.draft("refer", self._case_id)
        told = await ask(page, page.look, title, fields, explain, words("Refer"), draft=draft)
        if told is not None:
            await self._care.refer(told["organisation"], told["topic"], told["words"])

    def close_referral(self, referral: Versioned[Referral]) -> None:
        """Tell what became of a referral."""
        self._page.once(self._close_referral, referral)

    async def _close_referral(self, referral: Versioned[Referral]) -> None:
        page, words = self._page, self._page.words
        outcomes = tuple(
            (str(o), words.code(f"referral_outcome.{o}"))
            for o in ReferralOutcome
            if o is not ReferralOutcome.PENDING
        )
        fields = (
            Field("outcome", words("What became of it"), outcomes),
            Field("words", words("Note"), lines=3),
        )
        told = await ask(
            page,
            page.look,
            referral.record.organisation,
            fields,
            draft=page.draft("referral", self._case_id, referral.record.id),
        )
        if told is not None:
            outcome = ReferralOutcome(told["outcome"])
            await self._care.close_referral(referral, outcome, told["words"])

    def wishes(self) -> None:
        """Record what the customer asks for, starting from what stands."""
        self._page.once(self._wishes)

    async def _wishes(self) -> None:
        file, page, words = self._care.file, self._page, self._page.words
        if file is None:
            return

        def check(told: dict[str, str]) -> str:
            wished = read_wishes(WishEntry(**told))
            return problem_text(words, wished) if isinstance(wished, Problem) else ""

        told = await ask(
            page,
            page.look,
            words("The customer's wishes"),
            self._wish_fields(wish_entry(file.case.wishes)),
            words("From now on this binds like a rule, in place of the former wishes."),
            check=check,
            draft=page.draft("wishes", file.case.id),
        )
        if told is None:
            return
        entry = WishEntry(**told)
        wished = read_wishes(entry)
        if not isinstance(wished, Problem):
            await self._care.wish(wished, entry.words)

    def _wish_fields(self, stands: WishEntry) -> tuple[Field, ...]:
        page, words = self._page, self._page.words
        channels = [
            *options_of(page.look, Channel, "channel"),
            (VISIT, words.code(f"channel.{VISIT}")),
        ]
        days = tuple((str(d), words.day_of_week(d)) for d in WEEKDAYS)
        places = tuple(options_of(page.look, Place, "place"))
        languages = tuple(
            (code, words.code(f"language.{code}") if code else words("no wish"))
            for code in LANGUAGES
        )
        return (
            Field("channels", words("Not by"), tuple(channels), stands.channels, many=True),
            Field("not_before", words("Not before (such as 9:30)"), chosen=stands.not_before),
            Field("not_after", words("Not after (such as 18:00)"), chosen=stands.not_after),
            Field("weekdays", words("Not on"), days, stands.weekdays, many=True),
            Field("places", words("Not at"), places, stands.places, many=True),
            Field("language", words("Language"), languages, stands.language),
            Field("words", words("In the customer's words"), (), stands.words, lines=3),
        )

    def print(self, plan: Plan) -> None:
        """Save the paper of a plan as PDF."""
        self._page.once(self._print, plan)

    async def _print(self, plan: Plan) -> None:
        page, words, papers = self._page, self._page.words, self._care.papers
        languages = tuple((code, words.code(f"language.{code}")) for code in papers.languages)
        spoken = self._care.language_of_paper
        fields = (Field("language", words("Language of the paper"), languages, spoken),)
        name = file_name("plan", self._care.file.case.case_no if self._care.file else "")
        title = words("Paper for the customer")
        export = await ask_export(page, title, name, *fields, usual=ExportReason.CUSTOMER)
        if export is None:
            return
        language = export.told["language"]
        trouble = await papers.save_agreement(plan.id, language, export.wish, export.path)
        if trouble is not None:
            page.notice.say(problem_text(words, trouble), "block")
        else:
            self._go.tell(words("Saved: {name}", name=export.path.name))
