"""Reading YAML so that every fault can name its file and line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from kit.errors import PermanentError

Location = Sequence[str | int]
Model = TypeVar("Model", bound=BaseModel)


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
    """The catalogue cannot be used: all faults that were found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        listed = "".join(f"\n  {fault}" for fault in self.faults)
        super().__init__("catalogue_invalid", f"the catalogue has {len(self.faults)} fault(s):{listed}")


@dataclass(frozen=True)
class Source:
    """A place in a file: the file, and the YAML node with the lines of what is in it."""

    file: str
    node: Any
    line: int = 1

    def at(self, location: Location) -> "Source":
        """The place `location` (keys and indices) below this one; as near as it exists."""
        here = self
        for key in location:
            child = _child(here, key)
            if child is None:
                continue  # Pydantic names union branches and key errors, which are no places in the file
            here = child
        return here

    def fault(self, message: str, remedy: str = "", at: Location = ()) -> Fault:
        """A fault at this place, or at `at` below it."""
        return Fault(self.file, self.at(at).line, message, remedy)

    def items(self) -> "list[Source]":
        """The places of a list's items."""
        return [self.at((index,)) for index in range(len(self.node))]


@dataclass
class Reader:
    """Reads files below `folder` and collects what is wrong with them."""

    folder: Path
    faults: list[Fault] = field(default_factory=list)
    broken: list[Source] = field(default_factory=list)

    def source(self, path: Path) -> Source | None:
        """The content of a file; None, and a fault, when it cannot be read."""
        try:
            node = _parse(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._say(path, 1, "the file is missing.", "Every catalogue has it.")
        except UnicodeDecodeError as error:
            self._say(path, 1, f"not UTF-8: {error.reason} at byte {error.start}.", "Save it as UTF-8.")
        except OSError as error:
            self._say(path, 1, f"cannot be read: {error.strerror}.")
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = str(error.problem or error.context).split("\n")[0]
            self._say(path, mark.line + 1 if mark else 1, f"not valid YAML: {what}.")
        except YAMLError as error:
            self._say(path, 1, f"not valid YAML: {str(error).splitlines()[0]}.")
        else:
            if isinstance(node, _Map | _List):
                return Source(str(path), node, node.line)
            self._say(path, 1, "the file holds neither entries nor a list.", "See the packaged catalogue.")
        return None

    def entry(self, model: type[Model], source: Source) -> Model | None:
        """The entry at a place; None, and its faults, when it is not what it should be."""
        try:
            return TypeAdapter(model).validate_python(source.node, extra="forbid")
        except ValidationError as error:
            self.faults.extend(_faults(source, error))
            self.broken.append(source)
            return None

    def broken_names(self, key: str) -> set[str]:
        """What entries that could not be taken give as their `key`: they are faulty, not unknown."""
        return {str(one.node[key]) for one in self.broken if isinstance(one.node, _Map) and key in one.node}

    def read(self, model: type[Model], path: Path) -> "tuple[Model, Source] | None":
        """The one entry of a file, with its place."""
        source = self.source(path)
        entry = self.entry(model, source) if source else None
        return (entry, source) if entry is not None and source else None

    def read_all(self, model: type[Model], folder: Path) -> "list[tuple[Model, Source]]":
        """The entries of a folder, one a file, in the order of their names."""
        files = sorted(folder.glob("*.yaml"))
        if not files:
            self._say(folder, 1, "the folder holds no *.yaml file.", "Every catalogue has one there.")
        return [found for path in files if (found := self.read(model, path))]

    def read_list(self, model: type[Model], path: Path) -> "list[tuple[Model, Source]]":
        """The entries of a file that is a list."""
        source = self.source(path)
        if source is None:
            return []
        if not isinstance(source.node, _List):
            self.faults.append(source.fault("the file must be a list.", "Begin each entry with '- '."))
            return []
        read = [(self.entry(model, item), item) for item in source.items()]
        return [(entry, item) for entry, item in read if entry is not None]

    def _say(self, path: Path, line: int, message: str, remedy: str = "") -> None:
        self.faults.append(Fault(str(path), line, message, remedy))


def _parse(text: str) -> object:
    yaml = YAML(typ="safe")
    yaml.Constructor = _Constructor
    return yaml.load(text)


class _Map(dict[str, Any]):
    """A YAML mapping, the line (from 1) where it begins and that of each key. All keys are made texts."""

    line: int
    lines: dict[str, int]


class _List(list[Any]):
    """A YAML list, the line (from 1) where it begins and that of each item."""

    line: int
    lines: list[int]


class _Constructor(SafeConstructor):
    """Keeps lines. Leaves dates as they are written: the models read them, and their faults have a place."""

    def construct_yaml_map(self, node: Any) -> Iterator[_Map]:
        found = _Map()
        found.line = _line(node)
        yield found
        self.flatten_mapping(node)
        found.update((str(key), value) for key, value in self.construct_mapping(node).items())
        found.lines = {str(self.construct_object(key)): _line(key) for key, _ in node.value}

    def construct_yaml_seq(self, node: Any) -> Iterator[_List]:
        found = _List()
        found.line = _line(node)
        yield found
        found.extend(self.construct_sequence(node))
        found.lines = [_line(item) for item in node.value]


for _kind, _construct in {
    "map": _Constructor.construct_yaml_map,
    "seq": _Constructor.construct_yaml_seq,
    "timestamp": _Constructor.construct_yaml_str,
}.items():
    _Constructor.add_constructor(f"tag:yaml.org,2002:{_kind}", _construct)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _child(source: Source, key: str | int) -> Source | None:
    node = source.node
    if isinstance(node, _Map) and str(key) in node:
        return Source(source.file, node[str(key)], node.lines[str(key)])
    if isinstance(node, _List) and isinstance(key, int) and key < len(node):
        return Source(source.file, node[key], node.lines[key])
    return None


def _faults(source: Source, error: ValidationError) -> Iterable[Fault]:
    for detail in error.errors(include_url=False):
        where = ".".join(str(part) for part in detail["loc"])
        prefix = f"{where}: " if where else ""
        yield source.fault(
            prefix + _sentence(detail["type"], detail["msg"]), _remedy(detail["type"]), detail["loc"]
        )


def _sentence(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "unknown field."
    if kind == "missing":
        return "missing."
    return message.rstrip(".") + "."


def _remedy(kind: str) -> str:
    return {
        "extra_forbidden": "Correct its name or remove it.",
        "missing": "Add it.",
        "string_type": "Put it in quotes if it is a text.",
    }.get(kind, "")
