"""What was found, as a table and the list of survivors, or as JSON."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.mutants.areas import AREAS
from tests.mutants.places import Mutant
from tests.mutants.running import Result

WANTED = 0.93
"""The share of mutants that the unit layer must notice, those that make no difference aside."""


def share(results: Sequence[Result]) -> float:
    """The share that was noticed; a time limit that was reached is noticed too."""
    noticed = sum(result.outcome != "survived" for result in results)
    return noticed / len(results) if results else 1.0


def table(results: Sequence[Result], equivalent: Sequence[tuple[Mutant, str]]) -> str:
    """One line for each area, one for all, then the survivors and what makes no difference."""
    lines = [f"{'area':<12}{'mutants':>9}{'noticed':>9}{'survived':>10}{'share':>8}"]
    for area in (*AREAS, "all"):
        own = [result for result in results if area in (result.mutant.area, "all")]
        counted = Counter(result.outcome for result in own)
        survived = counted["survived"]
        lines.append(f"{area:<12}{len(own):>9}{len(own) - survived:>9}{survived:>10}{share(own):>8.1%}")
    slow = sum(result.outcome == "time limit" for result in results)
    lines.append(f"of those noticed, {slow} by a time limit; {len(equivalent)} more make no difference")
    lines += [f"survived  {named(result.mutant)}" for result in results if result.outcome == "survived"]
    lines += [f"no difference  {named(mutant)} ({reason})" for mutant, reason in equivalent]
    return "\n".join(lines)


def named(mutant: Mutant) -> str:
    """Where a mutant is and what it changes."""
    return f"{mutant.path}:{mutant.line} {mutant.function}  {mutant.change}"


def as_json(seed: int, results: Sequence[Result], equivalent: Sequence[tuple[Mutant, str]]) -> str:
    """The same for programs."""
    found: dict[str, Any] = {
        "seed": seed,
        "share": share(results),
        "results": [{**_entry(result.mutant), "outcome": result.outcome} for result in results],
        "equivalent": [{**_entry(mutant), "reason": reason} for mutant, reason in equivalent],
    }
    return json.dumps(found, ensure_ascii=False, indent=1)


def _entry(mutant: Mutant) -> dict[str, Any]:
    names = ("area", "path", "line", "function", "change")
    return {name: getattr(mutant, name) for name in names}


def survivors_of(text: str, mutants: Sequence[Mutant]) -> list[Mutant]:
    """Those of `mutants` that survived by an earlier run's JSON, wherever they stand now."""
    names = ("path", "function", "change")
    survived = {
        tuple(entry[name] for name in names)
        for entry in json.loads(text)["results"]
        if entry["outcome"] == "survived"
    }
    return [mutant for mutant in mutants if tuple(getattr(mutant, name) for name in names) in survived]
