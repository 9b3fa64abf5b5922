"""What becomes of many texts: none goes to a wrong agency, and most that ask plainly go to the right one."""

import unicodedata
from collections.abc import Callable
from functools import partial
from itertools import permutations

import pytest

from kit.text_folding import fold
from tests.packaged import packaged
from tests.unit.catalogue.free_text.texts import found, interpreted, is_placed, outcome, outcomes, read

SHOWN, OWN = read("shown.csv"), read("texts.csv")
PLAIN = [text for text in (*SHOWN, *OWN) if text.group == "plain"]
PLACED = [text for text in PLAIN if outcome(text) == "right"]
ONE_OF_EACH = list({text.services: text.text for text in PLACED}.values())


def test_no_text_goes_to_a_wrong_agency_or_by_half() -> None:
    harmed = [
        (outcome(text), text.text, interpreted(text.text).service)
        for text in (*SHOWN, *OWN)
        if outcome(text) not in ("right", "triage")
    ]
    assert harmed == []


def test_the_texts_shown() -> None:
    """13 are plain, and 36 have a right service."""
    plain = outcomes(text for text in SHOWN if text.group == "plain")
    assert plain.total() == 13 and plain["right"] >= 9
    with_service = [text for text in SHOWN if text.services]
    assert len(with_service) == 36 and sum(map(found, with_service)) >= 30


@pytest.mark.parametrize("held_out", [False, True])
def test_our_own_texts(held_out: bool) -> None:
    """By the same bounds: 9 of 13 plain ones are placed; 30 of 36 services are placed with or suggested."""
    texts = [text for text in OWN if text.held_out is held_out]
    plain = outcomes(text for text in texts if text.group == "plain")
    assert plain["right"] / plain.total() >= 9 / 13
    with_service = [text for text in texts if text.services]
    assert sum(map(found, with_service)) / len(with_service) >= 30 / 36


def test_every_service_has_texts_and_is_placed_by_one() -> None:
    assert {service for text in PLACED for service in text.services} == packaged().passports.keys()
    assert len(OWN) > 600 and sum(text.held_out for text in OWN) > 90


@pytest.mark.parametrize("joint", [", ", " və ", ". ", "\n\n", " həm də "])
def test_two_services_in_one_text_go_to_triage(joint: str) -> None:
    """Whatever the two are: each service with each other one."""
    assert len(ONE_OF_EACH) == 26
    pairs = permutations(ONE_OF_EACH, 2)
    placed = [text for pair in pairs if is_placed(text := joint.join(pair))]
    assert placed == []


@pytest.mark.parametrize(
    "word", ["istəmirəm", "deyil", "yox", "şikayət", "almışam", "vergisi", "maddi yardım", "zibil", "nəsə"]
)
def test_one_word_more_after_the_service_ends_it(word: str) -> None:
    placed = [text.text for text in PLACED if is_placed(text.text.rstrip(".") + f", {word}.")]
    assert placed == []


@pytest.mark.parametrize("denial", ["istəmirəm", "lazım deyil", "yox", "olmasın"])
def test_a_denial_anywhere_ends_it(denial: str) -> None:
    for text in ONE_OF_EACH:
        words = text.rstrip(".").split()
        for place in range(len(words) + 1):
            denied = " ".join((*words[:place], denial, *words[place:]))
            assert not is_placed(denied), denied


def _with_digraphs(text: str) -> str:
    for letter, plain in (
        ("ş", "sh"),
        ("ç", "ch"),
        ("ğ", "gh"),
        ("ə", "e"),
        ("ı", "i"),
        ("ö", "o"),
        ("ü", "u"),
    ):
        text = text.replace(letter, plain).replace(letter.upper(), plain.capitalize())
    return text


@pytest.mark.parametrize(
    "spelt",
    [fold, str.upper, _with_digraphs, partial(unicodedata.normalize, "NFD")],
    ids=["plain", "capitals", "digraphs", "decomposed"],
)
def test_a_plain_text_is_read_alike_in_every_spelling(spelt: Callable[[str], str]) -> None:
    other = [text.text for text in PLAIN if interpreted(spelt(text.text)) != interpreted(text.text)]
    assert other == []


def test_three_services_or_more_are_suggested() -> None:
    for text in (*SHOWN, *OWN):
        suggestions = interpreted(text.text).suggestions
        assert len(set(suggestions)) == len(suggestions) <= 5
        assert len(suggestions) >= 3 or not text.services, text.text
        assert set(suggestions) <= packaged().passports.keys()


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("Protez lazımdır", "asked"),
        ("Sanatoriyaya göndəriş", "named"),
        ("Нужен протез", "other_script"),
        ("Salam, necəsiniz", "no_service_named"),
        ("Mənə kömək edin", "no_service_named"),
        ("", "no_service_named"),
        ("Protez və dərman lazımdır", "several_services"),
        ("Protezim", "service_spoken_of"),
        ("Protez lazımdır filan", "other_words"),
        ("Mənə protez", "named"),
        ("Protez", "no_request"),
        ("Protez istəmirəm", "negation"),
        ("Protezçidən şikayətim var", "complaint"),
        ("Protez almışam", "provided"),
        ("Protez barədə yazın", "context"),
        ("Protez üçün pul lazımdır", "other_subject"),
        ("Məktəbə psixoloq lazımdır", "for_others"),
    ],
)
def test_the_ground_says_why(text: str, ground: str) -> None:
    assert interpreted(text).ground == ground


def test_nothing_is_suggested_where_no_word_is_of_a_service() -> None:
    assert interpreted("Hörmətli nazir, salam").suggestions == ()


def test_what_is_denied_is_suggested_last() -> None:
    suggestions = interpreted("Sanatoriya istəmirəm, mənə protez lazımdır").suggestions
    assert suggestions.index("prosthetics") < suggestions.index("sanatorium")


def test_a_text_of_any_length_is_read() -> None:
    text = "Protez lazımdır. " * 40_000
    assert interpreted(text).service is None
    assert interpreted(text).suggestions[0] == "prosthetics"
