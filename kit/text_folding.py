"""Azerbaijani letters and their plain spellings, as people and spreadsheets write them."""

import unicodedata

_LETTERS = str.maketrans({"Ə": "e", "ə": "e", "ı": "i"})
"""The letters that NFKD does not decompose; the others are a plain letter with a mark."""


def fold(text: str) -> str:
    """Small letters as a keyboard without Azerbaijani letters writes them: "Əlilliyin" is "elilliyin".

    ə is e, ı and i are one, ö ü ğ ş ç lose their marks, whether a mark is part of its letter or follows it.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS).lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
