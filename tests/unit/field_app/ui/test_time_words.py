"""A clock that is off, and instants that are doubtful, in the words of both languages."""

from datetime import UTC, datetime, timedelta

import pytest

from field_app.i18n.words import load_words
from field_app.settings.settings import resources_folder
from field_app.ui.sentences import clock_words, happened
from sync.domain.time import Between

ZONE = "Asia/Shanghai"
WORDS = {name: load_words(resources_folder() / "i18n", name) for name in ("en", "zh_CN")}
TOLD = [
    (timedelta(minutes=6), "6 minutes fast", "快 6 分钟"),
    (timedelta(minutes=-42), "42 minutes slow", "慢 42 分钟"),
    (timedelta(minutes=119), "119 minutes fast", "快 119 分钟"),
    (timedelta(minutes=-119, seconds=-40), "2 hours slow", "慢 2 小时"),
    (timedelta(days=3), "72 hours fast", "快 72 小时"),
    (timedelta(days=-365), "8760 hours slow", "慢 8760 小时"),
]


@pytest.mark.parametrize(("off", "english", "chinese"), TOLD, ids=str)
def test_a_clock_that_is_off_is_told_with_what_to_do(
    off: timedelta, english: str, chinese: str
) -> None:
    assert clock_words(WORDS["en"], off) == (
        f"The clock of this laptop is {english}. Please set it; until then the rules go by the "
        "server's time and what you record is marked."
    )
    assert clock_words(WORDS["zh_CN"], off) == (
        f"本机时钟{chinese}。请校准；校准前按服务器时间判断规则，所录内容将加注时间标记。"
    )


AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
BRACKETS = {
    "believed": (None, "{at}", "{at}"),
    "both ends": (
        Between(AT - timedelta(hours=1), AT + timedelta(hours=2)),
        "happened between {earliest} and {latest}",
        "发生在 {earliest} 至 {latest} 之间",
    ),
    "only received": (
        Between(None, AT + timedelta(hours=2)),
        "happened before {latest}",
        "发生在 {latest} 之前",
    ),
}


@pytest.mark.parametrize("which", BRACKETS)
@pytest.mark.parametrize("language", WORDS)
def test_what_can_be_proven_is_told_where_the_laptops_word_is_doubted(
    which: str, language: str
) -> None:
    between, english, chinese = BRACKETS[which]
    words = WORDS[language]
    ends = (between.earliest or AT, between.latest) if between else (AT, AT)
    earliest, latest = (words.moment(one, ZONE) for one in ends)
    expected = (english if language == "en" else chinese).format(
        at=words.moment(AT, ZONE), earliest=earliest, latest=latest
    )
    said = happened(words, AT, between, ZONE)
    assert said == expected
    assert "12:00" in said or between is None  # of the customer's zone
