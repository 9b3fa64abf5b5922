"""Names in one alphabet: a letter of another one that looks the same is put right. Pure.

A word of a name is written in one alphabet. Cyrillic and Greek letters in a Latin word come from a
keyboard that was switched, or from a copied text: the name looks right and is found by nobody.
Source: what looks alike is from the confusables of UTS 39, of the letters that have one look in upright type.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

_TO_LATIN = {
    "А": "A", "В": "B", "Е": "E", "І": "I", "Ј": "J", "К": "K", "М": "M", "Н": "H", "О": "O",
    "Р": "P", "С": "C", "Ѕ": "S", "Т": "T", "Х": "X", "Һ": "H", "Ә": "Ə", "Ԛ": "Q", "Ԝ": "W", "Ү": "Y",
    "а": "a", "е": "e", "і": "i", "ј": "j", "о": "o", "с": "c", "ѕ": "s", "у": "y", "х": "x", "һ": "h",
    "ә": "ə", "ԛ": "q", "ԝ": "w", "ԁ": "d",
    "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O",
    "Ρ": "P", "Τ": "T", "Υ": "Y", "Χ": "X", "ο": "o",
}  # fmt: skip
_TO_CYRILLIC = {
    latin: other
    for other, latin in _TO_LATIN.items()
    if unicodedata.name(other).startswith("CYRILLIC") and latin not in "dqwQW"
}
_ONLY_FIRST = "Р"
"""Inside a word this may be a Ğ in cp1254 that was read as cp1251; no word begins with Ğ."""
_WORD = re.compile(r"[^\W\d_]+")
_OURS = frozenset({"LATIN", "CYRILLIC", "GREEK"})
"""Alphabets that are not mixed with others in a word. The name of a letter begins with its alphabet."""
_COMMON = frozenset({"MODIFIER", "FEMININE", "MASCULINE", ""})
_FORMS = frozenset({"FULLWIDTH", "MATHEMATICAL"})


def one_alphabet(name: str) -> str | None:
    """The name with each word in one alphabet; None where a word has letters that only another one has.

    A name that is wholly Cyrillic stays as it is written. Idempotent.
    """
    if name.isascii():
        return name
    try:
        written = _WORD.sub(lambda word: _in_one(word.group()), name)
    except _Mixed:
        return None
    return unicodedata.normalize("NFC", written)


class _Mixed(Exception):
    """A word is in no alphabet."""


def _in_one(word: str) -> str:
    plain = "".join(map(_plain, word))
    alphabets = {_alphabet(letter) for letter in plain} - {None}
    if len(alphabets) < 2 or alphabets.isdisjoint(_OURS):
        return plain
    if _ONLY_FIRST not in plain[1:] and _wholly("LATIN", latin := _folded("LATIN", plain, _TO_LATIN)):
        return latin
    if _wholly("CYRILLIC", cyrillic := _folded("CYRILLIC", plain, _TO_CYRILLIC)):
        return cyrillic
    raise _Mixed


def _plain(letter: str) -> str:
    """A letter that is a form of a plain one: of full width, or of mathematics."""
    return unicodedata.normalize("NFKC", letter) if _first_word(letter) in _FORMS else letter


def _folded(alphabet: str, word: str, alike: Mapping[str, str]) -> str:
    return "".join(letter if _alphabet(letter) == alphabet else alike.get(letter, letter) for letter in word)


def _wholly(alphabet: str, word: str) -> bool:
    return {_alphabet(letter) for letter in word} <= {alphabet, None}


def _alphabet(letter: str) -> str | None:
    """The alphabet of a letter; None where no alphabet owns it."""
    first = _first_word(letter)
    return None if first in _COMMON else first


@cache
def _first_word(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
