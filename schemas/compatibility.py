"""Whether a schema may take the place of a published one: fields are added, never changed. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_FIXED = ("type", "format", "pattern", "const", "minLength", "maxLength", "minimum", "maximum", "minItems")
"""Keywords that must stay as they were published."""


@dataclass(frozen=True)
class Incompatibility:
    """What a reader of the published schema would stumble over, at a path such as `$.data.payload.step`."""

    path: str
    what: str


def incompatibilities(published: Schema, proposed: Schema) -> tuple[Incompatibility, ...]:
    """What keeps `proposed` (JSON Schema) from taking the place of `published`; empty when nothing does."""
    return tuple(_Comparison(published, proposed).compare("$", published, proposed))


class _Comparison:
    def __init__(self, published: Schema, proposed: Schema) -> None:
        self._published = published.get("$defs", {})
        self._proposed = proposed.get("$defs", {})
        self._compared: set[tuple[str, str]] = set()

    def compare(self, path: str, old: Schema, new: Schema) -> Iterator[Incompatibility]:
        if "$ref" in old and "$ref" in new:
            if (old["$ref"], new["$ref"]) in self._compared:
                return
            self._compared.add((old["$ref"], new["$ref"]))
        old, new = _resolved(old, self._published), _resolved(new, self._proposed)
        for keyword in _FIXED:
            if old.get(keyword) != new.get(keyword):
                yield Incompatibility(path, f"{keyword} was {old.get(keyword)}, is {new.get(keyword)}")
        yield from _values(path, old, new)
        yield from self._fields(path, old, new)
        yield from self._variants(path, old, new)
        for keyword in ("items", "additionalProperties"):
            if isinstance(old.get(keyword), Mapping) and isinstance(new.get(keyword), Mapping):
                yield from self.compare(f"{path}[]", old[keyword], new[keyword])

    def _fields(self, path: str, old: Schema, new: Schema) -> Iterator[Incompatibility]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            if name not in after:
                yield Incompatibility(f"{path}.{name}", "field was removed")
                continue
            yield from self.compare(f"{path}.{name}", before[name], after[name])
        for name in sorted(required_after - required_before):
            yield Incompatibility(f"{path}.{name}", "field became required")
        for name in sorted((required_before - required_after) & after.keys()):
            yield Incompatibility(f"{path}.{name}", "field is not always there any more")

    def _variants(self, path: str, old: Schema, new: Schema) -> Iterator[Incompatibility]:
        for keyword in ("oneOf", "anyOf"):
            after = {_name(variant): variant for variant in new.get(keyword, ())}
            for variant in old.get(keyword, ()):
                name = _name(variant)
                if name not in after:
                    yield Incompatibility(path, f"variant {name} was removed")
                else:
                    yield from self.compare(f"{path}<{name}>", variant, after[name])


def _values(path: str, old: Schema, new: Schema) -> Iterator[Incompatibility]:
    if "enum" in old:
        for value in old["enum"]:
            if value not in new.get("enum", ()):
                yield Incompatibility(path, f"value {value} was removed")


def _resolved(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    if "$ref" not in schema:
        return schema
    return definitions[schema["$ref"].removeprefix("#/$defs/")]


def _name(variant: Schema) -> str:
    return str(variant.get("$ref", variant.get("type", variant.get("const"))))
