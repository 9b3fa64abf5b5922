"""What a free text asks for, with the services to suggest where a person must place it. Pure."""

from typing import NamedTuple

from catalogue.free_text.deciding import decide
from catalogue.free_text.model import FreeText
from catalogue.free_text.reading import reader_of
from catalogue.free_text.suggestions import suggestions_of
from catalogue.free_text.words import words_of
from schemas.frozen import Code


class Interpretation(NamedTuple):
    """The one service that a text asks for, or None; `ground` says why.

    `suggestions` are the services of which it has words, the likeliest first.
    """

    service: Code | None
    ground: Code
    suggestions: tuple[Code, ...]


def interpret(free_text: FreeText, text: str) -> Interpretation:
    """Read a text by the words of a catalogue."""
    read = reader_of(free_text).read(words_of(text))
    reading = decide(read, free_text)
    return Interpretation(reading.service, reading.ground, suggestions_of(read, free_text))
