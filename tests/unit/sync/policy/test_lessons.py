"""Learning modules: read strictly, the same in every language."""

from pathlib import Path

import pytest

from sync.policy.lessons import LessonRefused, load_curriculum, load_lessons

LEARNING = Path(__file__).parents[4] / "resources" / "learning"
GOOD = """+++
id = "conduct"
version = "1"
title = "How we visit"
minutes = 5
needed = 1

[[question]]
text = "Who may open the door?"
options = ["Anybody", "The customer"]
right = 1
why = "Only the customer is spoken to."
+++

# How we visit

Listen first.
"""


def write(folder: Path, text: str, language: str = "en", name: str = "1.md") -> Path:
    (folder / language).mkdir(exist_ok=True)
    (folder / language / name).write_text(text, encoding="utf-8")
    return folder


def test_a_module_is_read_whole(tmp_path: Path) -> None:
    [lesson] = load_lessons(write(tmp_path, GOOD), "en")
    assert (lesson.head.id, lesson.head.minutes, lesson.head.needed) == ("conduct", 5, 1)
    assert lesson.text.startswith("# How we visit")
    assert lesson.module.right == (1,)
    assert load_curriculum(tmp_path).modules == (lesson.module,)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("+++\nid", "id"),
        ("\n# How we visit\n\nListen first.\n", "\n"),
        ('version = "1"', "version = 1"),
        ('version = "1"', 'version = "1"\ncolour = "red"'),
        ("needed = 1", "needed = 2"),
        ("needed = 1", "needed = 0"),
        ('["Anybody", "The customer"]', '["The customer"]'),
        ('["Anybody", "The customer"]', '["Anybody", "Anybody"]'),
        ("right = 1", "right = 2"),
        ("right = 1", "right = -1"),
        ("minutes = 5", "minutes = "),
    ],
)
def test_an_unclear_module_is_refused_by_name(tmp_path: Path, old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(LessonRefused, match=r"^1\.md: "):
        load_lessons(write(tmp_path, GOOD.replace(old, new, 1)), "en")


def test_languages_ask_the_same(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace("right = 1", "right = 0"), "zh_CN")
    with pytest.raises(LessonRefused, match="differ"):
        load_curriculum(tmp_path)


def test_a_module_stands_once(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, name="2.md")
    with pytest.raises(LessonRefused, match="twice"):
        load_curriculum(tmp_path)


def test_ours_can_be_learnt() -> None:
    curriculum = load_curriculum(LEARNING)
    ids = [m.id for m in curriculum.modules]
    assert ids == ["conduct", "law", "listening", "hardship", "data_protection"]
    assert all(len(m.right) >= 5 and m.needed >= 4 for m in curriculum.modules)
    for language in ("zh_CN", "en"):
        for lesson in load_lessons(LEARNING, language):
            assert len(lesson.text) > 400, lesson.head.id
            # Whoever always ticks the same box has not learnt anything.
            assert len(set(lesson.module.right)) > 1, lesson.head.id
