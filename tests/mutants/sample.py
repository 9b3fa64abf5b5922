"""A seeded sample of all mutants, and those that nothing can notice."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tests.mutants.areas import modules
from tests.mutants.places import Mutant, mutants

EQUIVALENT = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True)
class Equivalent:
    """A change that makes no difference, by what it changes and not by its line."""

    path: str
    function: str
    change: str
    reason: str


def all_mutants(root: Path, within: str = "") -> list[Mutant]:
    """Every mutant of the areas, or of their modules whose paths begin with `within`."""
    return [
        mutant
        for area, path in modules(root)
        if path.startswith(within)
        for mutant in mutants(area, path, (root / path).read_text(), synchronous=area == "services")
    ]


def sample(root: Path, count: int, seed: int, within: str = "") -> list[Mutant]:
    """`count` mutants drawn with `seed` from `all_mutants`.

    A change of the code draws no other sample: each mutant has its own place in the draw, by its content.
    """
    same: Counter[str] = Counter()
    drawn = []
    for mutant in all_mutants(root, within):
        content = f"{mutant.path}/{mutant.function}/{mutant.change}"
        same[content] += 1
        place = hashlib.sha256(f"{seed}/{content}/{same[content]}".encode()).digest()
        drawn.append((place, mutant))
    drawn.sort(key=lambda pair: pair[0])
    valid = (mutant for _, mutant in drawn if mutant.is_python((root / mutant.path).read_bytes()))
    return sorted(islice(valid, count), key=lambda mutant: (mutant.path, mutant.begin))


def equivalents(file: Path = EQUIVALENT) -> list[Equivalent]:
    """The changes that were read and found to make no difference."""
    return [Equivalent(**entry) for entry in tomllib.loads(file.read_text()).get("equivalent", [])]


def reason_of(mutant: Mutant, known: Sequence[Equivalent]) -> str | None:
    """Why nothing can notice `mutant`; None where something should."""
    same = (mutant.path, mutant.function, mutant.change)
    found = (entry.reason for entry in known if (entry.path, entry.function, entry.change) == same)
    return next(found, None)
