"""The screens of one person, built together; which there are depends on the role."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec

from field_app.settings.settings import Settings
from field_app.ui.components.page import Page
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.screens.appointment_screen import AppointmentScreen
from field_app.ui.screens.case_screen import CaseScreen
from field_app.ui.screens.cases_screen import CasesScreen
from field_app.ui.screens.doorstep_screen import DoorstepScreen
from field_app.ui.screens.learning_screen import LearningScreen
from field_app.ui.screens.map_news_bar import MapNewsBar
from field_app.ui.screens.map_screen import MapScreen, NewMap
from field_app.ui.screens.plan_screen import PlanScreen
from field_app.ui.screens.relief_screen import ReliefScreen
from field_app.ui.screens.review_screen import ReviewScreen
from field_app.ui.screens.settings_screen import Facts, SettingsScreen
from field_app.ui.screens.sync_screen import SyncScreen
from field_app.ui.screens.team_screen import TeamScreen
from field_app.ui.screens.today_screen import TodayScreen
from field_app.ui.screens.visit_screen import VisitScreen
from field_app.viewmodels.appointment import AppointmentViewModel
from field_app.viewmodels.case import CaseViewModel
from field_app.viewmodels.cases import CasesViewModel
from field_app.viewmodels.doorstep import DoorstepViewModel
from field_app.viewmodels.drafting import Drafting
from field_app.viewmodels.keys import KeysViewModel
from field_app.viewmodels.learning import LearningViewModel
from field_app.viewmodels.map import MapViewModel
from field_app.viewmodels.map_news import MapNewsViewModel
from field_app.viewmodels.plan import PlanViewModel
from field_app.viewmodels.relief import ReliefViewModel
from field_app.viewmodels.review import ReviewViewModel
from field_app.viewmodels.sync import SyncViewModel
from field_app.viewmodels.team import TeamViewModel
from field_app.viewmodels.today import TodayViewModel
from field_app.viewmodels.visit import VisitViewModel


@dataclass(frozen=True, slots=True)
class Views:
    """The view-models; `today` is None for who makes no visits, `team` for who leads none."""

    cases: CasesViewModel
    case: CaseViewModel
    appointment: AppointmentViewModel
    visit: VisitViewModel
    relief: ReliefViewModel
    map: MapViewModel
    map_news: MapNewsViewModel
    sync: SyncViewModel
    learning: LearningViewModel
    keys: KeysViewModel
    door: DoorstepViewModel
    drafting: Drafting
    today: TodayViewModel | None = None
    team: TeamViewModel | None = None
    plan: PlanViewModel | None = None
    review: ReviewViewModel | None = None


@dataclass(frozen=True, slots=True)
class ScreenSet:
    """The screens; `navigable` in the order of the navigation."""

    navigable: dict[str, Page]
    case: CaseScreen
    appointment: AppointmentScreen
    visit: VisitScreen
    relief: ReliefScreen
    map: MapScreen
    door: DoorstepScreen
    today: TodayScreen | None

    async def settled(self) -> None:
        """Wait until what was typed last is kept as a draft."""
        await self.relief.settled()
        if self.case.drafting is not None:
            await self.case.drafting.settled()

    @property
    def every(self) -> list[Page]:
        """Return all screens."""
        return [*self.navigable.values(), self.case, self.appointment, self.visit, self.relief]


def make_screens(
    look: Look,
    views: Views,
    go: Navigator,
    new_map: NewMap,
    settings: Settings,
    facts: Facts,
    apply: Callable[[Settings], None],
) -> ScreenSet:
    """Build the screens a person of this role has."""
    today = TodayScreen(look, views.today, go) if views.today else None

    def news() -> MapNewsBar:
        # Without a map chosen by hand the window shows the bank's.
        show_it = partial(apply, msgspec.structs.replace(settings, map_pack=""))
        return MapNewsBar(look, views.map_news, show_it)

    map_screen = MapScreen(look, views.map, new_map, go, news())
    navigable: dict[str, Page] = {}
    if today is not None:
        navigable["today"] = today
    if views.team is not None:
        navigable["team"] = TeamScreen(look, views.team, go)
    navigable["cases"] = CasesScreen(look, views.cases, go)
    if views.plan is not None:
        navigable["plan"] = PlanScreen(look, views.plan, new_map, go)
    if views.review is not None:
        navigable["review"] = ReviewScreen(look, views.review, go)
    navigable["map"] = map_screen
    navigable["sync"] = SyncScreen(look, views.sync, go, news())
    navigable["learning"] = LearningScreen(look, views.learning, go)
    navigable["settings"] = SettingsScreen(look, settings, facts, apply, views.keys, news())
    screens = ScreenSet(
        navigable,
        CaseScreen(look, views.case, go),
        AppointmentScreen(look, views.appointment, go),
        VisitScreen(look, views.visit, go),
        ReliefScreen(look, views.relief, go),
        map_screen,
        DoorstepScreen(look, views.door),
        today,
    )
    for page in screens.every:
        page.drafting = views.drafting
    return screens
