"""Plain-text Jinja2 templates with a closed list of fields. Pure.

Operators write them, so they run in Jinja2's sandbox.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False
)


def unknown_fields(text: str, known: Iterable[str]) -> list[str]:
    """The placeholders of a template that are not among the `known` fields.

    Raises:
        jinja2.TemplateSyntaxError: the text is not a template.
    """
    return sorted(_placeholders(text) - frozenset(known))


def unusable(text: str, known: Iterable[str]) -> str | None:
    """Why a template cannot be filled in, tried with full and with empty fields; None if it can."""
    for sample in ("x", ""):
        try:
            fill(text, dict.fromkeys(known, sample))
        except (TemplateError, TypeError, ValueError) as error:
            return str(error) or type(error).__name__
    return None


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in.

    Raises:
        jinja2.UndefinedError: a field that the template uses is not in `values`.
    """
    return _compiled(text).render(values)


@lru_cache(maxsize=512)
def _placeholders(text: str) -> frozenset[str]:
    return frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(text)))


@lru_cache(maxsize=512)
def _compiled(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)
