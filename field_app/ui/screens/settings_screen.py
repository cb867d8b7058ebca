"""Settings: language, theme, text size, lock time, map pack; and what this laptop is."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QFileDialog, QFormLayout, QVBoxLayout, QWidget

from field_app.settings.settings import Settings
from field_app.ui.components.choices import combo, number_box
from field_app.ui.components.flow import COLUMNS_LEAST, Beside
from field_app.ui.components.page import Page
from field_app.ui.components.rows import add_row
from field_app.ui.components.surfaces import Card, Notice, clear, row
from field_app.ui.components.texts import button, label
from field_app.ui.dialogs.file_dialog import FileDialog
from field_app.ui.look import Look
from field_app.ui.screens.keys_card import KeysCard
from field_app.ui.screens.map_news_bar import MapNewsBar
from field_app.viewmodels.keys import KeysViewModel

LANGUAGES = [("zh_CN", "中文"), ("en", "English")]
MOST_KB_S = 100_000
SIZES = [(str(n), f"{n} %") for n in (100, 115, 130, 150, 175, 200)]


type Facts = Callable[[], Sequence[tuple[str, str]]]
type PackTrouble = Callable[[str], str]


class SettingsScreen(Page):
    """`apply` keeps the settings and shows the window anew; `facts` are asked at each visit.

    `pack_trouble` returns the code of what is wrong with a map pack, empty when nothing is.
    """

    def __init__(
        self,
        home: QWidget,
        look: Look,
        settings: Settings,
        facts: Facts,
        pack_trouble: PackTrouble,
        apply: Callable[[Settings], None],
        keys: KeysViewModel,
        news: MapNewsBar,
    ) -> None:
        super().__init__(home, look, look.words("Settings"))
        self._settings = settings
        self._apply = apply
        self._facts = facts
        self._pack_trouble = pack_trouble
        words = look.words
        card = Card(look, words("Appearance"))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.language = combo(LANGUAGES, words("Language"), settings.language)
        themes = [("light", words("Light")), ("dark", words("Dark"))]
        self.theme = combo(themes, words("Theme"), settings.theme)
        self.text_size = combo(SIZES, words("Text size"), str(settings.text_size))
        drawings = [("web", words("Web view")), ("painted", words("Painted, with less memory"))]
        self.drawing = combo(drawings, words("Map drawing"), settings.map_drawing)
        ways = [("asked", words("when I ask")), ("idle", words("automatically, when idle"))]
        self.newer_maps = combo(ways, words("Fetch newer maps"), settings.newer_maps)
        self.minutes = number_box(look, words("Lock after (minutes)"), 1, 60)
        self.minutes.setValue(settings.lock_minutes)
        self.files = number_box(look, words("Photo upload limit (kB/s)"), 0, MOST_KB_S)
        self.files.setSingleStep(50)
        self.files.setSpecialValueText(words("no limit"))
        self.files.setValue(settings.files_kb_s)
        add_row(form, words("Language"), self.language)
        add_row(form, words("Theme"), self.theme)
        add_row(form, words("Text size"), self.text_size)
        add_row(form, words("Lock after (minutes)"), self.minutes)
        add_row(form, words("Photo upload limit (kB/s)"), self.files)
        add_row(form, words("Map drawing"), self.drawing)
        add_row(form, words("Fetch newer maps"), self.newer_maps)
        card.body.addLayout(form)
        self._chosen = settings.map_pack
        self.pack = label(settings.map_pack or words("none chosen"), "muted")
        choose = button(look, words("Choose a map pack"), self._choose_pack)
        where = Beside(look, COLUMNS_LEAST, 8)  # a path may be long
        where.add(row(look, label(words("Map pack"), wrap=False), self.pack, None), 1)
        where.add(row(look, None, choose))
        card.body.addWidget(where)
        self.pack_notice = Notice(look)
        card.body.addWidget(self.pack_notice)
        self.news = news
        card.body.addWidget(news)
        self.ok = button(look, words("Apply"), self._save, kind="primary")
        card.body.addLayout(row(look, None, self.ok))
        self.body.addWidget(card)
        self.keys = KeysCard(look, keys)
        self.body.addWidget(self.keys)
        about = Card(look, words("This laptop"))
        self._about = QVBoxLayout()
        self._about.setSpacing(look.px(8))
        about.body.addLayout(self._about)
        self.body.addWidget(about)
        self.body.addStretch(1)
        self.show_content()

    def enter(self) -> None:
        """Show how this laptop stands now, and be ready for the keyboard."""
        clear(self._about)
        for name, value in self._facts():
            told = row(self.look, label(name, "muted", wrap=False), None, label(value))
            self._about.addLayout(told)
        self._tell_pack(self._pack_trouble(self._settings.map_pack))
        self.keys.enter()
        self.news.enter()
        self.language.setFocus()

    def _choose_pack(self) -> None:
        dialog = FileDialog(self, self.words("Choose a map pack"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.words("Map packs") + " (*.mappack)")
        dialog.fileSelected.connect(self._take_pack)
        dialog.open()

    def _take_pack(self, path: str) -> None:
        """Take a file that was chosen; one that is no map is not taken."""
        trouble = self._pack_trouble(path)
        if not trouble:
            self._chosen = path
            self.pack.setText(path)
        self._tell_pack(trouble, path)

    def _tell_pack(self, trouble: str, path: str = "") -> None:
        """Say what is wrong with the map pack and what to do, of which file if another stays."""
        told = self.words.code(trouble) if trouble else ""
        self.pack_notice.say(told, "warn", Path(path).name if told else "")

    def _save(self) -> None:
        self._apply(
            msgspec.structs.replace(
                self._settings,
                language=self.language.currentData(),
                theme=self.theme.currentData(),
                text_size=int(self.text_size.currentData()),
                lock_minutes=self.minutes.value(),
                files_kb_s=self.files.value(),
                map_pack=self._chosen,
                map_drawing=str(self.drawing.currentData()),
                newer_maps=str(self.newer_maps.currentData()),
            )
        )
