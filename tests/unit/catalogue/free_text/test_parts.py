"""The parts of reading: words, phrases and their endings, letters put right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.free_text.corrections import Corrections, one_apart
from catalogue.free_text.interpretation import interpret
from catalogue.free_text.model import Endings, FreeText, ServiceWords
from catalogue.free_text.phrases import Index, patterns_of
from catalogue.free_text.words import MOST_WORDS, Word, spelling, words_of

ENDINGS = Endings(noun=("lər", "i"), own=("im",), verbal=("məsini",), asking=("sin",))


def test_punctuation_ends_a_clause_and_hyphens_do_not() -> None:
    words = words_of("Tibbi-sosial ekspertiza, protez. Sağ ol")
    assert [(word.text, word.clause) for word in words] == [
        ("tibbi", 0),
        ("sosial", 0),
        ("ekspertiza", 0),
        ("protez", 1),
        ("sag", 2),
        ("ol", 2),
    ]


@pytest.mark.parametrize("word", ["Şəhid", "ŞƏHİD", "shehid", "sehid", "Шәһид", "S\u0327əhid", "wehid"])
def test_one_word_in_many_spellings(word: str) -> None:
    assert [found.text for found in words_of(word)] == ["sehid"]
    assert spelling(word) == "sehid"


def test_cyrillic_is_noted() -> None:
    assert [word.cyrillic for word in words_of("protez протез")] == [False, True]


def test_the_first_pages_of_a_text_are_read() -> None:
    assert len(words_of("söz " * (MOST_WORDS + 5))) == MOST_WORDS


@given(st.text())
def test_any_text_has_words_in_plain_spelling(text: str) -> None:
    for word in words_of(text):
        assert word.text.isalnum() and word.text == spelling(word.text)


@pytest.mark.parametrize(
    ("phrase", "word", "there"),
    [
        ("protez", "protez", True),
        ("protez", "protezlər", False),
        ("protez~", "protez", True),
        ("protez~", "protezlər", True),
        ("protez~", "protezim", False),
        ("protez*", "protezçi", True),
        ("veril+", "verilməsini", True),
        ("veril+", "verilməsin", False),
        ("veril+", "veril", False),
        ("*mirəm", "istəmirəm", True),
        ("*mirəm", "mirəm", False),
        ("psixoloq~", "psixoloği", True),  # softens before a vowel
        ("kömək~", "köməyi", True),
    ],
)
def test_marks_say_which_endings_a_word_may_have(phrase: str, word: str, there: bool) -> None:
    index = Index([(patterns_of(phrase), "x")], ENDINGS)
    assert bool(index.at(words_of(word), 0)) is there


def test_the_longest_phrase_is_found_within_a_clause() -> None:
    index = Index([(patterns_of(phrase), phrase) for phrase in ("iş", "iş yeri", "iş yeri lazım")], ENDINGS)
    assert [found.meaning for found in index.at(words_of("iş yeri verin"), 0)] == ["iş yeri"]
    assert [found.meaning for found in index.at(words_of("iş, yeri"), 0)] == ["iş"]


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("protez", "protez", True),
        ("protez", "prtoez", True),
        ("protez", "prtez", True),
        ("protez", "protezz", True),
        ("protez", "pratez", True),
        ("protez", "pratz", False),
        ("protez", "rpotze", False),
        ("ab", "ba", True),
        ("", "a", True),
        ("", "ab", False),
    ],
)
def test_one_letter_apart(one: str, other: str, near: bool) -> None:
    assert one_apart(one, other) is one_apart(other, one) is near


@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_one_letter_apart_is_one_edit(one: str, other: str) -> None:
    places = range(len(one) + 1)
    edits = {one}
    edits |= {one[:at] + one[at + 1 :] for at in places}
    edits |= {one[:at] + letter + one[at:] for at in places for letter in "abc"}
    edits |= {one[:at] + letter + one[at + 1 :] for at in places[:-1] for letter in "abc"}
    edits |= {one[:at] + one[at + 1] + one[at] + one[at + 2 :] for at in range(len(one) - 1)}
    assert one_apart(one, other) is (other in edits)


def test_a_word_is_put_right_and_keeps_its_ending() -> None:
    corrections = Corrections(["sanatoriya", "sanat", "iş"])
    words = words_of("sanatorya sanatoriyyada si")
    corrected = [word.text for word in corrections.corrected(words, {0, 1, 2})]
    assert corrected == ["sanatoriya", "sanatoriyada", "si"]
    assert corrections.corrected(words, set()) == words


def test_a_catalogue_without_words_suggests_nothing() -> None:
    assert interpret(FreeText(), "Protez lazımdır") == (None, "no_service_named", ())


def test_a_phrase_that_services_share_counts_less_for_each() -> None:
    """Three services have the first word, one the second: it comes first, though last in the file."""
    services = [ServiceWords(service=code, hints=("kart~",)) for code in ("a", "b", "c")]
    rare = ServiceWords(service="d", hints=("protez~",))
    read = interpret(FreeText(services=(*services, rare)), "kart protez")
    assert read.suggestions[0] == "d" and set(read.suggestions) == {"a", "b", "c", "d"}


def test_words_keep_their_place() -> None:
    assert words_of("a b") == (Word("a", 0), Word("b", 0))


def test_a_word_that_is_put_right_counts_less_than_one_that_is_right() -> None:
    services = [
        ServiceWords(service=code, hints=(f"{word}~",)) for code, word in (("a", "protez"), ("b", "dərman"))
    ]
    free_text = FreeText(services=tuple(services))
    assert interpret(free_text, "protez dərman").suggestions == ("a", "b")
    assert interpret(free_text, "prtoez dərman").suggestions == ("b", "a")
