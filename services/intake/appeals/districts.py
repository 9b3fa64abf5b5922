"""A district as people write it: by its code or its title in any spelling. Pure."""

import re
from collections import defaultdict
from collections.abc import Mapping

from kit.alphabets import one_alphabet
from kit.text_folding import fold
from schemas.passports import Text

_WORDS_AROUND = re.compile(r"\b(?:baki|baku|seheri?|city|town|of|rayonu?|district|r-?nu?|ray|r)\b")
"""In folded text: what a district is, and the city that it is in."""


def district_names(districts: Mapping[str, Text]) -> dict[str, str]:
    """The code of each district, by its folded code and titles; a name that several have is left out."""
    codes: dict[str, set[str]] = defaultdict(set)
    for code, title in districts.items():
        for name in (code, title.az, title.en):
            codes[_folded(name)].add(code)
    return {name: next(iter(named)) for name, named in codes.items() if len(named) == 1}


def district_of(written: str, names: Mapping[str, str]) -> str | None:
    """The code of the district that `written` names; None where it names none, or several could be meant."""
    return names.get(_folded(written))


def _folded(name: str) -> str:
    folded = _WORDS_AROUND.sub(" ", fold(one_alphabet(name) or name))
    return "".join(character for character in folded if character.isalnum())
