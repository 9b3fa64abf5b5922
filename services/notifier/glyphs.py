"""Which characters the fonts of the printed answer can show. Pure.

A PDF/UA must have a glyph for each of its characters (ISO 14289-1, 7.21), so that one emoji in a remark would
leave the whole answer without a document. What has no glyph is replaced, and its reader sees that it was.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

MOST_TRIALS = 64
"""Trials for one document; characters that are not decided by then are replaced."""

_SURE = re.compile(
    "[\n\t\u0020-\u007e\u00a0-\u017f\u018f\u0259\u0400-\u045f\u2013\u2014\u2018-\u201d\u2026\u2116\u20bc]+"
)
"""Characters that the fonts have, whatever stands beside them; a test prints them all."""

Prints = Callable[[Sequence[str]], bool]
"""Whether each of some texts can be printed by itself."""


def without_missing(texts: Collection[str], prints: Prints) -> dict[str, str]:
    """Each of the texts with `REPLACEMENT` for what cannot be printed.

    A character whose marks have no glyph is shown without them.
    """
    unsure = {cluster for text in texts for cluster in _clusters(text) if not _SURE.fullmatch(cluster)}
    missing = _missing(sorted(unsure), prints)
    return {
        text: "".join(_shown(cluster) if cluster in missing else cluster for cluster in _clusters(text))
        for text in texts
    }


def only_sure(text: str) -> str:
    """The text with `REPLACEMENT` for everything that is not known to have a glyph."""
    return "".join(each if _SURE.fullmatch(each) else REPLACEMENT for each in text)


def _missing(clusters: Sequence[str], prints: Prints) -> set[str]:
    """The clusters that cannot be printed, by halving those among which there is one."""
    missing: set[str] = set()
    waiting, trials = [list(clusters)], 0
    while waiting:
        group = waiting.pop()
        trials += 1
        if not group or (trials <= MOST_TRIALS and prints(group)):
            continue
        if len(group) == 1 or trials > MOST_TRIALS:
            missing.update(group)
            continue
        half = len(group) // 2
        waiting += [group[half:], group[:half]]
    return missing


def _clusters(text: str) -> list[str]:
    """The characters, each with the marks and joiners that follow it: these are printed as one."""
    clusters: list[str] = []
    for character in text:
        if clusters and _belongs_to_the_one_before(character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _belongs_to_the_one_before(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf")


def _shown(cluster: str) -> str:
    return cluster[0] if _SURE.fullmatch(cluster[0]) else REPLACEMENT
