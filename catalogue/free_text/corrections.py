"""Words with one wrong letter, put right where a phrase of the catalogue has such a word. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from catalogue.free_text.words import Word

SHORTEST = 5
"""Shorter words are too like others to be put right."""
MOST_CORRECTED = 100
"""How many words of a text are put right at most."""


class Corrections:
    """Stems of the catalogue, found by words that have a letter wrong, missing, added or swapped."""

    def __init__(self, stems: Iterable[str]) -> None:
        self._by_shortened: dict[str, set[str]] = {}
        for stem in stems:
            if len(stem) >= SHORTEST:
                for shortened in (stem, *_shortened(stem)):
                    self._by_shortened.setdefault(shortened, set()).add(stem)

    def corrected(self, words: Sequence[Word], unknown: Collection[int]) -> tuple[Word, ...]:
        """The words, the first `unknown` places put right where one letter is enough for that."""
        places = set(sorted(unknown)[:MOST_CORRECTED])
        return tuple(
            word._replace(text=self._correct(word.text)) if place in places else word
            for place, word in enumerate(words)
        )

    def _correct(self, text: str) -> str:
        """The word with the longest stem that its beginning resembles; its ending stays."""
        fitting = (
            (len(stem), length, stem)
            for length in range(SHORTEST - 1, min(len(text), 40) + 1)
            for stem in self._like(text[:length])
        )
        best = max(fitting, default=None)
        return text if best is None else best[2] + text[best[1] :]

    def _like(self, text: str) -> Iterator[str]:
        near = {stem for form in (text, *_shortened(text)) for stem in self._by_shortened.get(form, ())}
        return (stem for stem in near if one_apart(stem, text))


def one_apart(one: str, other: str) -> bool:
    """Whether one letter is changed, added, left out, or swapped with the next; or none."""
    if len(one) > len(other):
        one, other = other, one
    pairs = enumerate(zip(one, other, strict=False))
    begins = next((place for place, (letter, as_well) in pairs if letter != as_well), None)
    if begins is None:
        return len(other) - len(one) <= 1
    rest, other_rest = one[begins:], other[begins:]
    if len(one) < len(other):
        return rest == other_rest[1:]
    swapped = other_rest[1:2] + other_rest[:1] + other_rest[2:]
    return rest[1:] == other_rest[1:] or rest == swapped


def _shortened(text: str) -> Iterator[str]:
    return (text[:place] + text[place + 1 :] for place in range(len(text)))
