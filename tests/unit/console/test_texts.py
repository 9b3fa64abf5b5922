"""The console's words: all there, in both languages, all used; no text in a template."""

import re
from pathlib import Path

import pytest

from schemas.case_events import RecordedEvent, event_name
from services.console import texts
from services.console.actions import CODES
from services.console.texts import Words, read_texts

TEMPLATES = Path(texts.__file__).parents[1] / "templates"
TEXTS = read_texts()
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.j2")}
CODE = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES.parent.rglob("*.py"))


def test_every_word_has_both_languages() -> None:
    assert all(text.az.strip() and text.en.strip() for text in TEXTS.values())
    fields = re.compile(r"\{(\w+)\}")
    assert all(fields.findall(text.az) == fields.findall(text.en) for text in TEXTS.values())


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_has_no_text_of_its_own(name: str) -> None:
    """What is left without tags, expressions and statements has no words, but for keys of a keyboard."""
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", SOURCES[name], flags=re.DOTALL)
    text = re.sub(r"<!doctype html>|<[^>]+>", "", text)
    assert not re.findall(r"[^\W\d_]{2,}", text)


@pytest.mark.parametrize("name", SOURCES)
def test_the_words_that_a_template_names_are_there(name: str) -> None:
    assert set(re.findall(r"""\bt\(["'](\w+)["'][,)]""", SOURCES[name])) <= TEXTS.keys()


def test_every_word_is_used() -> None:
    everything = "\n".join(SOURCES.values()) + CODE
    prefixes = [*re.findall(r"""["'](\w+_)["'] ~""", everything), "weekday_", "charged_"]
    suffixes = re.findall(r"""~ ["'](_\w+)["']""", everything)
    for name in TEXTS:
        base = name.removesuffix("_one")
        made = any(base.startswith(prefix) for prefix in prefixes) or any(
            base.endswith(suffix) for suffix in suffixes
        )
        assert made or re.search(rf"""["']{re.escape(base)}["']""", everything), f"{name} is not used"


def test_every_event_and_action_has_words() -> None:
    types = re.findall(
        r'"(az\.vahid\.[a-z_.]+\.v1)"', str(RecordedEvent.model_json_schema()).replace("'", '"')
    )
    assert len(types) > 40
    assert {f"event_{event_name(kind)}" for kind in types} <= TEXTS.keys()
    assert {f"action_{code}" for code in CODES} <= TEXTS.keys()


def test_one_of_something_has_words_of_its_own() -> None:
    words = Words(TEXTS, "en")
    assert words("found", count=1) == "1 case found"
    assert words("found", count=2) == "2 cases found"
    assert words.known("event_of_tomorrow", "tomorrow") == "tomorrow"
