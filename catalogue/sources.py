"""Reads the catalogue's files so that every fault can name its file and line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from catalogue.located_yaml import LocatedList, LocatedMap, parse
from kit.errors import PermanentError

Location = Sequence[str | int]
Item = TypeVar("Item", bound=BaseModel)


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong in a file of the catalogue, at which line (from 1), and what to do."""

    file: str
    line: int
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" + (f" {self.remedy}" if self.remedy else "")


class CatalogueError(PermanentError):
    """The catalogue cannot be used: it has `faults`."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        listed = "".join(f"\n  {fault}" for fault in self.faults)
        super().__init__("catalogue_invalid", f"the catalogue has {len(self.faults)} fault(s):{listed}")


@dataclass(frozen=True)
class Source:
    """A place in a file, with the value that is written there."""

    file: str
    node: Any
    line: int = 1

    def at(self, location: Location) -> "Source":
        """The place `location` (keys and indices) below this one, as near as it exists."""
        place = self
        for key in location:
            # Pydantic also names union branches and key errors, which are no places in the file.
            place = _child(place, key) or place
        return place

    def fault(self, message: str, remedy: str = "", at: Location = ()) -> Fault:
        """A fault at this place, or at `at` below it."""
        return Fault(self.file, self.at(at).line, message, remedy)

    def items(self) -> "list[Source]":
        """The places of a list's items."""
        return [self.at((index,)) for index in range(len(self.node))]


Located = tuple[Item, Source]
"""An item of the catalogue, with its place."""


@dataclass
class Reader:
    """Reads files below `folder`, and collects their faults. `broken` are the places of faulty items."""

    folder: Path
    faults: list[Fault] = field(default_factory=list)
    broken: list[Source] = field(default_factory=list)

    def read(self, model: type[Item], path: Path) -> Located[Item] | None:
        """The one item of a file; None if the file has faults."""
        source = self._source(path)
        item = self._item(model, source) if source else None
        return (item, source) if item is not None and source else None

    def read_all(self, model: type[Item], folder: Path) -> list[Located[Item]]:
        """The items of a folder, one a file, in the order of the files' names, without faulty ones."""
        files = sorted(folder.glob("*.yaml"))
        if not files:
            self._add_fault(folder, 1, "the folder holds no *.yaml file.", "Add at least one.")
        return [found for path in files if (found := self.read(model, path))]

    def read_list(self, model: type[Item], path: Path) -> list[Located[Item]]:
        """The items of a file that is a list, without faulty ones."""
        source = self._source(path)
        if source is None:
            return []
        if not isinstance(source.node, LocatedList):
            self.faults.append(source.fault("the file must be a list.", "Begin each item with '- '."))
            return []
        read = [(self._item(model, place), place) for place in source.items()]
        return [(item, place) for item, place in read if item is not None]

    def broken_names(self, key: str) -> set[str]:
        """The values of `key` in faulty items: other items may refer to these."""
        nodes = [source.node for source in self.broken]
        return {str(node[key]) for node in nodes if isinstance(node, LocatedMap) and key in node}

    def _source(self, path: Path) -> Source | None:
        """The content of a file; None, and a fault, if it cannot be read."""
        try:
            node = parse(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._add_fault(path, 1, "the file is missing.", "Add it.")
        except UnicodeDecodeError as error:
            self._add_fault(path, 1, f"not UTF-8: {error.reason} at byte {error.start}.", "Save it as UTF-8.")
        except OSError as error:
            self._add_fault(path, 1, f"cannot be read: {error.strerror}.")
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = str(error.problem or error.context).split("\n")[0]
            self._add_fault(path, mark.line + 1 if mark else 1, f"not valid YAML: {problem}.")
        except YAMLError as error:
            self._add_fault(path, 1, f"not valid YAML: {str(error).splitlines()[0]}.")
        else:
            if isinstance(node, LocatedMap | LocatedList):
                return Source(str(path), node, node.line)
            remedy = "Write it as in the packaged catalogue."
            self._add_fault(path, 1, "the file holds neither fields nor a list.", remedy)
        return None

    def _item(self, model: type[Item], source: Source) -> Item | None:
        """The item at a place; None, and its faults, if it is not valid."""
        try:
            return TypeAdapter(model).validate_python(source.node, extra="forbid")
        except ValidationError as error:
            self.faults.extend(_faults(source, error))
            self.broken.append(source)
            return None

    def _add_fault(self, path: Path, line: int, message: str, remedy: str = "") -> None:
        self.faults.append(Fault(str(path), line, message, remedy))


def _child(source: Source, key: str | int) -> Source | None:
    node = source.node
    if isinstance(node, LocatedMap) and str(key) in node:
        return Source(source.file, node[str(key)], node.lines[str(key)])
    if isinstance(node, LocatedList) and isinstance(key, int) and key < len(node):
        return Source(source.file, node[key], node.lines[key])
    return None


def _faults(source: Source, error: ValidationError) -> Iterable[Fault]:
    for detail in error.errors(include_url=False):
        where = ".".join(str(part) for part in detail["loc"])
        prefix = f"{where}: " if where else ""
        message = prefix + _message(detail["type"], detail["msg"])
        yield source.fault(message, _REMEDIES.get(detail["type"], ""), detail["loc"])


def _message(kind: str, message: str) -> str:
    return _MESSAGES.get(kind, message.rstrip(".") + ".")


_MESSAGES = {"extra_forbidden": "unknown field.", "missing": "missing."}
_REMEDIES = {
    "extra_forbidden": "Correct its name or remove it.",
    "missing": "Add it.",
    "string_type": "Put it in quotes if it is a text.",
}
"""By Pydantic's type of an error."""
