"""Looks texts and codes up in the catalogues, and writes dates, times and money as people do.

Catalogues are gettext .po files, several a language. Screens give their English text as the key;
low layers give codes, which have entries in both languages.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polib

LANGUAGES = ("zh_CN", "en")
WEEKDAYS_ZH = "一二三四五六日"
MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEKDAYS_EN = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


class Words:
    """One language's words. Call it with an English text, `code` it with a code."""

    def __init__(self, language: str, entries: dict[str, str]) -> None:
        self.language = language
        self._entries = entries

    def __call__(self, text: str, **params: Any) -> str:
        """Return the text in this language with its values put in.

        English says one thing otherwise: for `n` = 1 the entry of `text` with "|1" behind it.
        """
        found = self._entries.get(text) or text
        if params.get("n") == 1:
            found = self._entries.get(f"{text}|1") or found
        return found.format(**params) if params else found

    def code(self, code: str, **params: Any) -> str:
        """Return the words of a code; an unknown code is shown as it is, never hidden."""
        found = self._entries.get(code)
        if not found:
            return code
        return found.format_map(_Forgiving(params))

    def knows(self, key: str) -> bool:
        """Say whether there are words for a key."""
        return bool(self._entries.get(key))

    @property
    def is_chinese(self) -> bool:
        """Say whether this is Chinese."""
        return self.language.startswith("zh")

    def day(self, day: date) -> str:
        """Return a day: 11月24日 周二, Tue 24 Nov."""
        if self.is_chinese:
            return f"{day.month}月{day.day}日 周{WEEKDAYS_ZH[day.weekday()]}"
        return f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS_EN[day.month - 1]}"

    def long_day(self, day: date) -> str:
        """Return a day with its year: 2026年11月24日, 24 Nov 2026."""
        if self.is_chinese:
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"

    def weekday(self, day: date) -> str:
        """Return the short name of a day of the week: 二, Tue."""
        return (WEEKDAYS_ZH if self.is_chinese else WEEKDAYS_EN)[day.weekday()]

    def day_of_week(self, number: int) -> str:
        """Return a day of the week, 0 = Monday: 周一, Mon."""
        return f"周{WEEKDAYS_ZH[number]}" if self.is_chinese else WEEKDAYS_EN[number]

    def clock(self, instant: datetime, zone: str) -> str:
        """Return the time of day at a place: 14:00."""
        return instant.astimezone(ZoneInfo(zone)).strftime("%H:%M")

    def span(self, start: datetime, end: datetime, zone: str) -> str:
        """Return a span of one day: 14:00–15:00."""
        return f"{self.clock(start, zone)}–{self.clock(end, zone)}"

    def moment(self, instant: datetime, zone: str, today: date | None = None) -> str:
        """Return day and time at a place; of another year than `today`'s with its year."""
        local = instant.astimezone(ZoneInfo(zone))
        other = today is not None and today.year != local.year
        day = self.long_day(local.date()) if other else self.day(local.date())
        return f"{day} {local:%H:%M}"

    def money(self, fen: int) -> str:
        """Return an amount: ¥12,345.67, −¥0.50."""
        yuan, rest = divmod(abs(fen), 100)
        return f"{'\u2212' if fen < 0 else ''}¥{yuan:,}.{rest:02d}"

    def amount(self, fen: int) -> str:
        """Return an amount without its currency, for columns of them: 12,345.67."""
        return self.money(fen).replace("¥", "")

    def listed(self, parts: Iterable[str]) -> str:
        """Return several things in one sentence: 食品、通讯; food, communications."""
        return ("、" if self.is_chinese else ", ").join(parts)

    def sentences(self, *parts: str) -> str:
        """Return sentences one behind the other: Chinese full stops bring their own space."""
        return ("" if self.is_chinese else " ").join(p for p in parts if p)

    def minutes(self, seconds: int) -> str:
        """Return a length of time in whole minutes."""
        return f"{max(1, round(seconds / 60))} {'分钟' if self.is_chinese else 'min'}"


class _Forgiving(dict[str, Any]):
    """Leaves a placeholder standing when its value is missing."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def load_words(folder: Path, language: str) -> Words:
    """Return the words of a language from `folder`/LANGUAGE/*.po; raises ValueError for others.

    Read once a program: the window's look and the papers ask for the same ones.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no language {language}")
    entries: dict[str, str] = {}
    for path in sorted((folder / language).glob("*.po")):
        for entry in polib.pofile(str(path)):
            entries[entry.msgid] = entry.msgstr
    return Words(language, entries)
