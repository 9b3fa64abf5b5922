"""The words of a text in plain spelling. Pure."""

import re
import unicodedata
from typing import NamedTuple

from kit.text_folding import fold

MOST_WORDS = 2_000
"""How many words of a text are read: those of some pages."""

_CYRILLIC = re.compile(r"[\u0400-\u04FF]")
_MARKS = r"\u0300-\u036F"
_PIECE = re.compile(
    rf"(?P<word>[^\W_][^\W_{_MARKS}]*(?:[{_MARKS}]+[^\W_{_MARKS}]*)*)"
    r"|(?P<end>[^\w\s\-\u2010\u2011'\u2019]|\n\s*\n)"
)
"""A word, with marks that are no part of its letters; or what ends a clause."""
_DIGRAPH = re.compile(r"(?<=[scg])h+")
"""How some write ş, ç and ğ without their marks: sh, ch, gh."""
_ALPHABET = str.maketrans(
    {
        pair[0]: pair[1:]
        for pair in (
            "аa әe бb вv гq ғg дd еe ёe жj зz иi йy јy кk ҝg лl мm нn оo өo пp рr сs тt уu үu фf "
            "хx һh чc ҹc цs шs щs ъ ыi ь эe юyu яya"
        ).split()
    }
)
"""The Azerbaijani and the Russian Cyrillic alphabet, as a plain Latin keyboard writes the sounds."""


class Word(NamedTuple):
    """A word in plain spelling, the number of its clause, and whether it was written in Cyrillic."""

    text: str
    clause: int
    cyrillic: bool = False


def words_of(text: str) -> tuple[Word, ...]:
    """The first words of a text. Punctuation ends a clause; blanks and hyphens do not."""
    found: list[Word] = []
    clause = 0
    for piece in _PIECE.finditer(unicodedata.normalize("NFC", text)):
        if piece["end"]:
            clause += 1
            continue
        word = spelling(piece["word"])
        if word:  # nothing is left of hard signs alone
            found.append(Word(word, clause, bool(_CYRILLIC.search(piece["word"]))))
        if len(found) == MOST_WORDS:
            break
    return tuple(found)


def spelling(word: str) -> str:
    """A word in small plain letters: "Şəhid", "shehid" and "Шәһид" are "sehid"."""
    folded = fold(word.lower().translate(_ALPHABET)).lower()
    plain = "".join(filter(str.isalnum, folded)).replace("w", "s")
    return _DIGRAPH.sub("", plain)
