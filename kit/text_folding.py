"""Azerbaijani letters and their plain spellings, as people and spreadsheets write them."""

import re
import unicodedata

_LETTERS = str.maketrans({"Ə": "e", "ə": "e", "ı": "i"})
"""The letters that NFKD does not decompose; the others are a plain letter with a mark."""

# Blanks of any width (category Zs), and the blank of Braille, which is drawn as one.
_BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]")
_LINE_END = re.compile("[\u2028\u2029]")
# What is never drawn: Default_Ignorable_Code_Point (UAX 44), and annotations (U+FFF9 to U+FFFB).
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def normal_text(text: str) -> str:
    """The text with plain blanks and line ends, without what is never drawn, in NFC (UAX 15).

    Idempotent. Control characters stay: whether they are refused is for the field to say.
    """
    if text.isascii():
        return text
    seen = _LINE_END.sub("\n", _BLANK.sub(" ", _INVISIBLE.sub("", text)))
    return unicodedata.normalize("NFC", seen)


def fold(text: str) -> str:
    """Small letters as a keyboard without Azerbaijani letters writes them: "Əlilliyin" is "elilliyin".

    ə is e, ı and i are one, ö ü ğ ş ç lose their marks, whether a mark is part of its letter or follows it.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS).lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
