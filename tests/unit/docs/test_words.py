"""One word for one thing: no text of the tree has a word that the glossary avoids."""

from fnmatch import fnmatch

import pytest

from tests.unit.docs.words import ALLOWED, all_found, avoided, find, glossary, nameless_loops, texts

WORDS = glossary()


def words_in(file: str, text: str) -> list[str]:
    return [found.word for found in find(file, text, WORDS)]


def test_no_avoided_word_stands_in_the_tree() -> None:
    left = all_found()
    assert left == [], "\n" + "\n".join(map(str, left))


@pytest.mark.parametrize(
    ("file", "text", "word"),
    [
        ("kit/a.py", "def strike_clock(): ...", "strike"),
        ("kit/a.py", "class StatusDesk: ...", "desk"),
        ("kit/a.py", "HTTPDesk = 1", "desk"),
        ("kit/a.py", "# the message is buried", "buried"),
        ("kit/a.py", '"""It climbs the ladder."""', "ladder"),
        ("kit/a.py", 'raise ValueError("no such rung")', "rung"),
        ("kit/a.py", "room = harness()", "room"),
        ("kit/a.py", 'row = {"room": 1}', "room"),
        ("kit/desk.py", "", "desk"),
        ("docs/a.md", "A batch is a turn.", "turn"),
        ("docs/a.md", "The setting `room` is new.", "room"),
        ("docs/a.md", "The state body answers.", "state body"),
        ("catalogue/data/a.yaml", "ladder: []  # levels", "ladder"),
        ("catalogue/data/a.yaml", "levels: []  # the ladder", "ladder"),
        ("schemas/published/a.json", '{"description": "When the clock strikes."}', "strikes"),
        ("schemas/published/a.json", '{"properties": {"room": {}}}', "room"),
        ("services/a.j2", "{% for rung in levels %}", "rung"),
    ],
)
def test_an_avoided_word_is_found_wherever_it_is_put_back(file: str, text: str, word: str) -> None:
    assert word in words_in(file, text)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("kit/a.py", "class DeadLetter: ...\ndead_lettered = DEAD_LETTERS"),
        ("kit/a.py", '"""Each in turn; the rooms below it."""'),
        ("kit/a.py", "brooms = headroom = deskew = bellows = 1"),
        ("kit/http_body.py", "async def read(body: bytes) -> bytes: ..."),
        ("docs/a.md", "A later appeal on the same matter joins the case."),
        ("catalogue/data/a.yaml", "legal_basis: Law on citizens' appeals (2015), Article 10.1"),
    ],
)
def test_a_proper_use_is_not_found(file: str, text: str) -> None:
    assert words_in(file, text) == []


def test_a_loop_names_what_it_holds() -> None:
    assert [found.line for found in nameless_loops("kit/a.py", "x = [\n    one for one in many\n]\n")] == [2]
    assert list(nameless_loops("kit/a.py", "for item in many: ...")) == []


def test_the_glossary_marks_the_words_that_only_names_may_not_have() -> None:
    rows = (
        "| word | meaning | avoid |",
        "| batch | several | `turn`, *go* |",
        "| agency | one | `body` (name) |",
    )
    words = avoided("\n".join(rows))
    assert {word.word: word.only_names for word in words.values()} == {"turn": False, "body": True}
    assert {"turns", "turned", "turning", "bodies"} <= words.keys()


def test_every_exception_is_used() -> None:
    files = [file for file, _ in texts()]
    assert [allowed for allowed in ALLOWED if not any(fnmatch(file, allowed.files) for file in files)] == []
