"""What an agency may see of an appeal: just the fields that its passport step names. Pure."""

from collections.abc import Iterable, Sequence

from schemas.appeals import AppealContent


def value_at(document: object, path: str) -> object | None:
    """The value at a dotted `path` in nested mappings; None where the path leads nowhere."""
    for name in path.split("."):
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document


TEXT = "text"
"""The path of the appeal's own words."""


def disclose(
    contents: Sequence[AppealContent], paths: Iterable[str], said: str | None = None
) -> dict[str, object]:
    """The fields at `paths`, nested as in `AppealContent`.

    Where several appeals are joined, the first one that has a field gives it. What was `said` later, an
    objection or an instruction, stands before the appeal's own words, for who may see those.
    """
    documents = [content.model_dump(exclude_none=True) for content in contents]
    shown: dict[str, object] = {}
    for path in paths:
        found = next((v for d in documents if (v := value_at(d, path)) is not None), None)
        if path == TEXT and said is not None:
            found = said if found is None else f"{said}\n\n{found}"
        if found is not None:
            _put(shown, path, found)
    return shown


def _put(document: dict[str, object], path: str, value: object) -> None:
    *folders, name = path.split(".")
    for folder in folders:
        inner = document.setdefault(folder, {})
        if not isinstance(inner, dict):
            return
        document = inner
    document[name] = value
