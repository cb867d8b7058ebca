"""Makes the view-models and the window of one officer, with the map and the planner they use."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from field_app.background.downloads import Downloads
from field_app.background.runner import Runner
from field_app.background.sync_loop import SyncLoop
from field_app.bootstrap.laptop import Laptop
from field_app.i18n.words import LANGUAGES, load_words
from field_app.maps.map_files import MapFiles
from field_app.maps.pack import MapPack, PackUnusable
from field_app.maps.stops import MapStop, MapWay
from field_app.maps.travel import RoadTimes, StraightLine, TravelTimes
from field_app.planning.process import PlanProcess
from field_app.reports.day_sheet import SheetMap
from field_app.settings.settings import Settings
from field_app.storage.profile import Profile
from field_app.theme.tokens import load_tokens
from field_app.ui.capture import CAN_LEAVE_OUT
from field_app.ui.look import Look
from field_app.ui.main_window import MainWindow
from field_app.ui.map.map_view import MapView
from field_app.ui.map.painted_map import PaintedMap
from field_app.ui.map.sheet_map import sheet_map
from field_app.ui.screen_set import ScreenSet, Views
from field_app.ui.screens.map_screen import MapCanvas
from field_app.viewmodels.appointment import AppointmentViewModel
from field_app.viewmodels.attachment import AttachmentViewModel
from field_app.viewmodels.care import CareViewModel
from field_app.viewmodels.case import CaseViewModel
from field_app.viewmodels.cases import CasesViewModel
from field_app.viewmodels.doorstep import DoorstepViewModel
from field_app.viewmodels.drafting import Drafting
from field_app.viewmodels.keys import KeysViewModel
from field_app.viewmodels.learning import LearningViewModel
from field_app.viewmodels.map import MapViewModel
from field_app.viewmodels.map_news import MapNewsViewModel
from field_app.viewmodels.on_the_way import OnTheWay
from field_app.viewmodels.papers import Papers
from field_app.viewmodels.plan import PlanViewModel
from field_app.viewmodels.relief import ReliefViewModel
from field_app.viewmodels.review import ReviewViewModel
from field_app.viewmodels.rule_words import WordsInForce
from field_app.viewmodels.sync import SyncViewModel
from field_app.viewmodels.team import TeamViewModel
from field_app.viewmodels.today import TodayViewModel
from field_app.viewmodels.visit import VisitViewModel
from sync.domain.records import Officer
from sync.domain.vocabulary import Role
from sync.policy.lessons import Lesson, load_lessons
from sync.protocol.published_map import PublishedMap
from sync.protocol.signed_form import fingerprint

ROADS, MAPS = "roads", "maps"
NONE_CHOSEN = "map.none_chosen"


class BankMap(NamedTuple):
    """The map that the bank published and that is here, and where it lies."""

    files: MapFiles
    told: PublishedMap


def maps_of(laptop: Laptop, profile: Profile) -> MapFiles:
    """Return where the map packs of an officer's branch lie."""
    return MapFiles(laptop.home / MAPS / profile.branch_id)


class Workshop:
    """Builds one window; `close` lets the map pack go."""

    def __init__(
        self,
        laptop: Laptop,
        settings: Settings,
        runner: Runner,
        sync_loop: SyncLoop,
        downloads: Downloads,
        look: Look,
        bank_map: BankMap | None = None,
    ) -> None:
        self._bank_map = bank_map
        self._laptop = laptop
        self._settings = settings
        self._runner = runner
        self._sync_loop = sync_loop
        self._downloads = downloads
        self._look = look
        self._pack, self._map_trouble = self._open_pack()
        self._times = self._travel_times()
        self._stops: list[Callable[[], None]] = []

    def _open_pack(self) -> tuple[MapPack | None, str]:
        """Return the map chosen by hand, else the bank's; or the code of why there is none."""
        bank = None if self._settings.map_pack else self._bank_map
        if not self._settings.map_pack and bank is None:
            return None, NONE_CHOSEN
        chosen = bank.files.whole(bank.told) if bank else Path(self._settings.map_pack)
        pack = None
        try:
            pack = MapPack.open(chosen)
            pack.check(self._laptop.home / ROADS)
            if bank is not None and pack.info.content_hash != bank.told.content_hash:
                raise PackUnusable("map.damaged", chosen)
        except PackUnusable as trouble:
            if pack is not None:
                pack.close()
            return None, trouble.code
        if bank is not None:
            bank.files.keep_only(bank.told)
        return pack, ""

    def _pack_trouble(self, path: str) -> str:
        """Return the code of what is wrong with a map pack, empty when nothing is.

        Of the one in the settings, or without it of the bank's, this is known.
        """
        if path == self._settings.map_pack:
            return "" if self._map_trouble == NONE_CHOSEN else self._map_trouble
        try:
            MapPack.open(Path(path)).close()
        except PackUnusable as trouble:
            return trouble.code
        return ""

    def _travel_times(self) -> TravelTimes:
        if self._pack is None:
            return StraightLine()
        try:
            archive = self._pack.lay_roads(self._laptop.home / ROADS)
        except PackUnusable as trouble:
            archive, self._map_trouble = None, trouble.code
        return RoadTimes(archive, self._pack.info.bounds) if archive else StraightLine()

    def _new_map(self, *, painted: bool = False) -> tuple[MapCanvas, str]:
        """Return a map, and the code of why it is not as it should be."""
        if self._pack is None:
            return PaintedMap(None, self._look.tokens), self._map_trouble
        if painted or self._settings.map_drawing == "painted":
            why = "map.no_web_view" if painted else self._map_trouble
            return PaintedMap(self._pack, self._look.tokens), why
        return MapView(self._pack, self._look.tokens), self._map_trouble

    def _sheet_map(self, stops: Sequence[MapStop], ways: Sequence[MapWay]) -> SheetMap:
        """Return the map as it is printed, always by day."""
        tokens = load_tokens(self._laptop.resources / "themes", "light")
        whose = self._pack.info.attribution if self._pack else ""
        drawn = sheet_map(self._pack, tokens, stops, ways)
        return SheetMap(drawn, whose, any(not way.roads for way in ways))

    def views(self) -> Views:
        """Return the view-models a person of this role has."""
        runner, clock, words = self._runner, self._laptop.clock, self._look.words
        rulebook = runner.desk.store.rulebook
        rules = WordsInForce(lambda: rulebook.packs, words.language)
        role = runner.desk.me.role
        papers, drafting = self._papers(), Drafting(runner)
        leads = role is Role.LEAD
        oversees = role in (Role.LEAD, Role.COMPLIANCE)
        return Views(
            cases=CasesViewModel(runner, words),
            case=CaseViewModel(
                runner,
                rules,
                CareViewModel(runner, clock, rules, papers),
                AttachmentViewModel(runner, self._downloads, rules),
            ),
            appointment=AppointmentViewModel(runner, clock, rules, drafting),
            visit=VisitViewModel(runner, clock, rules, drafting),
            relief=ReliefViewModel(
                runner, rules, CareViewModel(runner, clock, rules, papers), drafting
            ),
            map=MapViewModel(
                runner, clock, self._times, rules, papers, self._sheet_map, self._pack
            ),
            map_news=MapNewsViewModel(
                runner, self._sync_loop, self._pack.info.content_hash if self._pack else ""
            ),
            sync=SyncViewModel(runner, self._sync_loop, rules),
            today=self._today(rules, papers) if role is Role.OFFICER else None,
            team=TeamViewModel(runner, rules, words) if leads else None,
            plan=PlanViewModel(runner, clock, rules, self._times, _new_solver) if leads else None,
            review=ReviewViewModel(runner, clock, rules) if oversees else None,
            learning=LearningViewModel(runner, rules, self._lessons()),
            keys=KeysViewModel(runner, self._laptop.work),
            door=DoorstepViewModel(runner, clock, drafting),
            drafting=drafting,
        )

    def _today(self, rules: WordsInForce, papers: Papers) -> TodayViewModel:
        way = OnTheWay(self._runner, self._laptop.clock, self._times)
        return TodayViewModel(self._runner, rules, papers, way)

    def _lessons(self) -> tuple[Lesson, ...]:
        return load_lessons(self._laptop.resources / "learning", self._look.words.language)

    def _papers(self) -> Papers:
        folder = self._laptop.resources / "i18n"
        return Papers(self._runner, LANGUAGES, lambda code: load_words(folder, code))

    async def build_window(self, profile: Profile, apply: Callable[[Settings], None]) -> MainWindow:
        """Return the window, with the first of its screens."""
        views, stop = self._runner.gather(self.views)
        self._stops += [stop, views.sync.stop, views.map_news.stop_listening]
        me = await self._runner.run(
            lambda desk: desk.store.projection.get(Officer, desk.me.officer_id)
        )
        name = me.record.name if me else profile.officer.name
        role = self._look.words.code(f"role.{self._runner.desk.me.role}")
        window = MainWindow(self._look, f"{name} · {role}", views.sync)
        screens = ScreenSet(
            self._look,
            views,
            window,
            window.stack,
            self._new_map,
            self._settings,
            lambda: self._facts(profile),
            self._pack_trouble,
            apply,
        )
        views.drafting.unkept.connect(window.warn_of_unkept)
        window.furnish(screens)
        return window

    def _facts(self, profile: Profile) -> list[tuple[str, str]]:
        words, desk = self._look.words, self._runner.desk
        rules = desk.store.rulebook.in_force
        since = words.moment(rules.since, desk.zone) if rules.since else words("from the start")
        approver = fingerprint(profile.approver_key) if profile.approver_key else words("none yet")
        return [
            (words("Branch"), profile.branch_name),
            (words("Server"), profile.address),
            (words("Account"), profile.account),
            (words("Laptop"), profile.device_id[:8]),
            (words("Rules"), f"{rules.pack} {rules.version}"),
            (
                words("Number of the rules"),
                str(rules.serial) if rules.serial else words("none yet"),
            ),
            (words("In force here since"), since),
            (words("Approver of restores"), approver),
            *self._pack_facts(),
            (words("Data folder"), str(self._laptop.home)),
            (
                words("Screenshots of this window"),
                words("the system was asked to leave it out")
                if CAN_LEAVE_OUT
                else words("this system has no way to prevent them"),
            ),
        ]

    def _pack_facts(self) -> list[tuple[str, str]]:
        words = self._look.words
        if self._pack is None:
            return [(words("Map"), words("none"))]
        info = self._pack.info
        west, south, east, north = info.bounds
        source = words("chosen by hand")
        if not self._settings.map_pack and self._bank_map is not None:
            at = words.moment(self._bank_map.told.published_at, self._runner.desk.zone)
            source = words("published by the bank, {at}", at=at)
        return [
            (words("Map"), info.name),
            (words("Map region"), f"{south:.2f}–{north:.2f} N, {west:.2f}–{east:.2f} E"),
            (words("Map data as of"), info.data_date or words("not said")),
            (words("Map licence"), f"{info.attribution} · {info.licence}"),
            (words("Map version"), info.content_hash[:12]),
            (words("Map source"), source),
        ]

    def retire(self) -> None:
        """Let the view-models hear of nothing more: another window has taken their place."""
        while self._stops:
            self._stops.pop()()

    def close(self) -> None:
        """Close the pack."""
        if self._pack is not None:
            self._pack.close()


def _new_solver() -> PlanProcess:
    """Return a solver in a process of its own: this very program, started as a worker."""
    if getattr(sys, "frozen", False):
        return PlanProcess([sys.executable, "--plan-worker"])
    return PlanProcess([sys.executable, "-m", "field_app.planning.worker"])
