"""Finds the words that the glossary avoids, in every text of the tree.

`python -m tests.unit.docs.words` prints what is left, by room.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
SUFFIXES: Final = frozenset(
    (".py", ".md", ".yaml", ".yml", ".json", ".toml", ".j2", ".typ", ".html", ".svg", ".sh", ".mako")
)
BARE_NAMES: Final = frozenset(("Makefile", "run"))

# Not ours to word: what tools write, and histories that real servers wrote, sealed texts included.
UNREAD: Final = ("*.egg-info/*", "build/*", "tests/workflow/histories/*")
# These two must say the words in order to forbid them.
UNREAD_PAGES: Final = ("docs/glossary.md", "tests/unit/docs/words.py", "tests/unit/docs/test_words.py")

# Phrases with a proper meaning. They are cut out before the words are looked for.
PHRASES: Final[Mapping[str, str]] = {
    r"[Dd]ead[-_ ]?[Ll]etter(?:s|ed|ing)?|DEAD_LETTER(?:S|ED)?": "a term of Kafka's users",
    r"(?:same|pending)[ _]matters?|(?:Same|Pending)Matters?": "what the law calls it",
    r"[Ll]aw on citizens'": "the title of the law",
    r"\bin turn\b": "one after the other",
    r"[Tt]urn(?:ed|ing)(?![a-z])|\b[Tt]urns? (?:it |them )?(?:on|off|out|into|away|down|back)\b": "the verb",
    r"\b(?:no|what|that|which|not)[ _]matters?\b|\bmatters? (?:most|here|more|little)\b": "the verb",
    r"look(?:s|ed|ing)?[-_ ]?up|LookUp|Lookup": "reading by a key",
    r"(?:plain|English|Azerbaijani|lost|folded) letters?|letters?_(?:lost|of_the)": "of an alphabet",
    r"letters? (?:and|or) digits?|digits? and letters|letters, digits": "of an alphabet",
    r"other_body|body_(?:limit|digest)|BODY_LIMIT": "the body of an HTTP message",
    r"\.tell\(\)": "the method of a file",
}


@dataclass(frozen=True)
class Avoided:
    """A word of the glossary's third column; `only_names` where prose may have it."""

    word: str
    only_names: bool


@dataclass(frozen=True)
class Allowed:
    """A word that may stand in files of one pattern, and why."""

    word: str
    files: str
    why: str


_BODIES: Final = {
    "the body of an HTTP message": (
        "services/console/forms.py",
        "services/console/pages/stream.py",
        "kit/http*.py",
        "kit/problem.py",
        "kit/vault.py",
        "schemas/published/openapi/*",
        "services/intake/*",
        "services/agency_adapter/*",
        "catalogue/data/agencies/*",
        "simulators/*",
        "benchmarks/*",
        "tests/contract/*",
        "tests/e2e/*",
        "tests/integration/agency_adapter/*",
        "tests/integration/bulk/*",
        "tests/integration/described/*",
        "tests/integration/intake/*",
        "tests/integration/kit/*",
        "tests/integration/simulators/*",
        "tests/unit/agency_adapter/*",
        "tests/unit/bulk/*",
        "tests/unit/intake/*",
        "tests/unit/kit/*",
    ),
    "the body of a mail or of a text message": (
        "catalogue/messages.py",
        "catalogue/message_checks.py",
        "catalogue/model.py",
        "catalogue/data/messages.yaml",
        "services/notifier/message_composer.py",
        "services/notifier/gateways/*",
        "tests/unit/catalogue/test_loader.py",
        "tests/unit/catalogue/test_messages.py",
        "tests/unit/notifier/*",
    ),
    "an element of HTML": ("*.html.j2",),
    "a term of FastStream": ("kit/kafka/membership.py",),
    "a term of Kafka's protocol": ("vahid/stack/servers/kafka.py",),
}
ALLOWED: Final = (
    *(
        Allowed(word, files, why)
        for why, all_ in _BODIES.items()
        for files in all_
        for word in ("body", "bodies")
    ),
    *(
        Allowed("letter", files, "of an alphabet")
        for files in (
            "kit/text_folding.py",
            "tests/unit/kit/test_text_folding.py",
            "kit/alphabets.py",
            "tests/unit/kit/test_alphabets.py",
            "kit/damaged_text.py",
            "tests/unit/kit/test_damaged_text.py",
            "tests/unit/intake/appeals/test_damaged_fields.py",
            "docs/architecture/wire.md",
            "bulk/importing/*",
            "tests/unit/bulk/importing/*",
            "catalogue/data/free_text.yaml",
            "catalogue/free_text/*",
            "docs/adr/0034-free-text-is-placed-where-all-its-words-are-known.md",
            "docs/operations/free-text.md",
            "tests/unit/catalogue/free_text/*",
            "tests/unit/catalogue/test_loader.py",
            "tests/unit/catalogue/test_routing.py",
            "services/intake/appeals/fields.py",
            "services/intake/appeals/tracking.py",
            "docs/adr/0016-answers-printed-by-typst.md",
            "CONTRIBUTING.md",
        )
    ),
    Allowed("burial", "catalogue/data/passports/memorial.yaml", "the service itself"),
    Allowed("matter", "catalogue/data/passports/memorial.yaml", "the title of the service"),
    Allowed("room", "doctor/*", "a room of this project"),
    Allowed("room", "tests/unit/docs/*", "a room of this project"),
)


@dataclass(frozen=True)
class Found:
    """An avoided word in a line of a file; line 0 is the file's own name."""

    file: str
    line: int
    word: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.word}: {self.text.strip()[:120]}"


def avoided(glossary: str) -> dict[str, Avoided]:
    """Each form of each word that the glossary's tables avoid. Phrases are words joined by a blank."""
    cells = [row.rsplit("|", 2)[1] for row in glossary.splitlines() if row.startswith("| ")]
    found = {match for cell in cells for match in re.findall(r"`([a-z ]+)`( \(name\))?", cell)}
    words = [Avoided(word, bool(name)) for word, name in found]
    words.sort(key=lambda word: not word.only_names)  # where two rows name a form, the stricter one holds
    return {form: word for word in words for form in forms(word.word)}


def forms(word: str) -> set[str]:
    """The word with the regular endings of nouns and verbs."""
    stem = word[:-1] if word.endswith(("e", "y")) else word
    endings = ("es", "ed", "ing") if word.endswith("e") else ("ies", "ied") if word.endswith("y") else ()
    return {word, *(stem + ending for ending in endings), *(word + ending for ending in ("s", "ed", "ing"))}


@cache
def parts(run: str) -> tuple[str, ...]:
    """The words of a run of letters: `StatusInbox` is status and inbox."""
    return tuple(part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", run))


@lru_cache(maxsize=2)
def words_of(text: str) -> set[str]:
    """The words of a text, those inside identifiers too."""
    return {part for run in set(re.findall(r"[A-Za-z]+", text)) for part in parts(run)}


_STRING: Final = re.compile(r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#[^\n]*')
_ENTRY: Final = re.compile(r"^(\s*(?:- )?[\w./\"-]+\s*[:=])?(.*)$", re.MULTILINE)
_KEPT: Final = {
    ".md": re.compile(r"`+[^`\n]+`+"),
    ".j2": re.compile(r"\{[{%].*?[%}]\}"),
    ".html": re.compile(r"\{[{%].*?[%}]\}"),
}


def without_prose(text: str, suffix: str) -> str:
    """The names in a text, each in its line.

    In code and JSON identifiers, and strings without a blank; in lists of entries keys, and values without a
    blank; on pages code; in templates what is between braces.
    """
    if suffix in (".py", ".json", ".mako", ".typ"):
        return _STRING.sub(lambda match: _blank(match[0]), text)
    if suffix in _KEPT:
        return "\n".join(" ".join(_KEPT[suffix].findall(line)) for line in text.splitlines())
    return _ENTRY.sub(lambda match: (match[1] or "") + _blank(match[2].strip()), text)


def _blank(part: str) -> str:
    is_name = not re.search(r"\s|^#", part) or re.fullmatch(r"\[[^\]]*\],?", part)
    return part if is_name else re.sub(r"[^\n]", " ", part)


_PHRASES: Final = re.compile("|".join(PHRASES))


def find(file: str, text: str, words: Mapping[str, Avoided]) -> Iterator[Found]:
    """The avoided words in a file's text and in its name, but those that are allowed there."""
    here = {
        form: word
        for form, word in words.items()
        if set(form.split()) <= words_of(file) | words_of(text) and not _allowed(word.word, file)
    }
    yield from _in_lines(file, [file], here, first=0)
    yield from _in_lines(file, text.splitlines(), _chosen(here, only_names=False), first=1)
    if names := _chosen(here, only_names=True):
        yield from _in_lines(file, without_prose(text, Path(file).suffix).splitlines(), names, first=1)


def _allowed(word: str, file: str) -> bool:
    return any(allowed.word == word and fnmatch(file, allowed.files) for allowed in ALLOWED)


def _chosen(words: Mapping[str, Avoided], only_names: bool) -> dict[str, Avoided]:
    return {form: word for form, word in words.items() if word.only_names == only_names}


def _in_lines(file: str, lines: list[str], words: Mapping[str, Avoided], first: int) -> Iterator[Found]:
    if not words:
        return
    quick = re.compile("|".join(form.split()[0] for form in words), re.IGNORECASE)
    for number, line in enumerate(lines, first):
        if quick.search(line):
            flat = [part for run in re.findall(r"[A-Za-z]+", _PHRASES.sub(" ", line)) for part in parts(run)]
            pairs = {" ".join(pair) for pair in pairwise(flat)}
            for form in sorted((set(flat) | pairs) & words.keys()):
                yield Found(file, number, form, line)


_LOOP: Final = re.compile(r"\bfor one in\b")


def nameless_loops(file: str, text: str) -> Iterator[Found]:
    """The loops whose variable does not name what it holds."""
    if file.endswith(".py"):
        for number, line in enumerate(text.splitlines(), 1):
            if _LOOP.search(line):
                yield Found(file, number, "for one in", line)


def texts() -> Iterator[tuple[str, str]]:
    """Every file of the tree that people write, with its text; paths from the root."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if not name.startswith(".") or name == ".ci")
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in sorted(files):
            file = (Path(folder) / name).relative_to(ROOT).as_posix()
            if (Path(name).suffix in SUFFIXES or name in BARE_NAMES) and not _unread(file):
                yield file, (ROOT / file).read_text()


def _unread(file: str) -> bool:
    return file in UNREAD_PAGES or any(fnmatch(file, pattern) for pattern in UNREAD)


def glossary() -> dict[str, Avoided]:
    """The avoided words of the project's glossary."""
    return avoided((ROOT / "docs" / "glossary.md").read_text())


def all_found() -> list[Found]:
    """What is left in the tree."""
    words = glossary()
    return [
        found for file, text in texts() for found in (*find(file, text, words), *nameless_loops(file, text))
    ]


def report() -> str:
    """What is left, line by line, then counted by room and word."""
    left = all_found()
    counts = Counter((found.file.split("/")[0], found.word) for found in left)
    return "\n".join(
        [*map(str, left), *(f"{count:5} {room} {word}" for (room, word), count in sorted(counts.items()))]
    )


if __name__ == "__main__":
    sys.stdout.write(f"{report()}\n")
