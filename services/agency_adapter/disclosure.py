"""What an agency may see of an appeal: only the fields that its passport step names. Pure."""

from collections.abc import Iterable, Sequence

from schemas.appeals import AppealContent
from services.agency_adapter.json_path import value_at

TEXT = "text"
"""The path of the appeal's text."""


def disclose(
    contents: Sequence[AppealContent], paths: Iterable[str], later_text: str | None = None
) -> dict[str, object]:
    """The fields at `paths`, nested as in `AppealContent`.

    Where several appeals are joined, the first one that has a field provides it. `later_text`, an objection
    or an instruction, precedes the appeal's text where that is disclosed.
    """
    documents = [content.model_dump(exclude_none=True) for content in contents]
    disclosed: dict[str, object] = {}
    for path in paths:
        found = next((v for d in documents if (v := value_at(d, path)) is not None), None)
        if path == TEXT and later_text is not None:
            found = later_text if found is None else f"{later_text}\n\n{found}"
        if found is not None:
            _put(disclosed, path, found)
    return disclosed


def _put(document: dict[str, object], path: str, value: object) -> None:
    *parents, name = path.split(".")
    for parent in parents:
        inner = document.setdefault(parent, {})
        if not isinstance(inner, dict):
            return
        document = inner
    document[name] = value
