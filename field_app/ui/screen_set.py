"""The screens of one person; which there are depends on the role."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial

import msgspec
from PySide6.QtWidgets import QStackedWidget

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
from field_app.ui.screens.settings_screen import Facts, PackTrouble, SettingsScreen
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


class Navigable(Mapping[str, Page]):
    """Screens in the order of the navigation, each made when it is first asked for."""

    def __init__(self, makers: Mapping[str, Callable[[], Page]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> Page:
        return self._makers[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


class ScreenSet:
    """The screens of one person, each made when it is first asked for, and then kept.

    `home` is their place in the window; `navigable` are those of the navigation.
    """

    def __init__(
        self,
        look: Look,
        views: Views,
        go: Navigator,
        home: QStackedWidget,
        new_map: NewMap,
        settings: Settings,
        facts: Facts,
        pack_trouble: PackTrouble,
        apply: Callable[[Settings], None],
    ) -> None:
        self._look = look
        self._views = views
        self._go = go
        self._home = home
        self._new_map = new_map
        self._settings = settings
        self._facts = facts
        self._pack_trouble = pack_trouble
        self._apply = apply
        self._leaving: list[Callable[[], None]] = []
        self.navigable = Navigable(dict(self._makers()))

    def _makers(self) -> Iterator[tuple[str, Callable[[], Page]]]:
        home, look, views, go = self._home, self._look, self._views, self._go

        def once(make: Callable[[], Page]) -> Callable[[], Page]:
            return cache(lambda: self._held(make()))

        if (today := views.today) is not None:
            yield "today", once(lambda: TodayScreen(home, look, today, go))
        if (team := views.team) is not None:
            yield "team", once(lambda: TeamScreen(home, look, team, go))
        yield "cases", once(lambda: CasesScreen(home, look, views.cases, go))
        if (plan := views.plan) is not None:
            yield "plan", once(lambda: self._plan(plan))
        if (review := views.review) is not None:
            yield "review", once(lambda: ReviewScreen(home, look, review, go))
        yield "map", lambda: self.map
        yield "sync", once(lambda: SyncScreen(home, look, views.sync, go, self._news()))
        yield "learning", once(lambda: LearningScreen(home, look, views.learning, go))
        yield "settings", once(self._settings_screen)

    def _held[P: Page](self, page: P) -> P:
        page.drafting = self._views.drafting
        self._home.addWidget(page)
        return page

    def _news(self) -> MapNewsBar:
        # Without a map chosen by hand the window shows the bank's.
        show_it = partial(self._apply, msgspec.structs.replace(self._settings, map_pack=""))
        return MapNewsBar(self._look, self._views.map_news, show_it)

    def _plan(self, view: PlanViewModel) -> PlanScreen:
        made = PlanScreen(self._home, self._look, view, self._new_map, self._go)
        self._leaving.append(made.leave)
        return made

    def _settings_screen(self) -> SettingsScreen:
        return SettingsScreen(
            self._home,
            self._look,
            self._settings,
            self._facts,
            self._pack_trouble,
            self._apply,
            self._views.keys,
            self._news(),
        )

    @property
    def today(self) -> TodayScreen | None:
        """Return the day of who makes visits."""
        page = self.navigable.get("today")
        return page if isinstance(page, TodayScreen) else None

    @cached_property
    def map(self) -> MapScreen:
        """Return the map's screen."""
        made = MapScreen(
            self._home, self._look, self._views.map, self._new_map, self._go, self._news()
        )
        self._leaving.append(made.leave)
        return self._held(made)

    @cached_property
    def case(self) -> CaseScreen:
        """Return the screen of a case."""
        return self._held(CaseScreen(self._home, self._look, self._views.case, self._go))

    @cached_property
    def appointment(self) -> AppointmentScreen:
        """Return the screen on which a window is agreed."""
        return self._held(
            AppointmentScreen(self._home, self._look, self._views.appointment, self._go)
        )

    @cached_property
    def visit(self) -> VisitScreen:
        """Return the screen of a visit."""
        return self._held(VisitScreen(self._home, self._look, self._views.visit, self._go))

    @cached_property
    def relief(self) -> ReliefScreen:
        """Return the screen of hardship and a plan."""
        return self._held(ReliefScreen(self._home, self._look, self._views.relief, self._go))

    @cached_property
    def door(self) -> DoorstepScreen:
        """Return what lies open at a door; it lies over the window, which holds it itself."""
        return DoorstepScreen(self._look, self._views.door)

    @property
    def cover_s(self) -> int:
        """Return for how many seconds a click brings back what was covered."""
        return self._views.door.cover_s

    async def settled(self) -> None:
        """Wait until what was typed last is kept as a draft."""
        await self._views.relief.keeping.settled()
        await self._views.drafting.settled()

    def leave(self) -> None:
        """Let the maps go before the window does: their pack is about to be closed."""
        for leave in self._leaving:
            leave()
