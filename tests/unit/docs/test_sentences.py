"""Pages are read by people in a hurry: no sentence of them has 30 words or more."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
LIMIT = 30


def sentences(page: str) -> list[str]:
    """The sentences of a page's paragraphs, list items and table cells. Code and comments are none."""
    prose = re.sub(r"<!--.*?-->|^ *```.*?^ *```", "", page, flags=re.DOTALL | re.MULTILINE)
    blocks = re.split(r"\n\s*\n|\n(?=\s*(?:[-*] |\d+\. |#|\|))|(?<!`) \| ", prose)
    flat = [" ".join(re.sub(r"\]\([^)]*\)", "]", block).split()) for block in blocks]
    return [sentence for block in flat for sentence in re.split(r"(?<=[.!?:;])[*)]*\s+(?=\S)", block)]


def words(sentence: str) -> int:
    """How many words a sentence has; a code span is one."""
    return len([word for word in re.sub(r"`[^`]*`", "code", sentence).split() if re.search(r"\w", word)])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_sentence_is_too_long(page: Path) -> None:
    long = {s: words(s) for s in sentences(page.read_text()) if words(s) >= LIMIT}
    assert long == {}


def test_a_long_sentence_is_found() -> None:
    long = "word " * LIMIT
    assert [words(s) >= LIMIT for s in sentences(f"Short. {long}.\n\n- {long}\n")] == [False, True, True]
    assert all(words(s) < LIMIT for s in sentences(f"```\n{long}\n```\n"))
