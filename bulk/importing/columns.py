"""What the columns of a file mean: by its header, and by a mapping where the header speaks another way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from bulk.importing.faults import FileFault
from bulk.spreadsheet import plain
from kit.foreign_json import read_json
from kit.text_folding import fold
from schemas.appeals import AppealContent
from services.intake.appeals.submission import Person, Submission


def _leaves(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The fields of `model` that hold a value and no further fields, as `applicant.surname`."""
    for name, field in model.model_fields.items():
        nested = _nested_model(field.annotation)
        yield from _leaves(nested, f"{prefix}{name}.") if nested else (prefix + name,)


def _nested_model(annotation: Any) -> type[BaseModel] | None:
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


IGNORED = ""
REFERENCE = "reference"
_NO_COLUMN = {"channel", "details"}
"""An import is a channel itself; details have a column each."""
FIELDS = frozenset({REFERENCE, *_leaves(Submission)}) - _NO_COLUMN
"""What a column can be. `details.<name>` is one too. A bare name of a person's field is the applicant's."""
SEALED_FIELDS = frozenset(name for name in FIELDS if name.partition(".")[0] in AppealContent.model_fields)
"""Those that stand in an appeal's sealed content."""
REJECT_COLUMNS = ("line", "code", "what_to_do")
EXPORT_COLUMNS = ("appeal_id", "case_id", "tracking_number", "channel", "received_at", "status", "outcome")
"""Whichever of the two a file begins with, it was written here: these are not read, and all others are."""


@dataclass(frozen=True)
class Columns:
    """`titles` as they stand in the header; for each of them in `fields` what it means, or `IGNORED`."""

    titles: tuple[str, ...]
    fields: tuple[str, ...]

    @property
    def reject_columns(self) -> int:
        """How many of the first columns an earlier import wrote: those of rejects that are corrected now."""
        ours = len(REJECT_COLUMNS)
        return ours if self.titles[:ours] == REJECT_COLUMNS else 0

    def title_of(self, name: str) -> str:
        """The title of the column that gives the field; the field's own name when none does."""
        return self.titles[self.fields.index(name)] if name in self.fields else name


def columns(header: Sequence[str], mapping: Mapping[str, str]) -> Columns:
    """The meaning of each column.

    Titles are compared without regard to case, to outer blanks, and to whether they have Azerbaijani
    characters or plain ones: a Turkic keyboard makes "FİN" of "fin".

    Raises:
        FileFault: `header.unknown`, `header.doubled`, `header.mapping`.
    """
    titles = tuple(plain(title).strip() for title in header)
    while titles and not titles[-1]:
        titles = titles[:-1]
    by_title = _by_folded(mapping)
    unknown = by_title.keys() - {_folded(title) for title in titles}
    if unknown:
        raise _wrong("header.mapping", "The mapping names columns that the file does not have.", unknown)
    fields = tuple(_meaning(title, place, titles, by_title) for place, title in enumerate(titles))
    doubled = {name for name in fields if name != IGNORED and fields.count(name) > 1}
    if doubled:
        raise _wrong("header.doubled", "Several columns mean the same field.", doubled)
    return Columns(titles, fields)


def _meaning(title: str, place: int, titles: Sequence[str], mapping: Mapping[str, str]) -> str:
    folded = _folded(title)
    if folded in mapping:
        return _field(mapping[folded])
    if place < _written_here(titles):
        return IGNORED
    name = _field(folded)
    if not _is_field(name):
        remedy = "Name it as a field, or give its meaning in --mapping; an empty meaning leaves it out."
        known = ", ".join(sorted(FIELDS))
        message = f"Column {place + 1} of the header is no field. Fields: {known}, details.<name>."
        raise FileFault("header.unknown", message, remedy=remedy)
    return name


def _written_here(titles: Sequence[str]) -> int:
    """How many of the first columns an export or an import wrote; rejects of an export have both."""
    count = 0
    for ours in (REJECT_COLUMNS, EXPORT_COLUMNS):
        count += len(ours) if titles[count : count + len(ours)] == ours else 0
    return count


def _by_folded(mapping: Mapping[str, str]) -> dict[str, str]:
    by_title: dict[str, str] = {}
    for title, meaning in mapping.items():
        if by_title.setdefault(_folded(title), meaning) != meaning:
            what = "Rename one: the mapping gives different meanings to titles that read alike."
            raise _wrong("header.mapping", what, {title})
    return by_title


def _field(name: str) -> str:
    """A bare name of a person's field is the applicant's."""
    return f"applicant.{name}" if name in Person.model_fields else name


def _is_field(name: str) -> bool:
    return name in FIELDS or name.startswith("details.")


def _folded(title: str) -> str:
    return fold(title.strip()).replace(" ", "_")


def read_mapping(path: Path | None) -> dict[str, str]:
    """The mapping in a JSON file: `{"title of a column": "field"}`; an empty field leaves the column out.

    Raises:
        FileFault: `mapping.invalid`.
    """
    if path is None:
        return {}
    try:
        mapping = read_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise FileFault("mapping.invalid", f"{path} is no JSON file: {type(error).__name__}.") from None
    if not isinstance(mapping, dict) or not all(isinstance(each, str) for each in mapping.values()):
        raise FileFault("mapping.invalid", f'{path} is not of the form {{"title": "field"}}.')
    if wrong := {name for name in mapping.values() if name != IGNORED and not _is_field(_field(name))}:
        raise _wrong("mapping.invalid", "The mapping names fields that do not exist.", wrong)
    return mapping


def _wrong(code: str, what: str, names: set[str]) -> FileFault:
    return FileFault(code, f"{what[:-1]}: {', '.join(sorted(names))}.")
