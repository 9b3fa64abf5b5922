"""The words of the console in the reader's language."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Literal, get_args

from ruamel.yaml import YAML

from schemas.passports import Text

Language = Literal["az", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def read_texts() -> dict[str, Text]:
    """All words by their names.

    Raises:
        pydantic.ValidationError: one of them lacks a language.
    """
    source = (files(__package__) / "console.yaml").read_text(encoding="utf-8")
    return {name: Text.model_validate(text) for name, text in YAML(typ="safe").load(source).items()}


class Words:
    """The words in one language."""

    def __init__(self, texts: Mapping[str, Text], language: Language) -> None:
        self._texts = texts
        self.language = language

    def __call__(self, name: str, **values: object) -> str:
        """The words of that name, with their `{fields}` filled in; those for one where `count` is 1.

        Raises:
            KeyError: there are none, or a field is missing.
        """
        of_one = self._texts.get(f"{name}_one") if values.get("count") == 1 else None
        return self.of(of_one or self._texts[name]).format(**values)

    def known(self, name: str, otherwise: str) -> str:
        """The words of that name; `otherwise` where there are none, as for a code that is newer."""
        return self.of(self._texts[name]) if name in self._texts else otherwise

    def of(self, text: Text) -> str:
        """A text of the catalogue in this language."""
        return text.az if self.language == "az" else text.en
