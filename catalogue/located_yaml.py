"""Parses YAML into plain values that know the line of each key and item."""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor


class LocatedMap(dict[str, Any]):
    """A YAML mapping, the line (from 1) where it begins and that of each key. All keys are strings."""

    line: int
    lines: dict[str, int]


class LocatedList(list[Any]):
    """A YAML list, the line (from 1) where it begins and that of each item."""

    line: int
    lines: list[int]


def parse(text: str) -> object:
    """The value of a YAML document; its mappings and lists are `LocatedMap` and `LocatedList`.

    Dates stay strings: the models read them, so that their faults have a place.

    Raises:
        YAMLError: the text is not valid YAML, or repeats a key.
    """
    yaml = YAML(typ="safe")
    yaml.Constructor = _Constructor
    return yaml.load(text)


class _Constructor(SafeConstructor):
    def construct_yaml_map(self, node: Any) -> Iterator[LocatedMap]:
        found = LocatedMap()
        found.line = _line(node)
        yield found
        self.flatten_mapping(node)
        found.update((str(key), value) for key, value in self.construct_mapping(node).items())
        found.lines = {str(self.construct_object(key)): _line(key) for key, _ in node.value}

    def construct_yaml_seq(self, node: Any) -> Iterator[LocatedList]:
        found = LocatedList()
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
